"""Whose journey an event belongs to: a column, or the objects of one OCEL type that it touches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue, UnknownColumn, did_you_mean
from trayecto.events.kinds import without_point
from trayecto.events.table import Events
from trayecto.log.pieces import whole


@dataclass(frozen=True)
class Keyed:
    """One entry per event and key: its key's code (-1 = none) and, unless entries are the events, its event row."""

    codes: NDArray[np.int32]
    names: pa.Array  # key of each code
    rows: NDArray[np.int64] | None  # None: entry = event row
    left_out: int  # events that belong to no journey


def key_events(events: Events, by: str | None) -> Keyed:
    """Code the key of each event. ``by`` is a column, an OCEL object type, or None for the column ``journey``."""
    columns = events.table.column_names
    name = "journey" if by is None else by
    if name in columns:
        return _by_column(events.table[name])
    types = _object_types(events)
    if by is None:
        hint = f" or one of the object types {', '.join(types)}" if types else ""
        raise BadValue(f"Say whose journeys to build: by= a column ({', '.join(columns)}){hint}.")
    if name not in types:
        known = [*columns, *types]
        raise UnknownColumn(f"The events have no column and no object type '{by}'.{did_you_mean(by, known)}")
    return _by_object_type(events, name)


def _object_types(events: Events) -> list[str]:
    if events.relations is None:
        return []
    return sorted(name for name in pc.unique(events.relations["type"]).to_pylist() if name is not None)


def _by_column(given: pa.ChunkedArray) -> Keyed:
    column = without_point(given)
    codes, names = encode(column)
    return Keyed(codes, names, None, int(column.null_count))


def encode(column: pa.ChunkedArray) -> tuple[NDArray[np.int32], pa.Array]:
    """Codes (-1 = null) in order of appearance, and the values they stand for."""
    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    coded = whole(column)
    codes = coded.indices if coded.null_count == 0 else pc.fill_null(coded.indices, -1)
    return codes.to_numpy(zero_copy_only=False).astype(np.int32, copy=False), coded.dictionary


def _by_object_type(events: Events, kind: str) -> Keyed:
    """Entries in event order; an event that names an object twice is one step of its journey."""
    relations = events.relations
    assert relations is not None
    chosen = relations.filter(pc.equal(relations["type"], kind))
    codes, names = encode(chosen["object"])
    rows = chosen["event"].to_numpy().astype(np.int64, copy=False)
    pairs = np.unique(rows * max(len(names), 1) + codes)
    rows, codes = pairs // max(len(names), 1), pairs % max(len(names), 1)
    left_out = events.table.num_rows - np.count_nonzero(np.diff(rows, prepend=-1))
    return Keyed(codes.astype(np.int32), names, rows, int(left_out))
