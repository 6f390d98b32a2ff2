from datetime import UTC, date
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto.event_files import utc

from trayecto.errors import BadValue
from trayecto.events.times import read_times
from trayecto.events.zones import Zone

NOON = utc(2018, 8, 17, 12, 15, 10)


def understood(values, tz=None, time_format=None, kind=None):
    return read_times(pa.chunked_array([pa.array(values, kind)]), Zone(tz), time_format)


def moments(*args, **kwargs):
    return understood(*args, **kwargs).at.to_pylist()


@pytest.mark.parametrize(
    "text",
    [
        "2018-08-17T12:15:10Z",
        "2018-08-17 12:15:10",
        "2018-08-17T12:15:10.000",
        "2018-08-17T14:15:10+02:00",
        "2018-08-17T14:15:10.000000000+0200",
        "2018-08-17 08:15:10-04",
        "2018-08-17 12:15:10 UTC",
        "2018-08-17 14:15:10 +02:00",
        "20180817T121510",
        " 2018-08-17T12:15:10 ",
        "2018-08-17T12:15:10,000Z",
        "2018/08/17 12:15:10",
        "2018/08/17 14:15:10.000 +02:00",
    ],
)
def test_iso_8601_is_understood_as_people_and_programs_write_it(text):
    assert moments([text]) == [NOON]


def test_year_first_dates_with_slashes_are_dates():
    found = understood(["2018/08/17", "2018-08-18"])
    assert [moment.day for moment in found.at.to_pylist()] == [17, 18]
    assert found.date_only.to_pylist() == [True, True]


def test_unlike_texts_may_stand_in_one_column():
    texts = ["2018-08-17T14:15:10+02:00", "2018-08-17 12:15:10", "never", None, "2018-08-17T12:15:10Z"]
    assert moments(texts) == [NOON, NOON, None, None, NOON]


@pytest.mark.parametrize(
    "text", ["yesterday", "17/08/2018 12:15", "2018-02-30", "2018-08-17 25:00", "12:15", "-"]
)
def test_what_is_no_iso_time_is_not_guessed(text):
    assert moments([text]) == [None]


def test_a_format_is_parsed_strictly():
    texts = ["17/08/2018 12:15:10", "31/02/2018 00:00:00", "2018-08-17 12:15:10"]
    assert moments(texts, time_format="%d/%m/%Y %H:%M:%S") == [NOON, None, None]


def test_a_format_may_hold_an_offset():
    assert moments(["17.08.2018 14:15:10 +0200"], time_format="%d.%m.%Y %H:%M:%S %z") == [NOON]


def test_a_format_without_hours_gives_dates():
    times = understood(["17/08/2018"], "Europe/Madrid", "%d/%m/%Y")
    assert times.at.to_pylist() == [utc(2018, 8, 16, 22)]
    assert times.date_only.to_pylist() == [True]


def test_a_senseless_format_is_told():
    with pytest.raises(BadValue, match="is not a format"):
        understood(["x"], time_format="%Q")


@pytest.mark.parametrize("factor", [1, 1_000, 1_000_000, 1_000_000_000])
def test_numbers_since_1970_are_known_by_their_size(factor):
    seconds = int(NOON.timestamp())
    assert moments([seconds * factor, None]) == [NOON, None]
    assert moments([str(seconds * factor)]) == [NOON]


def test_a_fraction_of_a_second_is_kept():
    assert moments([NOON.timestamp() + 0.25]) == [NOON.replace(microsecond=250_000)]


def test_one_wild_number_does_not_change_the_unit_of_the_others():
    times = understood([int(NOON.timestamp()), int(NOON.timestamp()) + 1, 10**17])
    assert times.at.to_pylist()[0] == NOON
    assert times.outside.tolist() == [False, False, True]


def test_whole_numbers_that_look_like_dates_are_dates():
    assert moments([20180817, 20180818]) == [utc(2018, 8, 17), utc(2018, 8, 18)]


def test_dates_are_midnight_of_the_zone_and_marked():
    times = understood(["2018-08-17", "2018-08-17 12:15:10"], "America/Santiago")
    assert times.at.to_pylist() == [utc(2018, 8, 17, 3), utc(2018, 8, 17, 15, 15, 10)]
    assert times.date_only.to_pylist() == [True, False]
    assert understood([date(2018, 8, 17)], "America/Santiago").at.to_pylist() == [utc(2018, 8, 17, 3)]


def test_a_column_without_dates_has_no_mark():
    assert understood(["2018-08-17 12:15:10"]).date_only is None


@pytest.mark.parametrize("text", ["0001-01-01 00:00:00", "1799-12-31", "2300-01-01T00:00:00Z", "9999-12-31"])
def test_times_that_no_event_has_are_outside(text):
    times = understood([text, "2018-08-17"])
    assert times.outside.tolist() == [True, False]
    assert times.at[0].as_py() is None


def test_a_time_that_occurs_twice_is_the_first_and_counted():
    zone = Zone("Europe/Madrid")
    times = read_times(pa.chunked_array([["2018-10-28 02:30:00", "2018-10-28 12:00:00"]]), zone)
    assert times.at.to_pylist() == [utc(2018, 10, 28, 0, 30), utc(2018, 10, 28, 11)]
    assert (zone.ambiguous, zone.missing) == (1, 0)


def test_a_time_that_the_clock_skipped_moves_with_it_and_is_counted():
    zone = Zone("Europe/Madrid")
    times = read_times(pa.chunked_array([["2018-03-25 02:30:00"]]), zone)
    assert times.at.to_pylist() == [utc(2018, 3, 25, 1, 30)]
    assert (zone.ambiguous, zone.missing) == (0, 1)


ZONES = st.sampled_from(
    ["America/Santiago", "Europe/Madrid", "America/Bogota", "Australia/Lord_Howe", "Asia/Kathmandu"]
)
LOCAL = st.datetimes(utc(1990, 1, 1).replace(tzinfo=None), utc(2035, 1, 1).replace(tzinfo=None))


@given(st.lists(LOCAL, min_size=1, max_size=20), ZONES)
def test_wall_clock_times_are_what_zoneinfo_says(local, zone):
    expected = [moment.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) for moment in local]
    assert moments([moment.isoformat() for moment in local], zone) == expected
    assert moments(local, zone, kind=pa.timestamp("us")) == expected


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_arrow_timestamps_of_any_unit_and_zone_become_utc(unit):
    assert moments([NOON], kind=pa.timestamp(unit, "America/Lima")) == [NOON]
    assert moments([NOON.replace(tzinfo=None)], kind=pa.timestamp(unit)) == [NOON]


def test_a_wrong_zone_is_named_with_the_nearest():
    with pytest.raises(
        BadValue, match=r"'America/Santigo' is not a time zone.*Did you mean 'America/Santiago'"
    ):
        Zone("America/Santigo")


def test_a_column_that_cannot_hold_times_is_told():
    with pytest.raises(BadValue, match="of type bool cannot hold times"):
        understood([True])


@given(st.lists(st.one_of(st.none(), st.text(), LOCAL.map(str)), max_size=30))
def test_odd_texts_leave_their_neighbours_alone(texts):
    found = moments(texts, kind=pa.string())
    assert len(found) == len(texts)
    assert found == [moments([text], kind=pa.string())[0] for text in texts] or looks_like_numbers(texts)


def looks_like_numbers(texts):
    """The unit of numbers is told from the whole column."""
    return any(text and text.strip("-")[:9].isdigit() for text in texts)
