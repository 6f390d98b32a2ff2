"""Lengths of time as changes write them: ``2 working days``, ``-12h``, ``3d``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from trayecto.calendars import Calendar
from trayecto.errors import BadValue

_WRITTEN = re.compile(r"([+-]?)\s*(\d+(?:\.\d+)?)\s*(working days?|wd|d|days?|h|hours?|min|minutes?)")
_MICROSECONDS = {"d": 86_400_000_000, "h": 3_600_000_000, "m": 60_000_000}
MOST = 10_000.0


@dataclass(frozen=True)
class Length:
    """``amount`` of ``unit``: w (working days), d, h or m."""

    amount: float
    unit: str

    def on(self, calendar: Calendar | None) -> int:
        """Microseconds of the calendar's clock (hours are then hours of work), or of the wall's without one."""
        if self.unit == "w":
            if calendar is None:
                raise BadValue(
                    "This step's time is counted by the clock: write days or hours, not working days."
                )
            return round(self.amount * calendar.day)
        if self.unit == "d" and calendar is not None:
            raise BadValue(
                "This step's time is counted in working time: write working days or hours, not days."
            )
        return round(self.amount * _MICROSECONDS[self.unit])


def read_length(text: str) -> Length:
    """Raises BadValue with examples."""
    found = _WRITTEN.fullmatch(text.strip().lower())
    if not found or float(found[2]) > MOST:
        raise BadValue(
            f"a length of time such as '2 working days', '3d' or '-12h' is expected, not '{text[:40]}'."
        )
    return Length(float(found[2]) * (-1 if found[1] == "-" else 1), found[3][0])
