"""A column of events as texts, as numbers, or as moments; the same reading as the ledger's statements have."""

from __future__ import annotations

from datetime import time

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.events.kinds import as_text, plain_values
from trayecto.events.table import TIME_TYPE, column_of
from trayecto.events.times import read_times
from trayecto.events.zones import Zone

NUMBER = r"^[-+]?[0-9]{1,18}(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?$"
DAY = 86_400_000_000  # microseconds


def texts(table: pa.Table, name: str) -> pa.ChunkedArray:
    """(rows,) the column as text, all null where the events have no such column."""
    found = column_of(table, name)
    if found is None:
        return pa.chunked_array([pa.nulls(table.num_rows, pa.string())])
    column = table.column(found)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_boolean(column.type):
        return column.cast(pa.string())
    try:
        return as_text(column)
    except BadValue:  # lists and the like
        return pa.chunked_array(
            [pa.array([None if v is None else str(v) for v in plain_values(column)], pa.string())]
        )


def numbers(table: pa.Table, name: str) -> pa.ChunkedArray:
    """(rows,) int64 where the column has whole numbers only, else float64; null for what is no number, so that one odd value cannot stop a build."""
    found = column_of(table, name)
    column = None if found is None else table.column(found)
    if column is not None and pa.types.is_integer(column.type):
        return column.cast(pa.int64())
    if column is not None and pa.types.is_floating(column.type):
        return column.cast(pa.float64())
    text = texts(table, name)
    return pc.if_else(pc.match_substring_regex(text, NUMBER), text, pa.scalar(None, pa.string())).cast(
        pa.float64()
    )


def flags(table: pa.Table, name: str) -> pa.ChunkedArray:
    """(rows,) booleans; null for what is neither true nor false."""
    text = pc.utf8_lower(texts(table, name))
    known = pc.is_in(text, value_set=pa.array(["true", "false"]))
    return pc.if_else(known, pc.equal(text, "true"), pa.scalar(None, pa.bool_()))


def moments(table: pa.Table, name: str, zone: str) -> pa.ChunkedArray:
    """(rows,) timestamps; null for what is no moment. A date lasts until the end of its day in ``zone``."""
    found = column_of(table, name)
    if found is None:
        return pa.chunked_array([pa.nulls(table.num_rows, TIME_TYPE)])
    column = table.column(found)
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    at = read_times(column, Zone(zone)).at
    local = pc.local_timestamp(at.cast(pa.timestamp("us", zone)))
    is_date = pc.equal(local.cast(pa.time64("us")), pa.scalar(time(0), pa.time64("us")))
    later = pc.add(at, pa.scalar(DAY, pa.duration("us")))
    return pc.if_else(is_date, later, at)


def mask(condition: pa.ChunkedArray) -> NDArray[np.bool_]:
    """A condition as booleans; what is unknown is not met."""
    return pc.fill_null(condition, False).to_numpy(zero_copy_only=False)
