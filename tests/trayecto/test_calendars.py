from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.twins_calendars import working_minutes

from trayecto.calendars import Calendar
from trayecto.errors import BadValue
from trayecto.units import HOUR, to_microseconds

SANTIAGO = ZoneInfo("America/Santiago")
SHOP = Calendar("mon-fri 09:00-18:00, sat 10:00-14:00", country="CL", tz="America/Santiago")


def at(text, zone=SANTIAGO):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def test_nights_and_sundays_are_not_working_time():
    assert SHOP.between(at("2024-05-10T17:00"), at("2024-05-13T10:00")) == timedelta(hours=1 + 4 + 1)


def test_the_holidays_of_the_country_are_not_working_time():
    assert SHOP.between(at("2024-09-17T00:00"), at("2024-09-21T00:00")) == timedelta(
        hours=9
    )  # 18 to 20 closed


def test_closed_days_of_ones_own_are_not_working_time():
    calendar = Calendar("mon-fri 09:00-18:00", holidays=[date(2024, 1, 2)])
    assert calendar.between(at("2024-01-01", UTC), at("2024-01-04", UTC)) == timedelta(hours=18)


def test_a_day_on_which_the_clocks_change_has_the_hours_that_pass():
    night = Calendar("sat-sun 00:00-24:00", tz="America/Santiago")
    spring, autumn = at("2024-09-08T12:00"), at("2024-04-07T12:00")
    assert night.between(at("2024-09-07T12:00"), spring) == timedelta(hours=23)
    assert night.between(at("2024-04-06T12:00"), autumn) == timedelta(hours=25)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["2024-09-06", "2024-04-05", "2023-12-30", "1969-12-30", "2024-05-01"]),
    st.integers(0, 5000),
    st.integers(0, 5000),
    st.sampled_from(["mon-fri 09:00-13:00 14:00-18:00", "sat-sun 00:00-24:00", "mon-sun 22:00-24:00"]),
    st.sampled_from(["America/Santiago", "UTC", "Asia/Kolkata", "Australia/Lord_Howe"]),
)
def test_working_time_equals_counting_minutes(day, offset, length, hours, tz):
    calendar = Calendar(hours, tz=tz, holidays=[date(2024, 1, 1)])
    start = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=offset)
    end = start + timedelta(minutes=length)
    assert calendar.between(start, end) == timedelta(minutes=working_minutes(calendar, start, end))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**15), 3 * 10**15), min_size=2, max_size=20))
def test_working_time_never_decreases_and_does_not_depend_on_its_company(times):
    ordered = np.array(sorted(times))
    together = SHOP.working(ordered)
    assert np.all(np.diff(together) >= 0)
    assert together.tolist() == [int(SHOP.working(np.array([one]))[0]) for one in ordered]


def test_a_usual_working_day_is_the_most_frequent_length():
    assert SHOP.day == 9 * HOUR
    assert Calendar("mon 09:00-13:00, tue 09:00-18:00").day == 9 * HOUR


def test_working_days_are_usual_days_of_the_calendar():
    assert SHOP.length("5 working days") == 45 * HOUR
    assert SHOP.length("1 working day") == 9 * HOUR
    assert SHOP.length("90m") == 3 * HOUR // 2


def test_days_of_working_time_must_say_working():
    with pytest.raises(BadValue, match="5 working days"):
        SHOP.length("5d")


@pytest.mark.parametrize(
    ("start", "within", "due"),
    [
        ("2024-05-13T10:00", "1 working day", "2024-05-14T10:00"),
        ("2024-05-10T17:00", "2h", "2024-05-11T11:00"),
        ("2024-05-12T03:00", "9h", "2024-05-13T18:00"),
        ("2024-09-17T12:00", "1 working day", "2024-09-21T13:00"),  # the 18th to the 20th are holidays
    ],
)
def test_a_promise_falls_due_when_its_working_time_has_passed(start, within, due):
    assert SHOP.due(at(start), within) == at(due)


def test_the_order_of_days_may_wrap_around_the_week():
    assert Calendar("sat-mon 10:00-12:00").hours == "mon 10:00-12:00, sat-sun 10:00-12:00"


def test_a_mapping_says_the_same_as_text():
    assert Calendar({"mon-fri": "09:00-18:00", "sat": "10:00-14:00"}).hours == SHOP.hours


def test_a_calendar_is_written_and_read_back():
    calendar = Calendar("mon-thu 09:00-13:00 14:00-18:00", "ES", "MD", "Europe/Madrid", [date(2024, 1, 2)])
    assert str(calendar).endswith("tz Europe/Madrid; country ES MD; closed 2024-01-02")
    assert Calendar.parse(str(calendar)) == calendar


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Calendar("weekdays"), "are not working hours"),
        (lambda: Calendar("mon-fri"), "are not working hours"),
        (lambda: Calendar("mon 18:00-09:00"), "night shift"),
        (lambda: Calendar("mon 09:00-12:00 11:00-13:00"), "overlap"),
        (lambda: Calendar("foo 09:00-12:00"), "names no days"),
        (lambda: Calendar(tz="Santiago"), "not a time zone"),
        (lambda: Calendar(country="XX"), "not a country"),
        (lambda: Calendar(country="ES", subdivision="ZZ"), "not a subdivision of ES"),
        (lambda: Calendar.parse("mon 09:00-12:00; zone UTC"), "not part of a calendar"),
    ],
)
def test_what_is_no_calendar_is_said(make, says):
    with pytest.raises(BadValue, match=says):
        make()


def test_millions_of_moments_are_read_at_once():
    start = to_microseconds(at("2024-01-01T00:00"))
    readings = SHOP.working(start + np.arange(1_000_000, dtype=np.int64) * 1_000_000)
    assert readings.dtype == np.int64 and len(readings) == 1_000_000
