"""Wall-clock times to UTC, with every decision that a change of the clock asks for counted."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

import pyarrow as pa
import pyarrow.compute as pc

from trayecto.errors import BadValue, did_you_mean
from trayecto.events.table import TIME_TYPE


@dataclass
class Zone:
    """The zone in which times without an offset are meant; counts what it had to decide."""

    name: str | None = None
    naive: int = 0
    ambiguous: int = 0
    missing: int = 0

    def __post_init__(self) -> None:
        if self.name is not None:
            _check_zone(self.name)

    def to_utc(self, local: pa.Array) -> pa.Array:
        """Wall-clock times to UTC, as ``zoneinfo`` with ``fold=0`` does it.

        An hour that occurs twice is its first occurrence; a time that the clock skipped is read as if the clock
        had not been moved (02:30 becomes 03:30), which keeps the distance to the times before it.
        """
        self.naive += len(local) - local.null_count
        if self.name is None:
            return pc.assume_timezone(local, "UTC")
        try:
            return pc.assume_timezone(local, self.name).cast(TIME_TYPE)
        except pa.ArrowInvalid:
            return self._decide(local)

    def _decide(self, local: pa.Array) -> pa.Array:
        early = pc.assume_timezone(local, self.name, ambiguous="earliest", nonexistent="earliest")
        late = pc.assume_timezone(local, self.name, ambiguous="latest", nonexistent="earliest")
        shown = pc.local_timestamp(early)
        self.ambiguous += _count(pc.not_equal(early, late))
        self.missing += _count(pc.not_equal(shown, local))
        return pc.add(early, pc.subtract(local, shown)).cast(TIME_TYPE)

    def warnings(self, column: str, file: str) -> list[str]:
        said = []
        if self.naive and self.name is None:
            said.append(
                f"{file}: {self.naive:,} times in '{column}' carry no zone and were taken as UTC; say tz=."
            )
        if self.ambiguous:
            said.append(
                f"{file}: {self.ambiguous:,} times in '{column}' occur twice in {self.name} (the clock was put back)"
                " and were taken as the first."
            )
        if self.missing:
            said.append(
                f"{file}: {self.missing:,} times in '{column}' do not exist in {self.name} (the clock was put forward)"
                " and were moved forward with it."
            )
        return said


def _count(mask: pa.Array) -> int:
    return int(pc.sum(mask).as_py() or 0)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError) as problem:
        hint = did_you_mean(name, available_timezones())
        raise BadValue(
            f"tz='{name}' is not a time zone; give a name such as 'America/Santiago'.{hint}"
        ) from problem
