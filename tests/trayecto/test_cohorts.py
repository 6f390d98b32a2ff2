from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.memory_view import DAY, MemoryView
from tests.trayecto.twins_cohorts import cells, month_of, week_of, wilson

from trayecto.errors import BadValue, UnknownAttribute, UnknownStep
from trayecto.persons import by_person
from trayecto.questions import cohorts

NAMES = ("order", "visit")
JANUARY = 19_723 * DAY  # 2024-01-01


def log_of(*rows, as_of=None, **more):
    """``rows``: (person, days of orders since 1 January 2024, …)."""
    journeys = tuple(tuple(("order", JANUARY + int(day * DAY)) for day in days) for _person, days in rows)
    extra = {"person": [person for person, _days in rows]} | more.pop("extra", {})
    end = None if as_of is None else JANUARY + as_of * DAY
    return MemoryView(journeys, NAMES, extra=extra, as_of_us=end, **more)


def shown(result):
    """cohort start -> persons who order in each observed cell."""
    return {
        one.start.isoformat(): [cell.persons if cell.observed else None for cell in one.cells]
        for one in result.cohorts
    }


def test_a_person_belongs_to_the_month_of_the_first_order():
    view = log_of(("ana", [3]), ("ana", [40, 75]), ("bea", [35]), as_of=91)
    assert shown(cohorts.ask(view, ["order"])) == {
        "2024-01-01": [1, 1, 1, None],
        "2024-02-01": [1, 0, None],
    }


def test_a_period_that_has_not_ended_has_counts_but_no_share():
    cell = cohorts.ask(log_of(("ana", [3, 33]), as_of=40), ["order"]).cohorts[0].cells[1]
    assert (cell.observed, cell.persons, cell.retention) == (False, 1, None)


def test_the_curve_takes_only_what_was_seen_whole():
    view = log_of(("ana", [3, 35]), ("bea", [33]), as_of=60)
    curve = cohorts.ask(view, ["order"]).curve
    assert [(one.period, one.cohorts, one.persons, one.retained) for one in curve] == [
        (0, 2, 2, 2),
        (1, 1, 1, 1),
    ]


def test_a_second_order_in_the_first_month_counts_as_bought_again():
    cell = cohorts.ask(log_of(("ana", [3, 4]), as_of=40), ["order"]).cohorts[0].cells[0]
    assert (cell.again_persons, cell.orders, cell.orders_per_person) == (1, 2, 2.0)


def test_months_follow_the_calendar_of_the_zone():
    view = log_of(("ana", [31 + 1 / 24]), as_of=70)
    assert list(shown(cohorts.ask(view, ["order"], tz="America/Santiago"))) == ["2024-01-01"]


def test_the_value_of_a_journey_stands_where_its_first_order_is():
    view = log_of(("ana", [3, 40]), ("ana", [41]), as_of=70, extra={"amount": [10.0, 5.0]})
    cells_ = cohorts.ask(view, ["order"], value="amount").cohorts[0].cells
    assert [cell.value for cell in cells_] == [10.0, 5.0, 0.0]


def test_journeys_without_a_person_are_left_out():
    assert cohorts.ask(log_of(("ana", [3]), (None, [4]), as_of=40), ["order"]).persons == 1


def test_a_log_without_persons_is_refused():
    with pytest.raises(BadValue, match="names no persons"):
        cohorts.ask(log_of((None, [3])), ["order"])


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"steps": ["ordr"]}, UnknownStep),
        ({"steps": []}, BadValue),
        ({"steps": ["order"], "by": "year"}, BadValue),
        ({"steps": ["order"], "value": "amout"}, UnknownAttribute),
        ({"steps": ["order"], "tz": "Chile"}, BadValue),
    ],
)
def test_what_cannot_be_asked_is_refused(asked, error):
    with pytest.raises(error):
        cohorts.ask(log_of(("ana", [3]), extra={"amount": [1.0]}), **asked)


def test_the_journeys_behind_a_cell_are_those_with_an_order_in_it():
    view = log_of(("ana", [3]), ("ana", [40]), ("bea", [5]), ("cleo", [41]), as_of=70)
    rows, persons = cohorts.rows_behind(view, ["order"], "month", "UTC", date(2024, 1, 1), 1)
    assert (np.flatnonzero(rows).tolist(), persons) == ([1], 1)


@st.composite
def logs(draw):
    days = st.lists(st.floats(0, 150), min_size=1, max_size=4)
    rows = draw(
        st.lists(st.tuples(st.sampled_from(["a", "b", "c", "d", None]), days), min_size=1, max_size=12)
    )
    rows.append(("z", [0.0]))
    rows = [(person, sorted(days)) for person, days in rows]
    weights = draw(st.none() | st.lists(st.integers(1, 5), min_size=len(rows), max_size=len(rows)))
    kept = draw(st.none() | st.lists(st.booleans(), min_size=len(rows) - 1, max_size=len(rows) - 1))
    return log_of(
        *rows, as_of=draw(st.integers(151, 220)),
        weights=None if weights is None else np.array(weights, float),
        selection=None if kept is None else np.array([*kept, True]),
    )  # fmt: skip


def rows_of(view):
    weights = [1.0] * len(view.journeys) if view.weights is None else view.weights
    kept = [True] * len(view.journeys) if view.selection is None else view.selection
    persons = view.attributes["person"].to_pylist()
    return [row[:3] for row in zip(persons, view.journeys, weights, kept, strict=True) if row[3]]


@settings(max_examples=120, deadline=None)
@given(logs(), st.sampled_from(["month", "week"]))
def test_cohorts_equal_following_every_person(view, by):
    period_of = month_of if by == "month" else week_of
    active, second, orders = cells(rows_of(view), ["order"], period_of)
    result = cohorts.ask(view, ["order"], by)
    now = period_of(int(view.as_of.timestamp() * 1e6))
    assert result.orders == sum(orders.values())
    for cohort in result.cohorts:
        first = period_of(int(np.datetime64(cohort.start, "us").astype(int)))
        assert cohort.persons == len(active[first, 0])
        for cell in cohort.cells:
            place = first, cell.period
            found = (cell.persons, cell.again_persons, cell.orders, cell.observed)
            assert found == (len(active[place]), len(second[place]), orders[place], first + cell.period < now)
            if cell.observed:
                expected = wilson(cell.persons, cohort.persons)
                assert (cell.retention.low, cell.retention.high) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(logs())
def test_every_cell_leads_to_its_persons(view):
    for cohort in cohorts.ask(view, ["order"]).cohorts:
        for cell in cohort.cells:
            rows, persons = cohorts.rows_behind(view, ["order"], "month", "UTC", cohort.start, cell.period)
            assert persons == cell.persons and rows.sum() >= persons


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_summaries_of_persons_merge_in_any_order(view, luck):
    starts = cohorts._starts(view, "month", "UTC")
    edges = cohorts.edges_of(starts, cohorts.zone("UTC"))
    params = cohorts.Params(cohorts._wanted(view, ["order"]), edges)
    found = [cohorts.scan(one, params) for one in by_person(view).named.cut(4)]
    whole = cohorts.scan(by_person(view).named, params)
    luck.shuffle(found)
    merged = found[0]
    for one in found[1:]:
        merged = cohorts.merge(merged, one)
    assert (merged.counts == whole.counts).all() and merged.weighed == pytest.approx(whole.weighed)


def test_a_filter_that_everybody_meets_changes_nothing():
    view = log_of(("ana", [3, 40]), ("bea", [35]), as_of=91)
    everybody = replace(view, selection=np.ones(2, bool))
    assert cohorts.ask(view, ["order"]) == cohorts.ask(everybody, ["order"])


def test_weights_add_their_own_counts():
    view = log_of(("ana", [3]), ("ana", [40]), as_of=61, weights=np.array([3.0, 5.0]))
    cells_ = cohorts.ask(view, ["order"]).to_dict()["cohorts"][0]["cells"]
    assert [(cell["weighted_persons"], cell["weighted_orders"]) for cell in cells_] == [
        (3.0, 3.0),
        (3.0, 5.0),
        (0.0, 0.0),
    ]
