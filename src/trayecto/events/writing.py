"""``write_events``: columns of events as a Parquet file that ``read_events`` and ``build`` read."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from trayecto.errors import BadValue
from trayecto.events.table import TIME_TYPE

AT = "at"


def write_events(path: str | os.PathLike[str], pieces: Iterable[Mapping[str, Sequence[Any]]]) -> int:
    """Write pieces of events, each a mapping of column names to values of one length, in order of the column ``at``.

    ``at``: (rows,) microseconds since 1970, UTC. A column that a piece does not have is empty there. Events of the
    same moment keep their order, and the same pieces give the same bytes. The file takes its name when it is complete.
    Returns the number of events; raises BadValue for a column that has texts in one piece and numbers in another.
    """
    tables = [_table(piece) for piece in pieces]
    try:
        whole = pa.concat_tables(tables, promote_options="permissive")
    except (pa.ArrowTypeError, pa.ArrowInvalid) as problem:
        raise BadValue(f"The events cannot be written as one table: {problem}.") from problem
    ordered = whole.take(pc.sort_indices(whole, [(AT, "ascending")])) if whole.num_rows else whole
    target = Path(path)
    partial = target.with_name(target.name + ".partial")
    try:
        parquet.write_table(ordered, partial, compression="zstd")
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)
    return int(ordered.num_rows)


def _table(piece: Mapping[str, Sequence[Any]]) -> pa.Table:
    columns = {name: pa.array(values) for name, values in piece.items() if name != AT}
    return pa.table({AT: pa.array(piece[AT], pa.int64()).cast(TIME_TYPE)} | columns)
