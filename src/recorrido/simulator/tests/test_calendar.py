from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorrido.simulator.calendar import DAY, HOUR, Calendar, day_number
from trayecto.calendars import Calendar as LibraryCalendar

SANTIAGO = ZoneInfo("America/Santiago")
CALENDAR = Calendar("CL", "America/Santiago", (2026, 2027), ("09-18", "09-19"))
SPAN = st.integers(
    int(datetime(2026, 1, 1, tzinfo=UTC).timestamp()), int(datetime(2027, 6, 1, tzinfo=UTC).timestamp())
)


def wall(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def utc_of(seconds: int) -> datetime:
    return datetime.fromtimestamp(int(CALENDAR.to_utc(np.array([seconds]))[0]), UTC)


@pytest.mark.parametrize(
    "text", ["2026-01-15T12:00", "2026-06-15T12:00", "2026-09-05T22:00", "2026-09-06T02:00"]
)
def test_wall_time_becomes_the_utc_of_its_zone(text):
    assert utc_of(wall(text)) == datetime.fromisoformat(text).replace(tzinfo=SANTIAGO)


@given(st.lists(SPAN, min_size=2, max_size=20))
def test_no_journey_runs_backwards_when_the_clock_changes(moments):
    ordered = np.array(sorted(moments))
    assert (np.diff(CALENDAR.to_utc(ordered)) >= 0).all()


@given(SPAN, st.integers(0, 60 * DAY))
def test_working_days_are_those_that_the_journey_log_counts(start, length):
    moments = np.array([start, start + length])
    library = LibraryCalendar(country="CL", tz="America/Santiago")
    first, last = (datetime.fromtimestamp(int(s), UTC) for s in CALENDAR.to_utc(moments))
    days = library.between(first, last).total_seconds() / (9 * HOUR)
    assert CALENDAR.worked(moments[:1], moments[1:])[0] == pytest.approx(days, abs=1e-6)


@given(SPAN, st.integers(0, 5), st.floats(0.001, 0.999))
def test_work_is_done_later_on_a_working_day_in_working_hours(start, ahead, share):
    done = int(CALENDAR.at_work(np.array([start]), ahead, np.array([share]), (8.0, 18.0))[0])
    assert done >= start + 900
    assert 8 * HOUR <= done % DAY <= 18 * HOUR
    assert np.isin(done // DAY, CALENDAR.working_day(np.array([done // DAY]), 0))


def test_a_closed_store_is_entered_when_it_next_opens():
    before, holiday = np.array([wall("2026-09-17T23:10")]), day_number(date(2026, 9, 20))
    entered = int(CALENDAR.when_open(before, np.array([0.0]), 10.0, 20.0)[0])
    assert entered == holiday * DAY + 10 * HOUR


def test_an_open_store_is_entered_at_once():
    noon = np.array([wall("2026-09-16T12:00")])
    assert CALENDAR.when_open(noon, np.array([0.5]), 10.0, 20.0).tolist() == noon.tolist()
