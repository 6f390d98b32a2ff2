"""The client's times, and one correction per request for a clock that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from recorrido.api.ingest.errors import NotUnderstood

USUAL = timedelta(days=7)
"""A larger offset between the client's clock and ours needs a witness: the times of the events themselves."""
AHEAD, KEPT_BY_CLIENT = timedelta(days=1), timedelta(days=30)

_UNITS = ((1e17, 1e9), (1e14, 1e6), (1e11, 1e3))
"""From which number on it must be nano-, micro- or milliseconds: as the next longer unit it would be the year 5138."""
_DIGITS = (10, 13, 16, 19)  # of such a number, written as a text


def read_time(told: Any) -> tuple[datetime, bool]:
    """The moment a client wrote, in UTC, and whether it is a date only. A time without a zone is UTC: the libraries
    write UTC. Numbers are seconds since 1970, or parts of them by their size. Raises NotUnderstood."""
    try:
        if isinstance(told, str) and not (len(told) in _DIGITS and told.isdecimal()):
            at = datetime.fromisoformat(told.strip().upper())
            if at.tzinfo is not UTC:
                at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
            return at, len(told) <= 10
        if isinstance(told, str | int | float) and not isinstance(told, bool):
            return datetime.fromtimestamp(_seconds(float(told)), UTC), False
    except (ValueError, OverflowError, OSError):
        pass
    raise NotUnderstood(
        "unreadable_time", f"The time {str(told)[:60]!r} cannot be read: write it as 2026-03-01T15:00:00Z."
    )


def _seconds(number: float) -> float:
    return next((number / parts for least, parts in _UNITS if abs(number) >= least), number)


def offset_of(
    sent_at: datetime | None, received_at: datetime, newest: Callable[[], datetime | None]
) -> timedelta | None:
    """What to add to every time of a request: receivedAt - sentAt. None where it says nothing.

    One for the whole request, so that a batch is never reordered. ``newest`` gives the time of its newest event, and
    is asked only where the clocks are more than a week apart: events that the same clock saw shortly before it sent
    them were told by a wrong clock, and a ``sentAt`` that stands alone is a wrong field.
    """
    if sent_at is None:
        return None
    offset = received_at - sent_at
    if abs(offset) > USUAL:
        event_at = newest()
        if event_at is None or not -AHEAD <= sent_at - event_at <= KEPT_BY_CLIENT:
            return None
    return offset


def read_moment(told: Any) -> datetime | None:
    """A time with its time of day, or None where it cannot be read: for what only helps, such as ``sentAt``."""
    if not told:
        return None
    try:
        at, date_only = read_time(told)
    except NotUnderstood:
        return None
    return None if date_only or not 1900 <= at.year < 9999 else at
