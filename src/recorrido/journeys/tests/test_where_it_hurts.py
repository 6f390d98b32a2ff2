"""Where it hurts, against a slow plain reading of the same rules."""

from datetime import UTC, date, datetime, time, timedelta
from statistics import quantiles
from zoneinfo import ZoneInfo

import pytest

from recorrido.journeys.queries import Filters, where_it_hurts
from recorrido.journeys.queries.lateness import rules
from recorrido.journeys.queries.outcomes import limits
from recorrido.journeys.queries.tallies import FEW

pytestmark = pytest.mark.django_db

ZONE = ZoneInfo("America/Santiago")
JUNE = Filters(start=date(2026, 6, 1), end=date(2026, 6, 30))


def journeys_of(study):
    return [(row, study.log.steps_of(row["row"])) for row in study.log.journeys().to_pylist()]


def started_in(journey, start: date, end: date) -> bool:
    return start <= journey[0][1].astimezone(ZONE).date() <= end


def waits_before(journeys, step):
    """From the directly preceding event, in seconds."""
    return [
        (journey[n][1] - journey[n - 1][1]).total_seconds()
        for journey in journeys
        for n in range(1, len(journey))
        if journey[n][0] == step
    ]


def hurt_at(study, filters, step):
    return next(hurt for hurt in where_it_hurts(study, filters).steps if hurt.step == step)


def test_a_step_without_a_promise_is_late_beyond_the_p90_of_the_90_days_before(study):
    every = [journey for _row, journey in journeys_of(study)]
    first = datetime.combine(JUNE.start, time(), ZONE)
    before = [j for j in every if first - timedelta(days=90) <= j[0][1] < first]
    usual = quantiles(waits_before(before, "shipped"), n=10, method="inclusive")[-1]
    june = [j for j in every if started_in(j, JUNE.start, JUNE.end)]
    late = sum(any(wait > usual for wait in waits_before([j], "shipped")) for j in june)
    assert hurt_at(study, JUNE, "shipped").late.count == late > 0


def test_a_promised_step_is_late_beyond_its_working_days(study):
    from trayecto import Calendar

    calendar = Calendar("mon-fri 09:00-18:00", country="CL", tz="America/Santiago")
    late = 0
    for _row, journey in journeys_of(study):
        times = dict(journey)
        if "delivered" in times and started_in(journey, JUNE.start, JUNE.end):
            late += calendar.between(times["placed"], times["delivered"]) > timedelta(hours=27)
    assert hurt_at(study, JUNE, "delivered").late.count == late > 0


def test_lost_journeys_waited_at_their_last_step_beyond_its_limit(study):
    limit = limits(study)["shipped"]
    lost = sum(
        journey[-1][0] == "shipped"
        and "delivered" not in dict(journey)
        and study.log.as_of - journey[-1][1] > limit
        for _row, journey in journeys_of(study)
    )
    assert hurt_at(study, Filters(), "shipped").lost.count == lost > 0


def test_a_promise_that_runs_since_a_step_is_the_limit_of_that_step(study):
    assert limits(study)["placed"] == timedelta(days=5)  # three working days, a weekend between


def test_the_score_is_importance_times_lost_and_late_by_journeys(study):
    hurt = hurt_at(study, JUNE, "delivered")
    share = (hurt.lost.count + hurt.late.count) / hurt.reached.count
    assert hurt.score == pytest.approx(min(1.0, hurt.importance * share))


def test_scores_are_weighted_where_journeys_are(shop):
    from recorrido.journeys.queries import open_study

    hurt = hurt_at(open_study("weighted"), Filters(), "delivered")
    share = (hurt.lost.weighted + hurt.late.weighted) / hurt.reached.weighted
    assert hurt.score == pytest.approx(min(1.0, hurt.importance * share))
    assert hurt.reached.weighted > hurt.reached.count


def test_without_a_period_only_promises_can_be_broken(study):
    assert set(rules(study, None)) == {"delivered"}
    assert hurt_at(study, Filters(), "shipped").late.count == 0


def test_segments_do_not_change_what_counts_as_late(study):
    assert rules(study, JUNE.start)["shipped"].seconds == rules(study, JUNE.start)["shipped"].seconds
    everywhere = hurt_at(study, JUNE, "shipped").late.count
    by_region = [
        hurt_at(study, Filters(JUNE.start, JUNE.end, segments=(("region", region),)), "shipped").late.count
        for region in ("RM", "VS", "X")
    ]
    assert sum(by_region) == everywhere


def test_the_previous_score_is_that_of_the_period_before(study):
    may = Filters(start=date(2026, 5, 1), end=date(2026, 5, 31))
    assert hurt_at(study, JUNE, "delivered").previous_score == hurt_at(study, may, "delivered").score


def test_order_value_at_stake_adds_up_the_journeys_lost_or_late(study):
    promised = rules(study, JUNE.start)["delivered"]
    hurt = hurt_at(study, JUNE, "delivered")
    view = study.log.where(JUNE.resolve(study))
    from recorrido.journeys.queries.selections import select

    rows = select(study, JUNE, hurt.hurt.selection).journeys().to_pylist()
    assert promised.promised and len(rows) == hurt.hurt.count < view.journey_count
    assert hurt.value_at_stake == sum(row["amount"] for row in rows)


def test_satisfaction_compares_those_hurt_with_the_others(study):
    told = hurt_at(study, JUNE, "delivered").satisfaction
    assert told.hurt_answers + told.others_answers > 0
    assert 1 <= told.hurt <= 5 and 1 <= told.others <= 5


def test_the_longest_wait_before_is_an_earlier_step_and_its_department(study):
    before = hurt_at(study, JUNE, "delivered").longest_wait_before
    assert before.step == "shipped"
    assert before.owner == "carrier"


def test_steps_with_few_journeys_stand_last(study):
    one_day = Filters(start=date(2026, 6, 1), end=date(2026, 6, 8))
    few = [hurt.few for hurt in where_it_hurts(study, one_day).steps]
    assert few == sorted(few)
    assert all((hurt.reached.count < FEW) == hurt.few for hurt in where_it_hurts(study, one_day).steps)


def test_as_of_of_a_ledger_that_stopped_is_its_last_event(study):
    assert study.log.as_of.astimezone(UTC) == max(j[-1][1] for _row, j in journeys_of(study))
