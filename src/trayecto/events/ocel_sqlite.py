"""OCEL 2.0 as an SQLite database: one table per event type and per object type."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any
from urllib.parse import quote

from trayecto.errors import UnreadableFile
from trayecto.events.ocel import Content, must_be_ocel, text, to_raw
from trayecto.events.raw import Raw, Request
from trayecto.events.source import Source
from trayecto.events.table import Reject

TABLES = ("event", "object", "event_object", "event_map_type", "object_map_type")
OWN = {"ocel_id", "ocel_time", "ocel_changed_field"}
KINDS = {"INTEGER": "integer", "INT": "integer", "BIGINT": "integer", "REAL": "float", "FLOAT": "float"}
KINDS |= {"DOUBLE": "float", "BOOLEAN": "boolean", "TIMESTAMP": "time", "DATETIME": "time"}


def read(source: Source, request: Request) -> Raw:
    """Read one database; raises UnreadableFile when it is none, or lacks a table of OCEL 2.0."""
    try:
        with closing(_connect(source)) as database:
            return to_raw(_Database(database, source.name).content(), source, request)
    except sqlite3.Error as problem:
        raise UnreadableFile(f"{source.name} cannot be read as an SQLite database: {problem}.") from problem


def _connect(source: Source) -> sqlite3.Connection:
    if source.path is not None and not source.is_compressed():
        return sqlite3.connect(f"file:{quote(str(source.path.resolve()))}?mode=ro", uri=True)
    database = sqlite3.connect(":memory:")
    with source.open(watch=False) as stream:
        database.deserialize(stream.read())
    return database


class _Database:
    """Reads the tables in the order of their rows."""

    def __init__(self, database: sqlite3.Connection, file: str) -> None:
        self._database = database
        self._content = Content(file)
        self._file = file
        self._tables = {
            row[0] for row in self._rows("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        }
        for table in TABLES:
            must_be_ocel(table in self._tables, file, f"it has no table '{table}'")

    def content(self) -> Content:
        self._read_events()
        self._read_objects()
        links = "SELECT ocel_event_id, ocel_object_id, ocel_qualifier FROM event_object ORDER BY rowid"
        for event, object_, qualifier in self._rows(links):
            self._content.relations.append((str(text(event)), str(text(object_)), str(text(qualifier) or "")))
        if "object_object" in self._tables:
            self._content.between_objects = self._rows("SELECT count(*) FROM object_object")[0][0]
        return self._content

    def _read_events(self) -> None:
        details: dict[str | None, tuple[str | None, dict[str, str | None]]] = {}
        for table in self._type_tables("event"):
            for row in self._table(table, self._content.event_kinds):
                time = text(row.pop("ocel_time", None))
                identity = text(row.pop("ocel_id", None))
                details.setdefault(identity, (time, {name: text(value) for name, value in row.items()}))
        for event, kind in self._rows("SELECT ocel_id, ocel_type FROM event ORDER BY rowid"):
            time, attributes = details.get(text(event), (None, {}))
            self._content.events.append((text(event), text(kind), time, attributes))
        self._reject_unlisted(details)

    def _reject_unlisted(self, details: dict[str | None, Any]) -> None:
        """Rows of the type tables that table ``event`` does not know."""
        listed = {event[0] for event in self._content.events}
        reason = "the event is in the table of its type and not in the table 'event'"
        for identity in details:
            if identity not in listed:
                where = f"event {identity}"
                self._content.broken.append(Reject(self._file, where, "ocel_id", str(identity), reason, ""))

    def _read_objects(self) -> None:
        for object_, kind in self._rows("SELECT ocel_id, ocel_type FROM object ORDER BY rowid"):
            self._content.objects.append((str(text(object_)), text(kind)))
        for table in self._type_tables("object"):
            for row in self._table(table, self._content.object_kinds):
                self._add_values(row)

    def _add_values(self, row: dict[str, Any]) -> None:
        """A row either starts an object (all its values) or changes one field."""
        identity, time = str(text(row.pop("ocel_id", None))), text(row.pop("ocel_time", None))
        changed = row.pop("ocel_changed_field", None)
        for name, value in row.items():
            if value is not None and (changed is None or name == changed):
                self._content.values.append((identity, name, time, text(value)))

    def _type_tables(self, what: str) -> list[str]:
        found = [
            f"{what}_{text(suffix)}" for (suffix,) in self._rows(f"SELECT ocel_type_map FROM {what}_map_type")
        ]
        for table in found:
            must_be_ocel(
                table in self._tables, self._file, f"it has no table '{table}', which {what}_map_type names"
            )
        return list(dict.fromkeys(found))

    def _table(self, table: str, kinds: dict[str, str]) -> list[dict[str, Any]]:
        for _place, name, declared, *_rest in self._rows(f"PRAGMA table_info({_quoted(table)})"):
            if name not in OWN:
                self._content.declare(kinds, name, KINDS.get(declared.upper(), "string"))
        cursor = self._database.execute(f"SELECT * FROM {_quoted(table)} ORDER BY rowid")
        names = [column[0] for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor]

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._database.execute(query).fetchall()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
