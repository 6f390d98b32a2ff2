"""Arrow columns come in pieces; sorting wants them whole."""

from __future__ import annotations

import pyarrow as pa


def whole(column: pa.ChunkedArray) -> pa.Array:
    """The column as one array; copied only when it comes in several pieces."""
    if column.num_chunks == 1:
        return column.chunk(0)
    merged = column.unify_dictionaries().combine_chunks()
    return merged.combine_chunks() if isinstance(merged, pa.ChunkedArray) else merged
