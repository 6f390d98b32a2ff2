"""Lengths of time: "7d", "36h", "90m" to microseconds, and back to words."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from trayecto.errors import BadValue

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

UNITS = {"w": WEEK, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*([wdhms])")
_WHOLE = re.compile(rf"(?:{_PART.pattern}\s*)+")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse_duration(value: str | timedelta) -> int:
    """Microseconds of ``"7d"``, ``"36h"``, ``"90m"``, ``"30s"``, ``"2w"``, ``"1d 12h"`` or a timedelta.

    Raises BadValue for anything else, and for a negative length.
    """
    if isinstance(value, timedelta):
        length = value // timedelta(microseconds=1)
    else:
        length = _parse_text(value)
    if length < 0:
        raise BadValue(f"A length of time cannot be negative: {value}.")
    return length


def _parse_text(text: str) -> int:
    if not isinstance(text, str) or not _WHOLE.fullmatch(text.strip().lower()):
        raise BadValue(f"'{text}' is not a length of time: write it like 7d, 36h, 90m, 30s or 2w.")
    return sum(round(float(number) * UNITS[unit]) for number, unit in _PART.findall(text.lower()))


def format_duration(microseconds: float) -> str:
    """The length in its two largest units: ``"3d 4h"``, ``"12m 30s"``, ``"0s"``."""
    left = int(microseconds)
    parts: list[tuple[int, str]] = []
    for unit, size in (("d", DAY), ("h", HOUR), ("m", MINUTE), ("s", SECOND)):
        count, left = divmod(left, size)
        if count or parts:
            parts.append((count, unit))
    return " ".join(f"{count}{unit}" for count, unit in parts[:2] if count) or "0s"


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC of an aware datetime; BadValue when it names no time zone."""
    if moment.tzinfo is None:
        raise BadValue(f"{moment.isoformat()} names no time zone: give an aware datetime.")
    return (moment - _EPOCH) // timedelta(microseconds=1)


def to_datetime(microseconds: int) -> datetime:
    """The UTC datetime of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=int(microseconds))
