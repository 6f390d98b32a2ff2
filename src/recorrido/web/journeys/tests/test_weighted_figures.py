"""Journeys with weights: the estimate is shown beside the rows, the click leads to the rows."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.web.tests.links import body, figures_on, links_from, read, wrong_figures

pytestmark = pytest.mark.django_db
PAGES = [
    "/journeys/",
    "/journeys/?mode=time&s.state=SP",
    "/journeys/?mode=dropoff&from=2026-04-01&to=2026-04-30",
    "/journeys/where-it-hurts/?from=2026-05-01&to=2026-05-31",
    "/journeys/variants/?top=100",
    "/journeys/funnel/?step=placed&step=delivered&within=7d",
]


@pytest.fixture
def reader(weighted) -> Client:
    client = Client()
    client.force_login(weighted["analyst"])
    return client


@pytest.mark.parametrize("page", PAGES)
def test_every_figure_equals_its_rows(reader, page):
    assert any(shown.count for shown in figures_on(reader, page))
    assert list(wrong_figures(reader, [page])) == []


def test_the_panels_figures_equal_their_rows(reader):
    map_page = "/journeys/?from=2026-04-01&to=2026-04-30"
    panels = links_from(reader, map_page, "/journeys/step/") + links_from(reader, map_page, "/journeys/flow/")
    assert list(wrong_figures(reader, panels)) == []


def test_an_estimate_says_how_many_rows_it_rests_on(reader):
    page = body(reader, "/journeys/?type=order&log=")
    (whole, *_) = read(page).figures
    assert "≈" in page
    assert f"({whole.count} " in page
