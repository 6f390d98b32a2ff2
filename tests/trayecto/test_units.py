from datetime import UTC, datetime, timedelta

import pytest

from trayecto.errors import BadValue
from trayecto.units import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    format_duration,
    parse_duration,
    to_datetime,
    to_microseconds,
)


@pytest.mark.parametrize(
    ("text", "length"),
    [("7d", 7 * DAY), ("36h", 36 * HOUR), ("90m", 90 * MINUTE), ("30s", 30 * SECOND), ("2w", 14 * DAY),
     ("1d 12h", 36 * HOUR), ("1.5H", 90 * MINUTE), (timedelta(days=1), DAY), ("0s", 0)],
)  # fmt: skip
def test_lengths_are_read(text, length):
    assert parse_duration(text) == length


@pytest.mark.parametrize("text", ["", "7", "d", "7 years", "-3d", "7dd", 7, None, timedelta(days=-1)])
def test_anything_else_is_refused(text):
    with pytest.raises(BadValue):
        parse_duration(text)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0s"),
        (3 * DAY + 4 * HOUR + 9 * MINUTE, "3d 4h"),
        (750 * SECOND, "12m 30s"),
        (2 * DAY + 5, "2d"),
        (DAY, "1d"),
    ],
)
def test_lengths_are_written_in_their_two_largest_units(length, text):
    assert format_duration(length) == text


def test_moments_go_to_microseconds_and_back():
    moment = datetime(2024, 2, 29, 23, 59, 59, 999_999, tzinfo=UTC)
    assert to_datetime(to_microseconds(moment)) == moment


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(BadValue, match="time zone"):
        to_microseconds(datetime(2024, 1, 1))  # noqa: DTZ001
