"""OCEL 2.0 as XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from trayecto.errors import UnreadableFile
from trayecto.events.ocel import Content, must_be_ocel, to_raw
from trayecto.events.raw import Raw, Request
from trayecto.events.source import Source, bad_encoding


def read(source: Source, request: Request) -> Raw:
    """Read one file; raises UnreadableFile when it is not well-formed XML or not OCEL 2.0."""
    content = Content(source.name)
    try:
        with source.open(watch=False) as stream:
            _parse(stream, content)
    except ElementTree.ParseError as problem:
        line, column = problem.position
        raise UnreadableFile(
            f"{source.name} is not well-formed XML, or is cut short: line {line:,}, column {column + 1}: "
            f"{str(problem).split(':')[0]}."
        ) from problem
    except (LookupError, ValueError) as problem:
        raise bad_encoding(source.name, problem) from problem
    return to_raw(content, source, request)


def _parse(stream: BinaryIO, content: Content) -> None:
    """Walk the file and let go of each event and object once it is understood."""
    trail: list[Element] = []
    seen: set[str] = set()
    for moment, element in ElementTree.iterparse(stream, ("start", "end")):
        if moment == "start":
            must_be_ocel(
                bool(trail) or _tag(element) == "log", content.file, f"its root is <{_tag(element)}>"
            )
            trail.append(element)
            if len(trail) == 2:
                seen.add(_tag(element))
            continue
        trail.pop()
        if len(trail) == 2:
            _SECTIONS.get((_tag(trail[1]), _tag(element)), _nothing)(content, element)
            trail[1].remove(element)
    for part in ("events", "objects"):
        must_be_ocel(part in seen, content.file, f"it has no <{part}>")


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _inside(element: Element, group: str, item: str) -> list[Element]:
    """The ``item`` children of the ``group`` child."""
    return [inner for outer in element if _tag(outer) == group for inner in outer if _tag(inner) == item]


def _add_event_type(content: Content, element: Element) -> None:
    for attribute in _inside(element, "attributes", "attribute"):
        content.declare(content.event_kinds, attribute.get("name", ""), attribute.get("type", "string"))


def _add_object_type(content: Content, element: Element) -> None:
    for attribute in _inside(element, "attributes", "attribute"):
        content.declare(content.object_kinds, attribute.get("name", ""), attribute.get("type", "string"))


def _add_event(content: Content, element: Element) -> None:
    attributes = {one.get("name", ""): one.text for one in _inside(element, "attributes", "attribute")}
    identity = element.get("id")
    content.events.append((identity, element.get("type"), element.get("time"), attributes))
    for link in _links(element):
        content.relations.append((str(identity), link.get("object-id", ""), link.get("qualifier", "")))


def _add_object(content: Content, element: Element) -> None:
    identity = element.get("id", "")
    content.objects.append((identity, element.get("type")))
    for one in _inside(element, "attributes", "attribute"):
        content.values.append((identity, one.get("name", ""), one.get("time"), one.text))
    content.between_objects += len(_links(element))


def _links(element: Element) -> list[Element]:
    """Some writers say <relationship>, some <object>; the standard's own example has both."""
    return [*_inside(element, "objects", "relationship"), *_inside(element, "objects", "object")]


def _nothing(_content: Content, _element: Element) -> None:
    return None


_SECTIONS: dict[tuple[str, str], Callable[[Content, Element], None]] = {
    ("event-types", "event-type"): _add_event_type,
    ("object-types", "object-type"): _add_object_type,
    ("events", "event"): _add_event,
    ("objects", "object"): _add_object,
}
