"""Values as the filter language writes them, so that ``str(filter)`` can be read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from trayecto.calendars import zone
from trayecto.errors import BadValue
from trayecto.units import DAY, HOUR, MINUTE, SECOND, to_datetime, to_microseconds

Moment = datetime | date | str
Units = tuple[tuple[str, int], ...]


def call(name: str, *values: Any, **named: Any) -> str:
    """``name('a', 7, option => 'b')``: trailing Nones and named Nones are left out."""
    given = list(values)
    while given and given[-1] is None:
        given.pop()
    words = [literal(value) for value in given]
    words += [f"{key} => {literal(value)}" for key, value in named.items() if value is not None]
    return f"{name}({', '.join(words)})"


def literal(value: Any) -> str:
    """A value as text: 'text' with doubled quotes, numbers, true, null, ['list'], {'key': value}."""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{literal(key)}: {literal(item)}" for key, item in value.items()) + "}"
    if isinstance(value, Sequence):
        return "[" + ", ".join(map(literal, value)) + "]"
    return repr(value)


def duration_text(microseconds: int, units: Units = (("d", DAY), ("h", HOUR), ("m", MINUTE))) -> str:
    """The exact length as ``parse_duration`` reads it: ``"7d"``, ``"1d 2h 3m 4.5s"``."""
    parts, left = [], microseconds
    for unit, size in units:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count}{unit}")
    if left or not parts:
        whole, fraction = divmod(left, SECOND)
        parts.append(f"{whole}.{fraction:06d}".rstrip("0").rstrip(".") + "s")
    return " ".join(parts)


def hours_text(microseconds: int) -> str:
    """The exact length without days, which mean something else in working time: ``"45h 30m"``."""
    return duration_text(microseconds, (("h", HOUR), ("m", MINUTE)))


def moment_us(value: Moment | None, tz: str = "UTC") -> int | None:
    """Microseconds since 1970 of a datetime, a date (its midnight in ``tz``) or ISO text of either; None stays.

    Text without an offset is read in ``tz``. Raises BadValue for anything else, and for naive datetimes.
    """
    if value is None:
        return None
    if isinstance(value, str):
        value = _read_iso(value, tz)
    if isinstance(value, datetime):
        return to_microseconds(value)
    if isinstance(value, date):
        return to_microseconds(datetime.combine(value, time(), zone(tz)))
    raise BadValue(f"{value!r} is not a moment: write '2024-01-31' or '2024-01-31T09:00:00-03:00'.")


def _read_iso(text: str, tz: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise BadValue(
            f"'{text}' is not a moment: write '2024-01-31' or '2024-01-31T09:00:00-03:00'."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone(tz))


def moment_text(microseconds: int | None) -> str | None:
    """The moment in ISO form, UTC; midnights as a date alone."""
    if microseconds is None:
        return None
    moment = to_datetime(microseconds).astimezone(UTC)
    if moment.time() == time():
        return moment.date().isoformat()
    return moment.isoformat().replace("+00:00", "Z")


def seconds_or_text(value: Any) -> Any:
    """A plain number of seconds as a timedelta; anything else unchanged."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return timedelta(microseconds=round(value * SECOND))
    return value
