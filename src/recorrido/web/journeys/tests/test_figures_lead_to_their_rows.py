"""Every count a page shows is the number of journeys behind its click, and of the rows of their file."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.web.tests.links import figures_on, links_from, wrong_figures

pytestmark = pytest.mark.django_db
FILTERS = ["", "path=regular", "channel=web&has=order.placed&lacks=refund.paid&where=amount+>+60000"]
FUNNEL = (
    "/journeys/funnel/?type=purchase&step=product.viewed&step=order.placed&step=order.delivered&within=30d"
)
MONTH = "from=2026-10-01&to=2026-10-31"


@pytest.fixture
def reader(aromo) -> Client:
    client = Client()
    client.force_login(aromo["analyst"])
    return client


def panels(client: Client, page: str) -> list[str]:
    """The panels that the picture and the tables of a map lead to."""
    return links_from(client, page, "/journeys/step/") + links_from(client, page, "/journeys/flow/")


def check(client: Client, pages: list[str]) -> None:
    assert any(shown.count for page in pages for shown in figures_on(client, page))
    assert list(wrong_figures(client, pages, every=4)) == []


def test_on_the_map_in_every_mode(reader):
    check(reader, [f"/journeys/?mode={mode}&{MONTH}" for mode in ("frequency", "time", "dropoff")])


def test_in_the_panels_of_steps_with_the_period_before(reader):
    pages = links_from(reader, f"/journeys/?{MONTH}", "/journeys/step/")
    assert len(pages) > 20
    check(reader, pages[::2])


def test_in_the_panels_of_the_flows(reader):
    pages = links_from(reader, f"/journeys/?{MONTH}", "/journeys/flow/")
    assert len(pages) > 20
    check(reader, pages[::6])


@pytest.mark.parametrize("filters", FILTERS)
def test_where_it_hurts(reader, filters):
    check(reader, [f"/journeys/where-it-hurts/?{MONTH}&{filters}"])


@pytest.mark.parametrize("filters", FILTERS)
def test_in_variants_and_funnels(reader, filters):
    check(
        reader,
        [f"/journeys/variants/?top=30&{filters}", f"{FUNNEL}&{filters}", f"{FUNNEL}&strict=1&{filters}"],
    )


def test_on_the_pages_of_returns(reader):
    pages = [
        "/journeys/?type=return",
        "/journeys/where-it-hurts/?type=return",
        "/journeys/variants/?type=return",
    ]
    check(reader, pages + panels(reader, "/journeys/?type=return")[:20])
