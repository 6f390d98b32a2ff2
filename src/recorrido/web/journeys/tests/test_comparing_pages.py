"""Paths, cohorts and comparisons: every figure is the number of journeys behind its click."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from recorrido.web.tests.links import body, figures_on, read, rows_of_csv, total_of

pytestmark = pytest.mark.django_db
YEAR = "from=2026-01-01&to=2026-12-31"
PATHS = f"/journeys/paths/?type=purchase&around=order.delivered&{YEAR}"
SETS = "sets=1&a.from=2026-07-01&a.to=2026-08-31&b.from=2026-09-01&b.to=2026-10-31"
COMPARE = f"/journeys/compare/?type=purchase&{SETS}"
COHORTS = "/journeys/cohorts/?type=purchase"


@pytest.fixture
def reader(aromo) -> Client:
    client = Client()
    client.force_login(aromo["analyst"])
    return client


def check(client: Client, page: str, *, every: int) -> None:
    """Every so many of the figures of a page, each against the list behind it."""
    shown = sorted({(one.address, one.count) for one in figures_on(client, page)})
    assert len(shown) > every
    wrong = [(address, count) for address, count in shown[::every] if total_of(client, address) != count]
    assert wrong == []


def test_every_node_and_band_leads_to_its_journeys(reader):
    check(reader, f"{PATHS}&before=1&after=2&within=7d&top=3", every=2)


def test_the_bands_of_the_picture_lead_to_journeys_too(reader):
    page = f"{PATHS}&before=0&after=1&top=3"
    shown = {one.address for one in figures_on(reader, page)}
    drawn = {link for link in read(body(reader, page)).addresses if "sel=band" in link}
    assert drawn and drawn <= shown


def test_without_a_step_there_are_paths_around_the_goal(reader):
    assert "jm-ribbon" in body(reader, f"/journeys/paths/?type=purchase&{YEAR}")


def test_a_window_that_is_no_length_of_time_is_refused_on_the_page(reader):
    assert "soon" in body(reader, f"{PATHS}&within=soon")


def test_both_sides_of_a_comparison_lead_to_their_journeys(reader):
    check(reader, COMPARE, every=12)


def test_the_sets_may_differ_in_more_than_time(reader):
    page = "/journeys/compare/?type=purchase&sets=1&a.channel=web&b.channel=phone&b.has=order.placed"
    check(reader, page, every=12)


def test_an_empty_set_is_said(reader):
    page = body(reader, "/journeys/compare/?type=purchase&sets=1&a.from=2020-01-01&a.to=2020-01-31")
    assert "jm-comparison" not in page and "message" in page


def test_a_filter_that_cannot_be_read_is_refused(reader):
    answer = reader.get(f"{COMPARE}&a.where=amuont+>+3", follow=True)
    assert answer.status_code == 400 and "amuont" in answer.content.decode()


def test_the_shares_of_cohorts_lead_to_the_journeys_of_their_persons(reader):
    page = body(reader, COHORTS)
    cells = [link for link in read(page).addresses if "sel=cohort" in link]
    assert len(cells) > 8
    assert all(total_of(reader, link) > 0 for link in cells[:2])


def test_cohorts_do_not_mind_the_period_of_the_filters(reader):
    narrow, wide = (body(reader, f"{COHORTS}&{period}") for period in ("from=2026-09-01&to=2026-09-30", YEAR))
    table = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
    texts = [re.sub(r'href="[^"]*"', "", table.search(page).group(0)) for page in (narrow, wide)]
    assert texts[0] == texts[1]


def test_the_curve_is_a_picture(reader):
    answer = reader.get(f"/journeys/cohorts/curve.svg?type=purchase&{YEAR}", follow=True)
    assert answer["Content-Type"] == "image/svg+xml" and b"<svg" in answer.content


@pytest.mark.parametrize("page", [PATHS, COMPARE, COHORTS])
def test_every_page_is_a_file_too(reader, page):
    address = reader.get(page, follow=True).request
    assert len(rows_of_csv(reader, f"{address['PATH_INFO']}?{address['QUERY_STRING']}")) > 3


@pytest.mark.parametrize("page", [PATHS, COMPARE, COHORTS])
def test_a_page_asks_the_database_only_for_the_log_and_the_reader(
    reader, page, django_assert_max_num_queries
):
    address = reader.get(page, follow=True).request
    with django_assert_max_num_queries(16):
        assert reader.get(f"{address['PATH_INFO']}?{address['QUERY_STRING']}").status_code == 200
