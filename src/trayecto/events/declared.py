"""Columns of texts whose file declares what they are."""

from __future__ import annotations

import pyarrow as pa

from trayecto.events.times import read_times
from trayecto.events.zones import Zone

_ARROW = {
    "int": pa.int64(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "real": pa.float64(),
    "boolean": pa.bool_(),
    "bool": pa.bool_(),
}


def as_declared(column: pa.ChunkedArray, kind: str, tz: str | None) -> pa.ChunkedArray | None:
    """A column of texts in the type that XES or OCEL declares; None when a value is not of that type."""
    if kind in ("date", "time"):
        at = read_times(column, Zone(tz)).at
        return at if at.null_count == column.null_count else None
    if kind not in _ARROW:
        return column
    try:
        return column.cast(pa.string()).cast(_ARROW[kind])
    except pa.ArrowInvalid:
        return None
