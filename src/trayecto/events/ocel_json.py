"""OCEL 2.0 as JSON."""

from __future__ import annotations

from typing import Any

import msgspec

from trayecto.errors import UnreadableFile
from trayecto.events.json_rows import BOM, NOT_JSON
from trayecto.events.ocel import Content, must_be_ocel, text, to_raw
from trayecto.events.raw import Raw, Request
from trayecto.events.source import Source
from trayecto.events.table import Reject

Json = dict[str, Any]


def read(source: Source, request: Request) -> Raw:
    """Read one file; raises UnreadableFile when it is not JSON or not OCEL 2.0."""
    with source.open() as stream:
        content = stream.read()
    try:
        log = msgspec.json.decode(content.removeprefix(BOM))
    except NOT_JSON as problem:
        raise UnreadableFile(f"{source.name} is not JSON, or is cut short: {problem}.") from problem
    return to_raw(_content(_checked(log, source.name), source.name), source, request)


def _checked(log: Any, file: str) -> Json:
    must_be_ocel(isinstance(log, dict), file, "it is not one JSON object")
    must_be_ocel("ocel:events" not in log, file, "it is OCEL 1.0; convert it first")
    for part in ("events", "objects"):
        must_be_ocel(isinstance(log.get(part), list), file, f"it has no list '{part}'")
    return log  # type: ignore[no-any-return]


def _content(log: Json, file: str) -> Content:
    content = Content(file)
    for part, kinds in (("eventTypes", content.event_kinds), ("objectTypes", content.object_kinds)):
        for declared in _dicts(log.get(part)):
            for attribute in _dicts(declared.get("attributes")):
                content.declare(kinds, str(attribute.get("name")), str(attribute.get("type", "string")))
    for position, event in enumerate(log["events"], start=1):
        _add_event(content, event, position)
    for object_ in _dicts(log["objects"]):
        _add_object(content, object_)
    return content


def _add_event(content: Content, event: Any, position: int) -> None:
    if not isinstance(event, dict):
        reason = "the event is no JSON object"
        content.broken.append(Reject(content.file, f"event {position}", "", "", reason, str(text(event))))
        return
    attributes = {str(one.get("name")): text(one.get("value")) for one in _dicts(event.get("attributes"))}
    identity = text(event.get("id"))
    content.events.append((identity, text(event.get("type")), text(event.get("time")), attributes))
    for link in _dicts(event.get("relationships")):
        qualifier = str(text(link.get("qualifier")) or "")
        content.relations.append((str(identity), str(text(link.get("objectId"))), qualifier))


def _add_object(content: Content, object_: Json) -> None:
    identity = str(text(object_.get("id")))
    content.objects.append((identity, text(object_.get("type"))))
    for one in _dicts(object_.get("attributes")):
        content.values.append((identity, str(one.get("name")), text(one.get("time")), text(one.get("value"))))
    content.between_objects += len(_dicts(object_.get("relationships")))


def _dicts(value: Any) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
