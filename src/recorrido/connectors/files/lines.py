"""Ready events, one per line: the form every import ends in, and the files of ``--mapping events``.

JSON lines: ``{"message_id", "type", "at", "channel", "source", "date_only", "identifiers": {kind: value or list},
"objects": {kind: value or list}, "properties": {…}, "attributes": {…}}``. CSV: the same names as columns, with
``identifier.KIND``, ``object.KIND`` and ``attribute.NAME``; every other column is a property.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _

from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.rejects import Reject
from recorrido.connectors.files.times import read_time
from recorrido.events.records import MAX_SOURCE, NewEvent

Members = dict[str, Any] | list[tuple[str, str]]


class Line(msgspec.Struct, gc=False):
    """One line. What is missing or wrong beyond its form is for the door of the ledger to say."""

    message_id: str = ""
    type: str = ""
    at: str = ""
    channel: str | None = None
    source: str | None = None
    date_only: bool = False
    identifiers: Members = {}
    objects: Members = {}
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}
    original_at: str | None = None
    sent_at: str | None = None
    received_at: str | None = None


decode = msgspec.json.Decoder(Line).decode


def to_event(line: Line, zone: ZoneInfo) -> NewEvent:
    """Raises ValueError where a time cannot be read or the source has no name the ledger could keep."""
    _check_source(line.source)
    at, date_only = read_time(line.at, zone)
    return NewEvent(
        line.message_id,
        line.type,
        at,
        line.channel,
        pairs(line.identifiers),
        pairs(line.objects),
        line.properties,
        original_at=read_time(line.original_at, zone)[0] if line.original_at else None,
        sent_at=read_time(line.sent_at, zone)[0] if line.sent_at else None,
        received_at=read_time(line.received_at, zone)[0] if line.received_at else None,
        date_only=line.date_only or date_only,
        attributes=line.attributes,
    )


def _check_source(source: str | None) -> None:
    if source and (len(source) > MAX_SOURCE or not source.isprintable()):
        raise ValueError(_("the source is no name of at most %d characters") % MAX_SOURCE)


def pairs(members: Members) -> tuple[tuple[str, str], ...]:
    """(kind, value) pairs of ``{kind: value or list of values}``; empty values are no members."""
    if isinstance(members, list):
        return tuple(members)
    found: list[tuple[str, str]] = []
    for kind, value in members.items():
        values = value if isinstance(value, list) else (value,)
        found += [
            (kind, one if isinstance(one, str) else str(one)) for one in values if one not in (None, "")
        ]
    return tuple(found)


def read_file(file: Path, zone: ZoneInfo, rejects: list[Reject]) -> Iterator[tuple[str | None, NewEvent]]:
    """(source or None, event) per line of a JSON lines or CSV file; unreadable lines go to ``rejects``.

    Raises FileUnreadable.
    """
    if file.suffix.lower() in (".jsonl", ".ndjson", ".json"):
        return _json_lines(file, zone, rejects)
    if file.suffix.lower() == ".csv":
        return _csv_lines(file, zone, rejects)
    raise FileUnreadable(file.name, _("ready events come as .jsonl or .csv"))


def _json_lines(file: Path, zone: ZoneInfo, rejects: list[Reject]) -> Iterator[tuple[str | None, NewEvent]]:
    with file.open("rb") as lines:
        for number, text in enumerate(lines, 1):
            if not text.strip():
                continue
            try:
                line = decode(text.removeprefix(codecs.BOM_UTF8))
                event = to_event(line, zone)
            except (msgspec.MsgspecError, ValueError, RecursionError) as error:
                content = text.decode(errors="replace").rstrip("\n")
                rejects.append(Reject("events", file.name, None, number, "", str(error), content))
                continue
            yield line.source, event


def _csv_lines(file: Path, zone: ZoneInfo, rejects: list[Reject]) -> Iterator[tuple[str | None, NewEvent]]:
    with file.open(newline="", encoding="utf-8-sig") as lines:
        reader = csv.reader(lines)
        rows = _csv_rows(file, reader)
        header = next(rows, [])
        _check_header(file, header)
        for cells in rows:
            try:
                line = _csv_line(header, cells)
                event = to_event(line, zone)
            except (msgspec.MsgspecError, ValueError) as error:
                content = msgspec.json.encode(cells).decode()
                rejects.append(Reject("events", file.name, None, reader.line_num, "", str(error), content))
                continue
            yield line.source, event


def _csv_rows(file: Path, reader: Any) -> Iterator[list[str]]:
    """The records that hold anything. Raises FileUnreadable."""
    try:
        yield from filter(None, reader)
    except UnicodeDecodeError as error:
        raise FileUnreadable(file.name, _("it is not written in UTF-8")) from error
    except csv.Error as error:
        place = _("line %d") % reader.line_num
        raise FileUnreadable(file.name, f"{place}: {error}") from error


def _check_header(file: Path, names: Sequence[str]) -> None:
    if twice := [name for name, times in Counter(names).items() if times > 1]:
        raise FileUnreadable(file.name, _("two columns have the name %s; rename one") % twice[0])
    if missing := [name for name in ("message_id", "type", "at") if name not in names]:
        why = _("ready events need the columns message_id, type and at; %s is missing") % missing[0]
        raise FileUnreadable(file.name, why)


def _csv_line(header: Sequence[str], cells: Sequence[str]) -> Line:
    if len(cells) != len(header):
        raise ValueError(_("the row has more or fewer cells than the header"))
    filled: dict[str, Any] = {name: cell for name, cell in zip(header, cells, strict=True) if cell != ""}
    plain = {name: filled.pop(name) for name in _PLAIN & filled.keys()}
    plain["date_only"] = str(plain.get("date_only", "")).lower() in ("true", "1", "yes")
    groups: dict[str, dict[str, Any]] = {"identifiers": {}, "objects": {}, "attributes": {}, "properties": {}}
    for name, value in filled.items():
        prefix, _dot, rest = name.partition(".")
        group = _GROUPS.get(prefix) if rest else None
        groups[group or "properties"][rest if group else name] = value
    return msgspec.convert({**plain, **groups}, Line)


_PLAIN = {
    "message_id",
    "type",
    "at",
    "channel",
    "source",
    "date_only",
    "original_at",
    "sent_at",
    "received_at",
}
_GROUPS = {"identifier": "identifiers", "object": "objects", "attribute": "attributes"}
