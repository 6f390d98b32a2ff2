"""One exported file of events as plain columns: objects and properties taken apart, each identifier's person looked up.

Beside its plain columns a file has one of each of these, made where it is asked for by name:

- ``person``: whose the principal identifier is, in the files of persons;
- ``objects.KIND``: the object of that kind; an event that touches several is as many rows;
- ``properties.NAME`` and ``person.NAME``: a property of the event, an attribute of the person, as texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from trayecto.errors import BadValue, UnreadableFile
from trayecto.events.exported.layout import EVENTS, MARK
from trayecto.events.exported.opening import opened
from trayecto.events.mapping import Columns
from trayecto.events.raw import Raw, Request, numbered_from
from trayecto.events.table import PROPERTY
from trayecto.events.zones import Zone
from trayecto.stores import brought

PLAIN = ("id", "event_type", "at", "channel", "source", "identifier")
PERSON = "person"
OBJECT, ATTRIBUTE = "objects.", "person."
MADE = (OBJECT, PROPERTY, ATTRIBUTE)
Rows = NDArray[np.int64]


def is_exported(schema: pa.Schema) -> bool:
    """Whether the columns of a Parquet file are to be taken apart."""
    return MARK in (schema.metadata or {})


def read(name: str, file: parquet.ParquetFile, request: Request) -> Raw:
    """The rows of one file with the columns that are asked for. ``name``: its path, for messages and to find the persons."""
    columns = request.resolve(_names(file, request))
    table = file.read(columns=sorted(_needed(columns)))
    rows, objects = _objects(table, [one for one in columns.used if one.startswith(OBJECT)])
    table = table.take(pa.array(rows)) if rows is not None else table
    at, date_only = _times(table, Zone(request.tz))
    persons = _Persons(table, _persons_files(name, request)) if _asks_persons(columns) else None
    made = {one: objects[one] if one in objects else _column(one, table, at, persons) for one in columns.used}
    number = numbered_from(1)
    label = number if rows is None else (lambda index: number(int(rows[index])))
    return Raw(Path(name).name, pa.table(made), columns, label=label, date_only=date_only)


def _names(file: parquet.ParquetFile, request: Request) -> list[str]:
    """What the file can give: of the columns that are made, those that are asked for, else all of its properties."""
    asked = [one for one in request.asked if one.startswith(MADE)]
    if not request.all:
        return list(dict.fromkeys([*PLAIN, PERSON, *asked]))
    keys = [pc.unique(whole(file.read(columns=["properties"])["properties"]).keys).to_pylist()]
    return list(dict.fromkeys([*PLAIN, PERSON, *asked, *(PROPERTY + key for key in sorted(keys[0]))]))


def _needed(columns: Columns) -> set[str]:
    """The columns of the file behind those that are used."""
    behind = {OBJECT: "objects", PROPERTY: "properties", ATTRIBUTE: "identifier"}
    made = (next((behind[one] for one in MADE if name.startswith(one)), name) for name in columns.used)
    return {"date_only"} | {"identifier" if name == PERSON else name for name in made}


def _asks_persons(columns: Columns) -> bool:
    return any(name == PERSON or name.startswith(ATTRIBUTE) for name in columns.used)


def _column(name: str, table: pa.Table, at: pa.ChunkedArray, persons: _Persons | None) -> pa.ChunkedArray:
    if name == "at":
        return at
    if name.startswith(PROPERTY):
        return _looked_up(table["properties"], name.removeprefix(PROPERTY))
    if persons is not None and name == PERSON:
        return persons.ids
    if persons is not None and name.startswith(ATTRIBUTE):
        return persons.attribute(name.removeprefix(ATTRIBUTE))
    return table[name]


def _looked_up(maps: pa.ChunkedArray, key: str) -> pa.ChunkedArray:
    return pc.map_lookup(maps, pa.scalar(key, pa.string()), "first")


# --- objects ---


def _objects(table: pa.Table, names: Sequence[str]) -> tuple[Rows | None, dict[str, pa.ChunkedArray]]:
    """For each row of the result the row of the table, None where they are the same, and the objects of one kind."""
    if not names:
        return None, {}
    if len(names) > 1:
        raise BadValue(
            f"Exported events give the objects of one kind at a time, not {' and '.join(names)} together."
        )
    lists = whole(table["objects"])
    parents, flat = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    chosen = pc.equal(flat.field("kind"), names[0].removeprefix(OBJECT)).to_numpy(zero_copy_only=False)
    touched = np.bincount(parents[chosen], minlength=table.num_rows)
    rows = np.repeat(np.arange(table.num_rows), np.maximum(touched, 1))
    place = np.full(len(rows), -1)
    place[touched[rows] > 0] = np.arange(int(chosen.sum()))
    ids = flat.field("id").filter(pa.array(chosen))
    found = ids.take(pa.array(place, mask=place < 0))
    return (None if len(rows) == table.num_rows else rows), {names[0]: pa.chunked_array([found])}


# --- times ---


def _times(table: pa.Table, zone: Zone) -> tuple[pa.ChunkedArray, pa.ChunkedArray | None]:
    """Moments, and which are dates: those begin with their day in the zone, as in a file that has no times."""
    if "at" not in table.column_names:
        raise BadValue("Exported events tell their time in the column 'at'.")
    date_only = table["date_only"]
    if not pc.any(date_only).as_py():
        return table["at"], None
    local = pc.local_timestamp(table["at"].cast(pa.timestamp("us", zone.name or "UTC")))
    days = zone.to_utc(whole(pc.floor_temporal(local, unit="day")))
    return pc.if_else(date_only, pa.chunked_array([days]), table["at"]), date_only


# --- persons ---


def whole(column: pa.ChunkedArray) -> pa.Array:
    """The column in one piece."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


class _Persons:
    """Whose the identifiers of a table's rows are. An identifier that the files do not name is a person of its own."""

    def __init__(self, table: pa.Table, files: Sequence[str]) -> None:
        self._known = _loaded(tuple(files))
        asked = whole(table["identifier"])
        given = pc.fill_null(asked, -1).to_numpy(zero_copy_only=False)
        place = np.searchsorted(self._known.identifiers, given)
        inside = np.minimum(place, max(len(self._known.identifiers) - 1, 0))
        hit = np.zeros(len(given), bool)
        if len(self._known.identifiers):
            hit = self._known.identifiers[inside] == given
        persons = given.copy()
        persons[hit] = self._known.persons[inside[hit]]
        self.ids = pa.chunked_array([pa.array(persons, mask=given < 0)])
        self._rows = pa.array(inside, mask=~hit)

    def attribute(self, key: str) -> pa.ChunkedArray:
        return pa.chunked_array([self._known.attribute(key).take(self._rows)])


class _Known:
    """What the files of persons say, by identifier."""

    def __init__(self, table: pa.Table) -> None:
        self.identifiers = table["identifier"].to_numpy()
        self.persons = table["person"].to_numpy()
        self._attributes = table["attributes"]
        self._columns: dict[str, pa.Array] = {}

    def attribute(self, key: str) -> pa.Array:
        if key not in self._columns:
            self._columns[key] = whole(_looked_up(self._attributes, key))
        return self._columns[key]


@lru_cache(maxsize=1)
def _loaded(files: tuple[str, ...]) -> _Known:
    """Read once in each process that reads events."""
    from trayecto.events.exported.layout import PERSON_SCHEMA

    try:
        tables = [_table(file) for file in files]
    except (OSError, UnreadableFile) as problem:
        raise UnreadableFile(
            "The export was written anew while it was being read, and what was erased is gone: begin again."
        ) from problem
    return _Known(pa.concat_tables(tables).combine_chunks() if tables else PERSON_SCHEMA.empty_table())


def _table(file: str) -> pa.Table:
    with brought(file) as path:
        return parquet.read_table(path, memory_map=True)


def _persons_files(name: str, request: Request) -> Sequence[str]:
    return _beside(name) if request.persons is None else request.persons


def _beside(name: str) -> Sequence[str]:
    """The files of persons of the export that a file of events lies in."""
    folder, mark, _rest = name.rpartition(f"/{EVENTS}/")
    found = opened(folder) if mark else None
    if found is None:
        raise UnreadableFile(
            f"{name} says which identifiers events came with, but not whose they are: read it where it was exported to."
        )
    return found.persons
