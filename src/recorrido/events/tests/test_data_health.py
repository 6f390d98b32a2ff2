from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from recorrido.company.models import AuditEntry, Mail
from recorrido.events.actions import (
    count_events,
    ensure_source,
    forget_old_hours,
    move_consumer,
    review_alarms,
    set_threshold,
)
from recorrido.events.errors import BadPosition
from recorrido.events.imports import begin_import
from recorrido.events.models import Alarm, Bookmark, Event, SourceDay, SourceHour
from recorrido.events.queries import consumers, events_after, health, open_alarms, position_at
from recorrido.events.tests.making import NOON, event, record
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)  # a consumer waits for the end of a writer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def counted():
    while count_events():
        pass
    return SourceDay.objects.all()


def told(number, at=NOON, *, received=None, source="shop", **fields):
    """``number`` events that happened, and were received, at these moments."""
    received = received or at
    names = [f"{source}-{at:%d%H%M}-{received:%d%H%M}-{n}" for n in range(number)]
    record(*(event(name, at=at, received_at=received, **fields) for name in names), source=source)


def state_at(moment, source="shop"):
    counted()
    with clock.frozen(moment):
        return next(one for one in health().sources if one.source.name == source)


def codes(moment, source="shop"):
    return [finding.code for finding in state_at(moment, source).findings]


def test_each_event_is_counted_once_by_source_day_and_type():
    told(3)
    counted()
    told(2, NOON + DAY)
    told(1, source="pos")
    rows = counted().order_by("source__name", "day").values_list("source__name", "day", "events")
    assert [(name, day.day, events) for name, day, events in rows] == [
        ("pos", 1, 1),
        ("shop", 1, 3),
        ("shop", 2, 2),
    ]


def test_events_without_a_person_are_kept_and_counted():
    record(event("m1"), event("m2", identifiers=(("customer", "C1"),)))
    (row,) = counted()
    assert (row.events, row.nobody) == (2, 1)


def test_a_day_ends_at_midnight_of_the_installation(settings):
    told(1, datetime.fromisoformat("2026-03-02T01:00:00Z"))
    assert [row.day.isoformat() for row in counted()] == ["2026-03-01"]


def test_late_events_are_recorded_and_show_as_lag():
    told(30, NOON, received=NOON + 3 * HOUR)
    state = state_at(NOON + 3 * HOUR)
    assert (state.today.events, state.today.lag_limit) == (30, 21_600)
    assert [finding.code for finding in state.findings] == ["lagging"]
    assert "60" in state.findings[0].sentence


def test_history_that_is_imported_is_no_lag():
    told(30, NOON - 30 * DAY, received=NOON)
    assert codes(NOON) == []


def test_events_slightly_ahead_are_taken_and_counted_as_such():
    told(1, NOON + HOUR, received=NOON)
    (row,) = counted()
    assert (row.events, row.ahead) == (1, 1)


def test_a_client_whose_clock_is_off_shows_in_the_skew():
    told(30, NOON, received=NOON, sent_at=NOON - timedelta(minutes=10))
    state = state_at(NOON)
    assert (state.today.skewed, state.today.skew) == (30, 600.0)
    assert [finding.code for finding in state.findings] == ["skewed"]


def test_a_silence_against_the_usual_rhythm_is_found_and_a_usual_one_is_not():
    for week in range(4):
        told(30, NOON - timedelta(weeks=week))
    assert codes(NOON + HOUR) == []
    silent = [finding.code for finding in state_at(NOON + 7 * DAY + 90 * timedelta(minutes=1)).findings]
    assert silent == ["silent"]


def test_a_source_that_began_last_week_has_no_rhythm_yet():
    told(30)
    assert codes(NOON + 7 * DAY + 2 * HOUR) == []


def test_a_limit_of_hours_goes_before_the_rhythm(admin):
    told(1)
    limits = {"silence_hours": 2}
    set_threshold(
        actor=admin, source=ensure_source(name="shop"), alarms=True, limits=limits, ahead_hours=None
    )
    assert (codes(NOON + HOUR), codes(NOON + 2 * HOUR)) == ([], ["silent_too_long"])
    changed = AuditEntry.objects.get(action="source.limits_changed").detail
    assert changed["to"] == {"silence_hours": 2}


def test_a_share_of_refused_events_is_found():
    with clock.frozen(NOON):
        told(30)
    record(*(event(f"bad-{n}", channel="fax") for n in range(20)))
    state = state_at(clock.now())
    assert state.refused_today == 20
    assert [finding.code for finding in state.findings if finding.code == "refused"] == ["refused"]


def test_the_page_costs_the_same_however_many_sources_there_are():
    told(2)
    counted()
    with CaptureQueriesContext(connection) as few:
        health()
    for number in range(5):
        told(2, source=f"source-{number}")
    counted()
    with CaptureQueriesContext(connection) as many:
        health()
    assert len(many) == len(few)


def test_an_import_that_never_ended_is_found():
    with clock.frozen(NOON):
        begin_import(actor=None, mapping="orders.yaml", mapping_sha256="", files=[])
    with clock.frozen(NOON + 7 * HOUR):
        assert [finding.code for finding in health().findings] == ["import_without_end"]


def silent_since_noon(admin, **fields):
    told(1)
    given = {"alarms": True, "limits": {"silence_hours": 2}, "ahead_hours": None} | fields
    set_threshold(actor=admin, source=ensure_source(name="shop"), **given)
    counted()


def test_an_alarm_opens_once_is_told_and_closes_itself(admin):
    silent_since_noon(admin)
    with clock.frozen(NOON + 3 * HOUR):
        assert (review_alarms(), review_alarms()) == ((1, 0), (0, 0))
        told(1, NOON + 3 * HOUR)
        counted()
        assert review_alarms() == (0, 0)  # it may come back at once
    with clock.frozen(NOON + 3 * HOUR + timedelta(minutes=5)):
        assert review_alarms() == (0, 1)
    assert (Alarm.objects.get().closed_at is not None, open_alarms()) == (True, [])
    assert list(Mail.objects.order_by("id").values_list("to", flat=True)) == ["admin@example.com"] * 2
    assert "3 h" in Mail.objects.order_by("id")[0].text


def test_nobody_is_told_who_has_switched_alarms_off_or_may_not_see_the_page(admin, make_staff):
    make_staff("agent")
    make_staff("analyst", alarms=False)
    silent_since_noon(admin)
    with clock.frozen(NOON + 3 * HOUR):
        review_alarms()
    assert set(Mail.objects.values_list("to", flat=True)) == {"admin@example.com"}


def test_a_source_whose_alarms_are_off_opens_none(admin):
    silent_since_noon(admin, alarms=False)
    with clock.frozen(NOON + 3 * HOUR):
        assert (review_alarms(), len(health().findings)) == ((0, 0), 1)


def test_hours_that_no_rhythm_needs_are_forgotten():
    told(1)
    counted()
    with clock.frozen(NOON + 69 * DAY):
        assert forget_old_hours() == 0
    with clock.frozen(NOON + 71 * DAY):
        assert forget_old_hours() == 1
    assert SourceHour.objects.count() == 0


def test_a_consumer_that_has_taken_all_is_not_behind():
    told(3)
    counted()
    (state,) = consumers()
    assert (state.events_behind, state.time_behind) == (0, None)


def test_counters_that_are_set_back_count_everything_anew(admin):
    told(3)
    counted()
    position = Bookmark.objects.get().position
    assert move_consumer(actor=admin, consumer="data-health", position=position - 1) == 0
    assert (SourceDay.objects.count(), counted().get().events) == (0, 3)
    assert AuditEntry.objects.get(action="consumer.moved").detail["to"] == 0


@pytest.mark.parametrize(
    ("consumer", "position"), [("nobody", 0), ("data-health", -1), ("data-health", 10**12)]
)
def test_a_place_that_is_none_is_refused(admin, consumer, position):
    told(1)
    counted()
    with pytest.raises(BadPosition):
        move_consumer(actor=admin, consumer=consumer, position=position)


def test_an_event_that_waited_to_be_written_does_not_hide_those_before_it():
    for name, second in (("a", 0), ("b", 20), ("waited", 5), ("c", 30)):
        record(event(name, received_at=NOON + timedelta(seconds=second)))
    taken = [one.id for one in events_after(position_at("events", NOON + timedelta(seconds=10)))]
    assert set(
        Event.objects.filter(received_at__gte=NOON + timedelta(seconds=10)).values_list("id", flat=True)
    ) <= set(taken)


def test_a_moment_leads_to_the_place_of_the_first_event_received_from_then_on():
    for hour in range(8):
        told(3, NOON + hour * HOUR)
    first = position_at("events", NOON + 5 * HOUR)
    assert SourceDay.objects.count() == 0
    assert [one.at.hour for one in events_after(first)] == [17] * 3 + [18] * 3 + [19] * 3
