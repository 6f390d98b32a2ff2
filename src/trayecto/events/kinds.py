"""What a column holds: texts, numbers in disguise, nested values."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

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
