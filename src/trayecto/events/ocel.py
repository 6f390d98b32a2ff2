"""What OCEL 2.0 files of all three kinds have in common: events, objects, and which event touches which object."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.errors import UnreadableFile
from trayecto.events.declared import as_declared
from trayecto.events.raw import Raw, Request
from trayecto.events.source import Source
from trayecto.events.table import Reject
from trayecto.events.times import read_times
from trayecto.events.zones import Zone

ID, ACTIVITY, TIME = "ocel:id", "ocel:activity", "ocel:timestamp"


@dataclass
class Content:
    """An OCEL log as lists, in file order.

    ``events``: (id, type, time as text, attributes). ``relations``: (event id, object id, qualifier).
    ``objects``: (id, type). ``values``: (object id, attribute, time as text, value).
    ``event_kinds`` and ``object_kinds``: declared type per attribute name.
    """

    file: str
    events: list[tuple[str | None, str | None, str | None, dict[str, str | None]]] = field(
        default_factory=list
    )
    relations: list[tuple[str, str, str]] = field(default_factory=list)
    objects: list[tuple[str, str | None]] = field(default_factory=list)
    values: list[tuple[str, str, str | None, str | None]] = field(default_factory=list)
    event_kinds: dict[str, str] = field(default_factory=dict)
    object_kinds: dict[str, str] = field(default_factory=dict)
    between_objects: int = 0
    broken: list[Reject] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def declare(self, kinds: dict[str, str], attribute: str, kind: str) -> None:
        """Note the type of an attribute; what two object or event types declare differently is text."""
        kinds[attribute] = kind if kinds.get(attribute, kind) == kind else "string"


def to_raw(content: Content, source: Source, request: Request) -> Raw:
    """Events as a table, relations by row number, objects with the latest value of each attribute."""
    table = _events(content, request.tz)
    columns = request.resolve(table.column_names, guess_journey=False)
    columns = replace(columns, id=columns.id or ID)
    raw = Raw(
        file=content.file,
        table=table.select(columns.used),
        columns=columns,
        label=lambda row: (
            f"event {row + 1}" if content.events[row][0] is None else f"event {content.events[row][0]}"
        ),
        broken=content.broken,
        warnings=content.warnings,
    )
    zone = Zone(request.tz)
    raw.relations = _relations(content, raw)
    raw.objects = _objects(content, zone, raw)
    if content.between_objects:
        raw.notes.append(
            f"{content.file}: {content.between_objects:,} relations between objects were not used."
        )
    source.tell(source.size)
    return raw


def text(value: Any) -> str | None:
    """A JSON or SQLite value as text, as ``declare``'s types expect it."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return json.dumps(value, ensure_ascii=False)


def _events(content: Content, tz: str | None) -> pa.Table:
    columns = {
        ID: pa.array([event[0] for event in content.events], pa.string()),
        ACTIVITY: pa.array([event[1] for event in content.events], pa.string()),
        TIME: pa.array([event[2] for event in content.events], pa.string()),
    }
    for name in dict.fromkeys(name for event in content.events for name in event[3]):
        texts = pa.chunked_array([pa.array([event[3].get(name) for event in content.events], pa.string())])
        columns[_free(name, columns)] = _declared(texts, name, content.event_kinds, content, tz)
    return pa.table(columns)


def _free(name: str, taken: Iterable[str]) -> str:
    return f"{name}_" if name in taken else name


def _declared(
    texts: pa.ChunkedArray, name: str, kinds: dict[str, str], content: Content, tz: str | None
) -> pa.ChunkedArray:
    kind = kinds.get(name, "string")
    values = as_declared(texts, kind, tz)
    if values is None:
        content.warnings.append(
            f"{content.file}: '{name}' holds values that are no {kind}; it was kept as text."
        )
        return texts
    return values


def _relations(content: Content, raw: Raw) -> pa.Table:
    """(event row, object, type, qualifier); a relation to an event that is not in the file is left out and told."""
    place: dict[str | None, int] = {}
    for row, event in enumerate(content.events):
        place.setdefault(event[0], row)
    kind_of = dict(reversed(content.objects))
    known = [relation for relation in content.relations if relation[0] in place]
    _tell_unknown(
        "events", [r[0] for r in content.relations if r[0] not in place], raw, "; they were left out"
    )
    _tell_unknown("objects", [r[1] for r in known if r[1] not in kind_of], raw, "; they have no type")
    return pa.table(
        {
            "event": pa.array([place[event] for event, _object, _qualifier in known], pa.int64()),
            "object": pa.array([object_ for _event, object_, _qualifier in known], pa.string()),
            "type": pa.array([kind_of.get(object_) for _event, object_, _qualifier in known], pa.string()),
            "qualifier": pa.array([qualifier for _event, _object, qualifier in known], pa.string()),
        }
    )


def _tell_unknown(what: str, ids: list[str], raw: Raw, then: str) -> None:
    if ids:
        raw.warnings.append(
            f"{raw.file}: {len(ids):,} relations name {what} that the file does not have (first '{ids[0]}'){then}."
        )


def _objects(content: Content, zone: Zone, raw: Raw) -> pa.Table:
    """One row per object. A value without a usable time counts as the oldest."""
    objects = dict(reversed(content.objects))
    ids = list(dict.fromkeys(object_ for object_, _kind in content.objects))
    again = sum(count - 1 for count in Counter(object_ for object_, _kind in content.objects).values())
    if again:
        raw.warnings.append(
            f"{raw.file}: {again:,} objects have the id of an earlier one and were taken as that one."
        )
    columns = {
        "object": pa.array(ids, pa.string()),
        "type": pa.array([objects[id_] for id_ in ids], pa.string()),
    }
    for name, latest in _latest(content, zone).items():
        texts = pa.chunked_array([pa.array([latest.get(id_) for id_ in ids], pa.string())])
        columns[_free(name, columns)] = _declared(texts, name, content.object_kinds, content, zone.name)
    return pa.table(columns)


def _latest(content: Content, zone: Zone) -> dict[str, dict[str, str | None]]:
    """attribute → object → value, later times overriding earlier ones and equal times in file order."""
    texts = pa.chunked_array([pa.array([value[2] for value in content.values], pa.string())])
    micros = pc.fill_null(read_times(texts, zone).at.cast(pa.int64()), np.iinfo(np.int64).min).to_numpy()
    found: dict[str, dict[str, str | None]] = {name: {} for name in content.object_kinds}
    for index in np.argsort(micros, kind="stable"):
        object_, name, _time, value = content.values[index]
        found.setdefault(name, {})[object_] = value
    return found


def must_be_ocel(condition: bool, file: str, missing: str) -> None:
    if not condition:
        raise UnreadableFile(f"{file} is not an OCEL 2.0 log: {missing}.")
