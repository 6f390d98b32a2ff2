"""What a column holds: texts, numbers in disguise, nested values."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trayecto.errors import BadValue

LEADING_ZERO = r"^[+-]?0\d|^\+"


def typed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of texts as whole numbers, numbers or truth values if every value is one.

    Postal codes and the like keep their leading zeros: such a column stays text.
    """
    if column.null_count == len(column) or not pa.types.is_string(column.type):
        return column
    for kind in (pa.int64(), pa.float64(), pa.bool_()):
        try:
            values = column.cast(kind)
        except pa.ArrowInvalid:
            continue
        return column if kind != pa.bool_() and _has_leading_zero(column) else values
    return column


def _has_leading_zero(column: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring_regex(column, LEADING_ZERO)).as_py())


def holds_text(kind: pa.DataType) -> bool:
    """Whether values of this type are strings, in any of Arrow's ways to store them."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def as_text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Any plain column as strings; raises BadValue for lists and the like."""
    if pa.types.is_string(column.type):
        return column
    try:
        return without_point(column).cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid) as problem:
        raise BadValue(f"A column of type {column.type} cannot be read as text.") from problem


def without_point(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whole numbers that a table holds as floats, as pandas does where some are missing, as the whole numbers they are.

    Else the id 12345678901 would be called 1.2345678901e+10. Not-a-number is a missing value.
    """
    if not pa.types.is_floating(column.type):
        return column
    known = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
    try:
        return known.cast(pa.int64())
    except pa.ArrowInvalid:
        return known


def plain_values(column: pa.ChunkedArray) -> list[Any]:
    """Its values as Python's own; as text where Python has none for them (nanoseconds, the year 300000)."""
    try:
        return _in_microseconds(column).to_pylist()
    except (ValueError, OverflowError, pa.ArrowNotImplementedError):
        return [_printed(column.slice(row, 1)) for row in range(len(column))]


def _in_microseconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times of nanoseconds as Python can hold them; ArrowInvalid, a ValueError, if that would lose digits. Asked here
    because pyarrow answers otherwise where pandas happens to be installed."""
    kind = _without_nanoseconds(column.type)
    return column if kind == column.type else column.cast(kind)


def _without_nanoseconds(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return pa.timestamp("us", kind.tz)
    if pa.types.is_time64(kind):
        return pa.time64("us")
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return pa.duration("us")
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_without_nanoseconds(field.type)) for field in kind])
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_without_nanoseconds(kind.value_type)))
    return kind


def _printed(one: pa.ChunkedArray) -> str | None:
    if one.null_count:
        return None
    return (
        str(one.combine_chunks().to_string(indent=0, skip_new_lines=True)).removeprefix("[").removesuffix("]")
    )
