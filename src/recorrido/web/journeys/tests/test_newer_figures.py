"""A page asks whether there are newer figures: it offers them, or, live, shows them by itself."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.events.actions import count_events
from recorrido.events.records import NewEvent
from recorrido.journeys.actions import build_now, follow
from recorrido.journeys.tests.ledgers import event, record
from recorrido.shared import clock
from recorrido.web.tests.links import body, figures_on, total_of
from recorrido.web.tests.retailers import filled

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def reader(tmp_path):
    with filled("weighted", tmp_path) as staff:
        client = Client()
        client.force_login(staff["analyst"])
        yield client


def opened(client: Client, query: str = "") -> str:
    """The address that the map is sent on to."""
    return client.get(f"/journeys/{query}", follow=True).redirect_chain[-1][0]


def asked(client: Client, address: str, **fields: str):
    """What htmx gets that asks for the page at this address."""
    log = address.partition("log=")[2].partition("&")[0]
    headers = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{address}"}
    return client.get("/journeys/version/", {"type": "order", "log": log, **fields}, headers=headers)


def happen(day: float = 3) -> None:
    record(event("order.placed", day, customer="new", order="new", channel="web", weight=2))
    follow()


def test_while_nothing_is_newer_the_answer_is_empty(reader, django_assert_max_num_queries):
    address = opened(reader)
    with django_assert_max_num_queries(4):
        assert asked(reader, address).status_code == 204


def test_newer_figures_are_offered_with_the_same_filters(reader):
    address = opened(reader, "?path=regular")
    happen()
    answer = asked(reader, address)
    link = answer.content.decode().partition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "path=regular" in link and link != address
    assert "newer figures" not in body(reader, link) and "más nuevas" not in body(reader, link)
    assert 'id="newer"' in body(reader, address)


def test_a_live_page_is_told_to_swap_its_picture(reader):
    address = opened(reader, "?live=1")
    assert "every 500ms" in body(reader, address)
    happen()
    answer = asked(reader, address, live="1").content.decode()
    assert 'hx-trigger="load, ' in answer and 'hx-target="#live"' in answer


def test_the_live_switch_leaves_a_period_that_is_over(reader):
    page = body(reader, opened(reader, "?from=2026-03-01&to=2026-03-31"))
    switch = page.partition('class="live-switch" href="')[2].partition('"')[0]
    assert "live=1" in switch and "to=" not in switch and "from=2026-03-01" not in switch


def test_figures_of_a_page_keep_leading_to_their_rows_while_the_log_grows(reader):
    page = "/journeys/?from=2026-03-01&to=2026-12-31"
    whole = figures_on(reader, page)[0]
    happen()
    assert total_of(reader, whole.address) == whole.count
    assert figures_on(reader, page)[0].count == whole.count + 1


def test_another_site_is_never_led_to(reader):
    address = opened(reader)
    happen()
    headers = {"HX-Request": "true", "HX-Current-URL": "https://elsewhere.example/journeys/?log=1"}
    answer = reader.get("/journeys/version/", {"type": "order", "log": "1"}, headers=headers)
    assert "elsewhere" not in answer.content.decode() and address


def test_without_htmx_the_address_leads_to_the_map(reader):
    assert reader.get("/journeys/version/").url == "/journeys/"


def test_a_page_says_that_past_events_are_read_differently_until_the_journeys_are_built_anew(reader):
    address = opened(reader)
    assert 'class="message warning"' not in body(reader, address)
    record(NewEvent("r1", "ledger.remapping_applied", clock.now()))
    while count_events():
        pass
    assert "se leen de otra manera" in body(reader, address)
    build_now(journey_type="order", actor=None)
    assert "se leen de otra manera" not in body(reader, opened(reader))
