"""An address keeps saying what it said: it names its log version, and says when there is a newer one or it is gone."""

from __future__ import annotations

import shutil

import pytest
from django.test import Client

from recorrido.journeys import bridge
from recorrido.journeys.actions import build_now
from recorrido.journeys.queries import forget_answers
from recorrido.journeys.tests.ledgers import event, record
from recorrido.web.tests.links import body, figures_on, links_from, read, total_of, wrong_figures
from recorrido.web.tests.retailers import filled

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = ["/journeys/", "/journeys/where-it-hurts/", "/journeys/variants/"]


@pytest.fixture
def reader(tmp_path):
    with filled("weighted", tmp_path) as staff:
        client = Client()
        client.force_login(staff["analyst"])
        yield client


def more_orders(count: int = 7) -> None:
    """New orders of an old day, and a rebuild."""
    for number in range(count):
        told = {"customer": f"n{number}", "order": f"n{number}", "channel": "web", "weight": 2}
        record(event("order.placed", 3, **told))
    build_now(journey_type="order", actor=None)


def shared(client: Client, page: str) -> str:
    """The address a reader would copy."""
    return client.get(page, follow=True).redirect_chain[-1][0]


def remove(version: str) -> None:
    """What a later build does with a version whose hour is over."""
    shutil.rmtree(bridge.log_folder("order") / version)
    forget_answers()


@pytest.mark.parametrize("page", PAGES)
def test_a_shared_address_shows_the_same_figures_after_a_rebuild(reader, page):
    address = shared(reader, page)
    before = figures_on(reader, address)
    more_orders()
    assert figures_on(reader, address) == before
    assert list(wrong_figures(reader, [address], every=5)) == []


def test_a_click_made_after_a_rebuild_agrees_with_its_figure(reader):
    whole = figures_on(reader, "/journeys/")[0]
    more_orders()
    assert total_of(reader, whole.address) == whole.count


def test_newer_figures_are_offered_and_shown_on_demand(reader):
    address = shared(reader, "/journeys/?from=2026-03-01&to=2026-03-31")
    before = figures_on(reader, address)[0].count
    assert "Hay cifras más nuevas" not in body(reader, address)
    more_orders(7)
    assert "Hay cifras más nuevas" in body(reader, address)
    (newest,) = [
        link
        for link in links_from(reader, address, "/journeys/?")
        if "from=2026-03-01" in link and version_of(link) != version_of(address)
    ]
    assert figures_on(reader, newest)[0].count == before + 7


def test_a_removed_version_says_so_and_leads_to_the_newest(reader):
    address = shared(reader, "/journeys/?channel=web")
    more_orders()
    remove(version_of(address))
    answer = reader.get(address)
    assert answer.status_code == 410
    assert "reconstruyeron" in answer.content.decode()
    (newest,) = [link for link in read(answer.content.decode()).addresses if "channel=web" in link]
    assert "Hay cifras" not in body(reader, newest)


def version_of(address: str) -> str:
    return address.partition("log=")[2].partition("&")[0]


def test_fields_left_empty_vanish_from_the_address(reader):
    answer = reader.get("/journeys/?type=order&log=&channel=&has=&has=placed&s.state=&from=2026-04-01&to=")
    assert answer.status_code == 302
    assert version_of(answer["Location"])
    assert answer["Location"].endswith("&from=2026-04-01&has=placed")
