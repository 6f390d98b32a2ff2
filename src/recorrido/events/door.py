"""The door of the ledger: checks one event and writes it down as fields for COPY. No database in here.

Runs beside the database in a thread of its own, so it holds nothing but its arguments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import msgspec

from recorrido.events import rows
from recorrido.events.errors import RefusedEvent
from recorrido.events.keepable import encoded_json, keepable_json, keepable_text
from recorrido.events.records import CHANNELS, NewEvent, Refused
from recorrido.events.schemas import CompiledSchema, SchemaBook
from recorrido.people.identifiers import Key
from recorrido.people.reading import UNREAD, read_identifiers
from recorrido.people.rules import Rules

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
AHEAD = timedelta(hours=24)
"""How far ahead of our clock an event may be, where its source has no limit of its own."""
MAX_VIOLATIONS = 5
MAX_MESSAGE_ID = 400
MAX_TYPE = 120
MAX_OBJECT_ID = 200
MAX_MEMBERS = 500
MAX_ATTRIBUTE_KEY = 64
RAW = "$raw"
"""The property in which a door keeps what it did not understand, whole."""
VIOLATIONS = "$schema_violations"

_CHANNELS = {name: rows.text(name) for name in (None, *CHANNELS)}
_YES, _NO = rows.truth(True), rows.truth(False)
_NOTHING = rows.json(b"{}")
_UNFIT = (
    "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\\\\"  # control, line ends, turns of direction
)
_TYPE = re.compile(rf"(?!\s)[^{_UNFIT}]+(?<!\s)")
_WORD = re.compile(r"[a-z][a-z0-9_.]{0,31}")
_encode = msgspec.json.Encoder().encode


@dataclass(slots=True, frozen=True)
class SourceRef:
    """What the door needs to know of a source."""

    id: int
    name: str
    country: str
    ahead: timedelta = AHEAD


class Ready(msgspec.Struct, gc=False):
    """One event that may enter: what is asked from the database, and its fields for COPY between and behind the ids.

    ``keys``, ``source``, ``message`` and ``at`` are what ``people.resolution`` wants to be told.
    """

    position: int
    origin: SourceRef
    event: NewEvent
    source: str
    message: str
    at: datetime
    keys: tuple[Key, ...]
    objects: tuple[tuple[str, str], ...]
    attributes: Sequence[tuple[str, str]]
    middle: bytes
    tail: bytes


@dataclass(slots=True)
class Turned:
    """One event that may not: its reason and its payload for the quarantine."""

    source: SourceRef
    refused: Refused
    payload: str
    type: str
    fingerprint: str


@dataclass(slots=True)
class Group:
    """A group of events after the door: ready ones (each message once), refused ones, repeats within the group."""

    ready: list[Ready] = field(default_factory=list)
    turned: list[Turned] = field(default_factory=list)
    repeats: int = 0
    unread_identifiers: int = 0
    messages: set[tuple[int, str]] = field(default_factory=set)

    def __len__(self) -> int:
        return len(self.ready) + len(self.turned) + self.repeats

    def let_in(self, position: int, one: Ready) -> None:
        """Take what was checked, unless its message is here already."""
        message = (one.origin.id, one.message)
        if message in self.messages:
            self.repeats += 1
            return
        self.messages.add(message)
        one.position = position
        self.ready.append(one)

    def let_all_in(self, more: Sequence[Ready], messages: Set[tuple[int, str]]) -> None:
        """Take what was checked and has no repeats in itself. ``messages``: of all of it."""
        if not self.messages.isdisjoint(messages):
            for position, one in enumerate(more, len(self)):
                self.let_in(position, one)
            return
        for position, one in enumerate(more, len(self)):
            one.position = position
        self.messages |= messages
        self.ready += more


@dataclass(slots=True, frozen=True)
class Receipt:
    """The moment a group came in, in the forms the checks need it in."""

    now: datetime
    received: bytes
    no_times: bytes
    schemas: SchemaBook
    rules: Rules
    moments: dict[tuple[datetime | None, datetime | None], bytes] = field(default_factory=dict)
    """Sent and received, as fields: all events of a request share them."""

    @classmethod
    def at(cls, now: datetime, schemas: SchemaBook, rules: Rules) -> Receipt:
        received = rows.moment(now)
        return cls(now, received, rows.NULL + rows.NULL + received, schemas, rules)


def check_group(
    events: Sequence[tuple[SourceRef, NewEvent]], *, now: datetime, schemas: SchemaBook, rules: Rules
) -> Group:
    """Check each event by itself. ``now``: the moment of receipt; ``schemas``: by event type,
    ``schemas_in_force.in_force()``; ``rules``: how identifiers are read, ``people.rules.current()``."""
    group = Group()
    check_into(group, events, Receipt.at(now, schemas, rules))
    return group


def check_into(group: Group, events: Iterable[tuple[SourceRef, NewEvent]], receipt: Receipt) -> None:
    """Check more events, whose positions go on where those of the group end."""
    for position, (source, event) in enumerate(events, len(group)):
        try:
            ready = _check(position, source, event, receipt, group)
        except RefusedEvent as error:
            group.turned.append(turn_away(position, source, event, error.code, str(error)))
            continue
        except (TypeError, ValueError, AttributeError, OverflowError) as error:
            # A client's odd shapes must not take the group down with them.
            why = f"The event has not the shape of one: {error}."
            group.turned.append(turn_away(position, source, event, "malformed", why))
            continue
        group.let_in(position, ready)


def turn_away(position: int, source: SourceRef, event: NewEvent, code: str, detail: str) -> Turned:
    """The quarantine's view of an event that was refused."""
    refused = Refused(position, str(event.message_id)[:MAX_MESSAGE_ID], code, detail)
    said = event.type if isinstance(event.type, str) else ""
    payload = payload_of(event)
    return Turned(source, refused, payload, said[:MAX_TYPE].replace("\x00", ""), _fingerprint(event, payload))


def _fingerprint(event: NewEvent, payload: str) -> str:
    """The hash under which a refused event is kept once. A client that heard no answer sends it again a moment later:
    what that moment changes is left out."""
    if event.received_at is None:
        return message_hash(payload)
    at = event.original_at or EARLIEST
    same = msgspec.structs.replace(event, at=at, sent_at=None, received_at=None)
    return message_hash(payload_of(same))


def message_hash(message_id: str) -> str:
    """The 16-byte hash, in hex, under which a message is known for ever."""
    return blake2b(message_id.encode(), digest_size=16).hexdigest()


def payload_of(event: NewEvent) -> str:
    """JSON text of an event that keeps everything it says, whatever that is."""
    try:
        return _encode(event).decode()
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError):
        fields = {name: ascii(getattr(event, name)) for name in event.__struct_fields__}
        return _encode({"$unencodable": fields}).decode()


def _check(position: int, source: SourceRef, event: NewEvent, receipt: Receipt, group: Group) -> Ready:
    message_id = keepable_text(event.message_id, MAX_MESSAGE_ID, "message_id")
    if event.type not in _seen_types:
        _learn_type(event.type)
    try:
        channel = _CHANNELS[event.channel]
    except (KeyError, TypeError):
        why = f"The channel {event.channel!r} is none of {', '.join(CHANNELS)}."
        raise RefusedEvent("unknown_channel", why) from None
    at = _moment(event.at, receipt.now + source.ahead)
    keys, aside = _keys(event.identifiers, source.country, receipt.rules)
    properties = event.properties
    if aside:
        properties = {**properties, **aside}
        group.unread_identifiers += len(aside.get(UNREAD, ()))
    if receipt.schemas and (schema := receipt.schemas.get(event.type)):
        properties = _against(schema, event.properties, properties)
    return Ready(
        position,
        source,
        event,
        source.name,
        message_hash(message_id),
        event.at,
        keys,
        _objects(event.objects),
        _facts(event.attributes, keys) if event.attributes else (),
        b"".join((channel, at, _YES if event.date_only else _NO, _times(event, at, receipt))),
        _properties(properties),
    )


def _against(schema: CompiledSchema, told: Any, properties: Any) -> Any:
    """The properties, with what their schema does not allow written beside them. ``told``: as the client sent them.

    Raises RefusedEvent where the schema refuses.
    """
    found = schema.violations(msgspec.json.decode(keepable_json(told)), most=MAX_VIOLATIONS)
    if not found:
        return properties
    if schema.refuses:
        where = f"version {schema.version} of the schema of {schema.type}"
        raise RefusedEvent("schema_violation", f"Not as {where} says: {'; '.join(found)}")
    return {**properties, VIOLATIONS: found} if isinstance(properties, dict) else properties


def _learn_type(type_: Any) -> None:
    if not _TYPE.fullmatch(keepable_text(type_, MAX_TYPE, "type")) or not any(map(_is_seen, type_)):
        raise RefusedEvent(
            "bad_type",
            "The type holds a control character, a backslash or outer spaces, or nothing that can be seen.",
        )
    if len(_seen_types) < 10_000:
        _seen_types.add(type_)


def _is_seen(letter: str) -> bool:
    return letter.isprintable() and not letter.isspace()


_seen_types: set[str] = set()


def _moment(at: Any, latest: datetime) -> bytes:
    if not isinstance(at, datetime):
        raise RefusedEvent("missing_at", "The event has no time.")
    if at.tzinfo is None:
        raise RefusedEvent("time_without_zone", f"The time {at.isoformat()} has no time zone.")
    if not EARLIEST <= at <= latest:
        if at < EARLIEST:
            raise RefusedEvent("absurd_time", f"The time {at.isoformat()} is before 1980.")
        raise RefusedEvent(
            "future_time",
            f"The time {at.isoformat()} lies ahead: {latest.isoformat()} is the latest we take.",
        )
    return rows.moment(at)


def _times(event: NewEvent, at: bytes, receipt: Receipt) -> bytes:
    """The fields of the event's other times: original, sent, received. ``at``: that of its time."""
    if event.original_at is event.sent_at is event.received_at is None:
        return receipt.no_times
    both = (event.sent_at, event.received_at)
    if (shared := receipt.moments.get(both)) is None:
        received = receipt.received if event.received_at is None else _time(event.received_at)
        shared = receipt.moments[both] = _time(event.sent_at) + received
    return (at if event.original_at is event.at else _time(event.original_at)) + shared


def _time(at: datetime | None) -> bytes:
    if at is None:
        return rows.NULL
    if at.tzinfo is None:
        raise RefusedEvent("time_without_zone", f"The time {at.isoformat()} has no time zone.")
    if not 1900 <= at.year < 9999:
        raise RefusedEvent("absurd_time", f"The time {at.isoformat()} is no time of a computer's.")
    return rows.moment(at)


def _keys(
    identifiers: Sequence[tuple[str, str]], country: str, rules: Rules
) -> tuple[tuple[Key, ...], dict[str, list[list[str]]]]:
    """The leaves the event names, and as properties what nobody could read and what identifies nobody."""
    if len(identifiers) > MAX_MEMBERS:
        raise RefusedEvent("too_many_identifiers", f"{len(identifiers)} identifiers; at most {MAX_MEMBERS}.")
    return read_identifiers(identifiers, country, rules)


def _objects(objects: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    if len(objects) > MAX_MEMBERS:
        raise RefusedEvent(
            "too_many_objects", f"The event touches {len(objects)} objects; at most {MAX_MEMBERS}."
        )
    for kind, external_id in objects:
        if kind not in _seen_kinds:
            _known_kind(kind)
        keepable_text(external_id, MAX_OBJECT_ID, "object_id")
    return tuple(dict.fromkeys(objects)) if len(objects) > 1 else tuple(objects)


def _known_kind(kind: Any) -> None:
    if not isinstance(kind, str) or not _WORD.fullmatch(kind):
        raise RefusedEvent("bad_object", f"The object kind {kind!r} is not a short lower-case word.")
    if len(_seen_kinds) < 10_000:
        _seen_kinds.add(kind)


_seen_kinds: set[str] = set()


def _facts(attributes: Mapping[str, Any], keys: Sequence[Key]) -> list[tuple[str, str]]:
    """(key, JSON text) of what the event says about its person."""
    if not keys:
        raise RefusedEvent("attributes_of_nobody", "The event has attributes of a person but no identifier.")
    facts = []
    for key, value in attributes.items():
        keepable_text(key, MAX_ATTRIBUTE_KEY, "attribute_name")
        facts.append((key, keepable_json(value)))
    return facts


def _properties(properties: Any) -> bytes:
    if not isinstance(properties, dict):
        raise RefusedEvent("bad_properties", "The properties are not an object of names and values.")
    if RAW in properties:  # replayed as it is, what nobody understood would become an event that says nothing
        raise RefusedEvent("not_mended", f"What was not understood lies in {RAW}: mend it, and drop {RAW}.")
    return rows.json(encoded_json(properties)) if properties else _NOTHING
