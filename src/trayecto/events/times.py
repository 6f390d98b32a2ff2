"""Times of any shape to microseconds of UTC: texts, numbers, dates and Arrow timestamps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.events.kinds import holds_text
from trayecto.events.table import TIME_TYPE
from trayecto.events.time_texts import EPOCH, NAIVE, Piece, looks_unix, plain_text, understand, unix_numbers
from trayecto.events.zones import Zone

EARLIEST = int((datetime(1800, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * 1_000_000
LATEST = int((datetime(2300, 1, 1, tzinfo=UTC) - EPOCH).total_seconds()) * 1_000_000


@dataclass
class Times:
    """``at``: (rows,) timestamp[us, UTC], null where there is no usable time.

    ``date_only``: (rows,) true for dates without a time of day, or None when there are none.
    ``outside``: (rows,) true where a time was understood but is not within 1800–2299, or None.
    """

    at: pa.ChunkedArray
    date_only: pa.ChunkedArray | None = None
    outside: NDArray[np.bool_] | None = None
    notes: list[str] = field(default_factory=list)


def read_times(column: pa.ChunkedArray, zone: Zone, time_format: str | None = None) -> Times:
    """Understand a whole column of times; raises BadValue when its type cannot hold times."""
    kind = column.type
    if pa.types.is_timestamp(kind):
        times = Times(_timestamps(column, zone))
    elif pa.types.is_date(kind):
        times = _of_pieces([_dates(chunk, zone) for chunk in column.chunks])
    elif _compact_dates(column):
        times = _texts(column.cast(pa.string()), zone, time_format)
    elif pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        times = _unix(column)
    elif _is_text(kind):
        times = _texts(column, zone, time_format)
    elif pa.types.is_null(kind):
        times = Times(pa.chunked_array([pa.nulls(len(column), TIME_TYPE)]))
    else:
        raise BadValue(f"A column of type {kind} cannot hold times.")
    return _within_range(times)


def _timestamps(column: pa.ChunkedArray, zone: Zone) -> pa.ChunkedArray:
    if column.type.unit == "ns":
        column = pc.floor_temporal(column, unit="microsecond")
    if column.type.tz is not None:
        return column.cast(TIME_TYPE, safe=False)
    local = column.cast(NAIVE, safe=False)
    return pa.chunked_array([zone.to_utc(chunk) for chunk in local.chunks], TIME_TYPE)


def _dates(chunk: pa.Array, zone: Zone) -> Piece:
    local = chunk.cast(NAIVE)
    return Piece(zone.to_utc(local), pc.is_valid(local))


def _unix(column: pa.ChunkedArray) -> Times:
    """Numbers since 1970; the unit is what makes their median a plausible year."""
    values = column.cast(pa.float64()) if not pa.types.is_integer(column.type) else column
    floats = values.cast(pa.float64(), safe=False).to_numpy()
    known = floats[np.isfinite(floats)]
    middle = float(np.median(np.abs(known))) if len(known) else 0.0
    unit, factor = _unix_unit(middle)
    scaled = np.rint(np.where(np.isfinite(floats), floats, 0.0) * factor)
    micros = np.clip(scaled, LATEST * -2, LATEST * 2).astype(np.int64)
    if pa.types.is_integer(values.type) and factor >= 1 and values.null_count == 0:
        micros = _exact(values.to_numpy(), int(factor))
    at = pa.array(micros, mask=~np.isfinite(floats)).cast(TIME_TYPE)
    return Times(pa.chunked_array([at]), notes=[f"read as {unit} since 1970 (UTC)"])


def _compact_dates(column: pa.ChunkedArray) -> bool:
    """Whole numbers such as 20180817, which as seconds would all be in August 1970."""
    if not pa.types.is_integer(column.type) or column.null_count == len(column):
        return False
    ends = pc.min_max(column).as_py()
    return bool(ends["min"] >= 18000101 and ends["max"] <= 22991231)


def _exact(values: NDArray[np.int64], factor: int) -> NDArray[np.int64]:
    """Integers times ``factor`` without a detour by floats; what would overflow is clipped out of range."""
    limit = LATEST * 2 // factor
    return np.clip(values, -limit, limit).astype(np.int64) * factor


def _unix_unit(middle: float) -> tuple[str, float]:
    if middle < 1e11:
        return "seconds", 1e6
    if middle < 1e14:
        return "milliseconds", 1e3
    return ("microseconds", 1.0) if middle < 1e17 else ("nanoseconds", 1e-3)


def _texts(column: pa.ChunkedArray, zone: Zone, time_format: str | None) -> Times:
    chunks = [plain_text(chunk) for chunk in column.chunks]
    if time_format is None and looks_unix(chunks):
        return _unix(unix_numbers(chunks))
    return _of_pieces([piece for chunk in chunks for piece in understand(chunk, zone, time_format)])


def _of_pieces(pieces: list[Piece]) -> Times:
    at = pa.chunked_array([piece.at for piece in pieces], TIME_TYPE)
    if not any(piece.date_only is not None and pc.any(piece.date_only).as_py() for piece in pieces):
        return Times(at)
    masks = [_falses(len(p.at)) if p.date_only is None else pc.fill_null(p.date_only, False) for p in pieces]
    return Times(at, pa.chunked_array(masks, pa.bool_()))


def _falses(rows: int) -> pa.Array:
    return pa.array(np.zeros(rows, dtype=bool))


def _within_range(times: Times) -> Times:
    ends = pc.min_max(times.at.cast(pa.int64())).as_py()
    if ends["min"] is None or (ends["min"] >= EARLIEST and ends["max"] < LATEST):
        return times
    micros = times.at.cast(pa.int64())
    outside = pc.fill_null(pc.or_(pc.less(micros, EARLIEST), pc.greater_equal(micros, LATEST)), False)
    times.outside = outside.to_numpy()
    times.at = pc.if_else(outside, pa.scalar(None, TIME_TYPE), times.at)
    return times


def _is_text(kind: pa.DataType) -> bool:
    return holds_text(kind.value_type if pa.types.is_dictionary(kind) else kind)
