"""The small language in which refused events are mended and past ones re-read: one step a line. No database in here.

    type order.placed                          its type becomes this word
    channel web                                its channel; ``channel none`` for internal work
    zone America/Santiago                      its time has no zone: it is this one's
    time at as %d-%m-%Y %H:%M in America/Santiago
    time at from $raw.timestamp as %d/%m/%Y in America/Lima
    rename amt to amount                       a property by another name
    set currency to "CLP"                      a property gets a value, written as JSON
    drop coupon                                a property goes
    number amount with ,                       "1.234,50" becomes 1234.5; ``with .`` reads "1,234.50"
    drop identifier email                      the identifiers of a kind go
    identifier customer from customer_id       an identifier, from a property
    object order from order_id                 an object it touches, from a property
    drop object cart                           the objects of a kind go

A ``time`` step may name a property instead of ``at``; ``from`` takes the value of another property. A name with points
walks into nested ones. What follows ``#`` is a remark. A step that finds nothing to do
leaves the event as it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import msgspec
from django.utils.translation import gettext as _

from recorrido.events.errors import BadSteps
from recorrido.events.records import CHANNELS, NewEvent

Draft = dict[str, Any]
"""An event's fields as JSON has them: lists, texts, numbers."""

MOST_STEPS = 50
READING = frozenset({"type", "channel", "identifier", "object"})
"""The verbs that say how an event is read; the others change what it says, which past events do not allow."""


@dataclass(frozen=True)
class Step:
    """One line: its verb, the words it was given, and what it does to a draft."""

    verb: str
    words: tuple[str, ...]
    change: Callable[[Draft], None]
    line: str


def parse_steps(text: str) -> list[Step]:
    """The steps a text describes. Raises BadSteps, which names the line."""
    lines = [(number, _without_remark(line)) for number, line in enumerate(text.splitlines(), 1)]
    steps = [_step(number, line) for number, line in lines if line]
    if not steps:
        raise BadSteps(_("Write at least one step, one a line."))
    if len(steps) > MOST_STEPS:
        raise BadSteps(
            _("These are %(count)s steps; at most %(most)s are taken.")
            % {"count": len(steps), "most": MOST_STEPS}
        )
    return steps


def mended(payload: str, steps: Iterable[Step]) -> str:
    """The payload after the steps, as JSON text. A payload that is no JSON object comes back as it is."""
    try:
        draft = json.loads(payload)
    except (ValueError, RecursionError):
        return payload
    if not isinstance(draft, dict):
        return payload
    for step in steps:
        step.change(draft)
    return json.dumps(draft, ensure_ascii=False)


def event_of(payload: str) -> NewEvent:
    """The event a payload describes. Raises BadSteps with a sentence that says what and where."""
    try:
        return msgspec.json.decode(payload, type=NewEvent)
    except (msgspec.MsgspecError, UnicodeEncodeError, RecursionError) as error:
        raise BadSteps(_("This is no event: %(why)s.") % {"why": str(error).rstrip(".")}) from None


def _without_remark(line: str) -> str:
    return re.sub(r'(?:^|\s)#(?=(?:[^"]*"[^"]*")*[^"]*$).*', "", line).strip()


def _step(number: int, line: str) -> Step:
    for pattern, make in _GRAMMAR:
        if found := pattern.fullmatch(line):
            words = found.groups()
            try:
                change = make(*words)
            except ValueError as error:
                raise BadSteps(_("Line %(number)s: %(why)s") % {"number": number, "why": error}) from None
            return Step(_verb(line), words, change, line)
    why = _("“%(line)s” is no step that is known here.") % {"line": line}
    raise BadSteps(_("Line %(number)s: %(why)s") % {"number": number, "why": why})


def _verb(line: str) -> str:
    """ "drop identifier" is a verb of two words; it changes what the event says."""
    first, *rest = line.split()
    return f"{first} {rest[0]}" if first == "drop" and len(rest) > 1 else first


def _type(word: str) -> Callable[[Draft], None]:
    return lambda draft: draft.__setitem__("type", word)


def _channel(word: str) -> Callable[[Draft], None]:
    if word not in (*CHANNELS, "none"):
        raise ValueError(
            _("“%(word)s” is no channel; there are %(known)s and none.")
            % {"word": word, "known": ", ".join(CHANNELS)}
        )
    return lambda draft: draft.__setitem__("channel", None if word == "none" else word)


def _zone(name: str) -> Callable[[Draft], None]:
    zone = _known_zone(name)

    def change(draft: Draft) -> None:
        for field in ("at", "original_at", "sent_at"):
            moment = _moment(draft.get(field))
            if moment is not None and moment.tzinfo is None:
                draft[field] = moment.replace(tzinfo=zone).isoformat()

    return change


def _time(name: str, origin: str | None, form: str, zone_name: str | None) -> Callable[[Draft], None]:
    zone = _known_zone(zone_name) if zone_name else None

    def change(draft: Draft) -> None:
        place = draft if name == "at" else _properties(draft)
        told = place.get(name) if origin is None else _found(draft, origin)
        try:
            moment = datetime.strptime(str(told), form)  # noqa: DTZ007 - the zone comes next
        except ValueError:
            return
        place[name] = (moment.replace(tzinfo=zone) if zone and moment.tzinfo is None else moment).isoformat()

    return change


def _rename(old: str, new: str) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        properties = _properties(draft)
        if old in properties and new not in properties:
            properties[new] = properties.pop(old)

    return change


def _set(name: str, value: str) -> Callable[[Draft], None]:
    try:
        read = json.loads(value)
    except ValueError:
        raise ValueError(
            _("%(value)s is no JSON value; put texts in double quotes.") % {"value": value}
        ) from None
    return lambda draft: _properties(draft).__setitem__(name, read)


def _drop(name: str) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        _properties(draft).pop(name, None)

    return change


def _number(name: str, decimal: str | None) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        properties = _properties(draft)
        if (number := read_number(properties.get(name), decimal or ".")) is not None:
            properties[name] = number

    return change


def read_number(value: Any, decimal: str) -> int | float | None:
    """A number out of a text as people write it: "1.234,50 CLP" with a decimal comma is 1234.5. None if it is none."""
    if not isinstance(value, str):
        return None
    thousands = "," if decimal == "." else "."
    plain = re.sub(r"[^\d,.+-]", "", value).replace(thousands, "").replace(decimal, ".")
    if not re.fullmatch(r"[+-]?\d{1,15}(\.\d+)?", plain):
        return None
    return float(plain) if "." in plain else int(plain)


def _drop_pairs(field: str) -> Callable[[str], Callable[[Draft], None]]:
    def make(kind: str) -> Callable[[Draft], None]:
        def change(draft: Draft) -> None:
            draft[field] = [pair for pair in _pairs(draft, field) if not (pair and pair[0] == kind)]

        return change

    return make


def _derive(field: str) -> Callable[[str, str], Callable[[Draft], None]]:
    def make(kind: str, name: str) -> Callable[[Draft], None]:
        def change(draft: Draft) -> None:
            value = text_of(_found(draft, name))
            if value and [kind, value] not in (pairs := _pairs(draft, field)):
                draft[field] = [*pairs, [kind, value]]

        return change

    return make


def text_of(value: Any) -> str:
    """A property as the text that names an object or a person; "" for what names nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _found(draft: Draft, name: str) -> Any:
    """The property of this name, or the nested one that its points lead to; None where there is none."""
    value: Any = _properties(draft)
    if name in value:
        return value[name]
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _properties(draft: Draft) -> dict[str, Any]:
    if not isinstance(draft.get("properties"), dict):
        draft["properties"] = {}
    properties: dict[str, Any] = draft["properties"]
    return properties


def _pairs(draft: Draft, field: str) -> list[Any]:
    pairs = draft.get(field)
    return [pair for pair in pairs if isinstance(pair, list)] if isinstance(pairs, list) else []


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def _known_zone(name: str) -> ZoneInfo:
    if name not in available_timezones():
        raise ValueError(
            _("“%(name)s” is no time zone; write one such as America/Santiago.") % {"name": name}
        )
    return ZoneInfo(name)


_KIND, _NAME = r"([a-z][a-z0-9_.]{0,31})", r"(\S+)"
_GRAMMAR: list[tuple[re.Pattern[str], Callable[..., Callable[[Draft], None]]]] = [
    (re.compile(pattern), make)
    for pattern, make in (
        (r"type (\S(?:.{0,118}\S)?)", _type),
        (rf"channel {_NAME}", _channel),
        (rf"zone {_NAME}", _zone),
        (rf"time {_NAME}(?: from {_NAME})? as (.+?)(?: in {_NAME})?", _time),
        (rf"rename {_NAME} to {_NAME}", _rename),
        (rf"set {_NAME} to (.+)", _set),
        (rf"drop identifier {_KIND}", _drop_pairs("identifiers")),
        (rf"drop object {_KIND}", _drop_pairs("objects")),
        (rf"drop {_NAME}", _drop),
        (rf"number {_NAME}(?: with ([.,]))?", _number),
        (rf"identifier {_KIND} from {_NAME}", _derive("identifiers")),
        (rf"object {_KIND} from {_NAME}", _derive("objects")),
    )
]
