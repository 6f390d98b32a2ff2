"""The journeys behind a figure, and one of them step by step."""

import csv
import io

import pytest

from recorrido.journeys.errors import JourneyNotFound
from recorrido.journeys.queries import (
    Filters,
    Selection,
    funnel,
    funnel_as_csv,
    hurts_as_csv,
    journey_detail,
    journey_map,
    journeys_as_csv,
    journeys_behind,
    map_as_csv,
    variants,
    variants_as_csv,
    where_it_hurts,
)
from recorrido.journeys.queries.funnels import FunnelQuestion
from recorrido.journeys.queries.sheets import csv_text

pytestmark = pytest.mark.django_db

DELIVERED = Selection("step", ("delivered",))


def pages_of(study, selection, limit):
    after = None
    while True:
        page = journeys_behind(study, Filters(), selection, after=after, limit=limit)
        yield page
        after = page.after
        if after is None:
            return


def test_pages_hold_every_journey_once(study):
    pages = list(pages_of(study, DELIVERED, 70))
    rows = [row.journey for page in pages for row in page.rows]
    assert len(pages) > 2
    assert len(rows) == len(set(rows)) == pages[0].total.count


def test_a_search_finds_a_journey_by_its_id(study):
    page = journeys_behind(study, Filters(), Selection(), search="O17")
    assert {row.journey for row in page.rows} == {"o17", *(f"o17{digit}" for digit in range(10))}
    assert (page.found, page.total.count) == (11, study.log.journey_count)


def test_a_search_finds_the_journeys_of_a_person(study):
    person = journeys_behind(study, Filters(), Selection()).rows[0].person
    page = journeys_behind(study, Filters(), Selection(), search=str(person))
    assert any(row.person == person for row in page.rows)


def test_a_search_is_no_way_into_sql(study):
    assert journeys_behind(study, Filters(), Selection(), search="' or '1'='1").found == 0


def test_a_journey_shows_its_steps_with_waits(study):
    row = journeys_behind(study, Filters(), DELIVERED, limit=1).rows[0]
    detail = journey_detail(study, Filters(), row.row)
    told = study.log.steps_of(row.row)
    assert [(step.step, step.at) for step in detail.steps] == told
    assert detail.steps[0].wait is None
    assert detail.steps[1].wait == (told[1][1] - told[0][1]).total_seconds()
    assert detail.outcome == "reached"


def test_a_lost_journey_is_marked_at_its_last_step(study):
    row = journeys_behind(study, Filters(), Selection("lost"), limit=1).rows[0]
    detail = journey_detail(study, Filters(), row.row)
    assert detail.outcome == "lost"
    assert [step.lost for step in detail.steps] == [False] * (len(detail.steps) - 1) + [True]


def test_a_late_step_is_marked_where_it_is_counted(study):
    late = Selection("late", ("delivered",))
    for row in journeys_behind(study, Filters(), late, limit=5).rows:
        marks = {step.step for step in journey_detail(study, Filters(), row.row).steps if step.late}
        assert marks == {"delivered"}


def test_support_contacts_are_marked_as_off_the_path(study):
    row = journeys_behind(study, Filters(), Selection("step", ("call",)), limit=1).rows[0]
    detail = journey_detail(study, Filters(), row.row)
    assert not detail.regular
    assert "call" in {step.step for step in detail.steps if step.off_path}


@pytest.mark.parametrize("row", [-1, 10**6])
def test_a_journey_that_is_not_there_is_told(study, row):
    with pytest.raises(JourneyNotFound):
        journey_detail(study, Filters(), row)


def test_the_list_as_csv_has_every_row(study):
    text = "".join(journeys_as_csv(study, Filters(), DELIVERED))
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) - 1 == journeys_behind(study, Filters(), DELIVERED).total.count
    assert {len(row) for row in rows} == {7 + 3}


def test_every_view_has_its_csv(study):
    pages = {
        map_as_csv: journey_map(study, Filters()).flows,
        hurts_as_csv: where_it_hurts(study, Filters()).steps,
        variants_as_csv: variants(study, Filters()).variants,
    }
    views = {map_as_csv: journey_map, hurts_as_csv: where_it_hurts, variants_as_csv: variants}
    for as_csv, rows in pages.items():
        assert len(as_csv(views[as_csv](study, Filters())).splitlines()) == len(rows) + 1
    two = funnel(study, Filters(), FunnelQuestion(("view", "placed")))
    assert len(funnel_as_csv(two).splitlines()) == 3


def test_a_formula_in_a_name_does_not_run_in_a_spreadsheet():
    assert csv_text([["=1+1", "-2", -2, "Ana"]]) == "'=1+1;'-2;-2;Ana\r\n"
