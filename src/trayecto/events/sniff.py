"""Which kind of file this is, when the name leaves it open."""

from __future__ import annotations

import re

from trayecto.errors import UnreadableFile
from trayecto.events import json_rows, ocel_json, ocel_sqlite, ocel_xml, xes
from trayecto.events.raw import Raw, Request
from trayecto.events.source import Source

LOOK = 1 << 16
OCEL_KEYS = re.compile(rb'"(eventTypes|objectTypes|ocel:[a-z-]+)"\s*:|"(objects|events)"\s*:\s*\[')
OCEL_TAGS = re.compile(rb"<(\w+:)?(object-types|event-types)\b")


def read_json(source: Source, request: Request) -> Raw:
    """A list of objects, an OCEL log, or JSON lines that are called ``.json``."""
    head = source.head(LOOK).removeprefix(json_rows.BOM).lstrip()
    if head.startswith(b"["):
        return json_rows.read_list(source, request)
    if OCEL_KEYS.search(head.split(b"\n{")[0]):
        return ocel_json.read(source, request)
    return json_rows.read_lines(source, request)


def read_xml(source: Source, request: Request) -> Raw:
    """An OCEL log says its types first; everything else is read as XES."""
    return (ocel_xml if OCEL_TAGS.search(source.head(LOOK)) else xes).read(source, request)


def read_ocel(source: Source, request: Request) -> Raw:
    """``format="ocel"``: whichever of the three it is."""
    head = source.head(64).removeprefix(json_rows.BOM).lstrip()
    if head.startswith(b"SQLite format 3"):
        return ocel_sqlite.read(source, request)
    if head.startswith(b"<"):
        return ocel_xml.read(source, request)
    if head.startswith((b"{", b"[")):
        return ocel_json.read(source, request)
    raise UnreadableFile(
        f"{source.name} is not an OCEL 2.0 log: it is neither JSON, XML nor an SQLite database."
    )
