"""What an item of the wire means: from the libraries' JSON to an event of the ledger.

Kind by kind (docs/api-ingest.md): track takes its type from ``event``; page, screen, identify, group and alias are
types of their own. What we do not read ourselves is kept: ``context`` in the property ``$context``, unknown fields in
``$extra``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec

from recorrido.api.ingest.errors import NotUnderstood
from recorrido.api.ingest.members import Pair, channel_of, contacts_in, identifiers_of, objects_of, text_of
from recorrido.api.ingest.times import read_time
from recorrido.events.door import RAW
from recorrido.events.records import NewEvent

KINDS = frozenset({"identify", "track", "page", "screen", "group", "alias"})
MAX_MESSAGE_ID = 100
MAX_TRAIT = 64
CONTEXT, EXTRA = "$context", "$extra"

_COMMON = frozenset(
    {"type", "messageId", "timestamp", "originalTimestamp", "sentAt", "writeKey"}
    | {"userId", "anonymousId", "properties", "context", "integrations"}
)
_READ = {
    "track": _COMMON | {"event"},
    "page": _COMMON | {"name", "category"},
    "screen": _COMMON | {"name", "category"},
    "identify": _COMMON | {"traits"},
    "group": _COMMON | {"groupId", "traits"},
    "alias": _COMMON | {"previousId"},
}
EVERYWHERE = {"All": True}
_sorted = msgspec.json.Encoder(order="sorted").encode
_EMPTY: dict[str, Any] = {}


@dataclass(slots=True)
class Reading:
    """What one request says about all its items."""

    received_at: datetime
    user_kind: str = "customer"
    channel: str | None = None
    sent_at: datetime | None = None
    offset: timedelta | None = None
    context: dict[str, Any] | None = None
    integrations: Any = None
    history: bool = False
    unnamed: dict[str, int] = field(default_factory=dict)


class Heard(NamedTuple):
    """One item as an event; with a reason, it belongs in quarantine."""

    event: NewEvent
    reason: NotUnderstood | None


def hear(item: Any, reading: Reading) -> Heard:
    """The event an item means, or the best that can be kept of it, with the reason why it is not understood."""
    if not isinstance(item, dict):
        return unreadable(item, reading, NotUnderstood("not_an_object", "An item is an object with fields."))
    if reading.context or reading.integrations is not None:
        item = _with_shared(item, reading)
    parts = _Parts(item, reading)
    try:
        parts.read()
    except NotUnderstood as reason:
        return Heard(parts.kept(), reason)
    return Heard(parts.event(), None)


def unreadable(item: Any, reading: Reading, reason: NotUnderstood) -> Heard:
    """What has not even the shape of an event, kept whole."""
    name = message_id_for({RAW: item}, reading)
    at = reading.received_at
    return Heard(NewEvent(name, "", at, properties={RAW: item}, received_at=at), reason)


def _with_shared(item: dict[str, Any], reading: Reading) -> dict[str, Any]:
    """The item with the batch's own context and integrations below its own."""
    context = item.get("context")
    if reading.context and (context is None or isinstance(context, dict)):
        item = {**item, "context": {**reading.context, **(context or {})}}
    if reading.integrations is not None and "integrations" not in item:
        item = {**item, "integrations": reading.integrations}
    return item


class _Parts:
    """The fields of one item on their way to an event."""

    message_id = kind = name = ""
    original_at: datetime | None = None
    date_only = False
    context = properties = attributes = _EMPTY
    objects: tuple[Pair, ...] = ()
    identifiers: list[Pair]

    def __init__(self, item: dict[str, Any], reading: Reading) -> None:
        self.item = item
        self.reading = reading
        self.at = reading.received_at
        self.identifiers = []

    def read(self) -> None:
        """Raises NotUnderstood; what was read until then stays."""
        item, reading = self.item, self.reading
        self._read_message_id()
        context = item.get("context")
        if isinstance(context, dict):
            self.context = context
        self.identifiers = identifiers_of(item, self.context, reading.user_kind)
        self._read_kind()
        self._read_time()
        self._read_properties()
        _RULES[self.kind](self)

    def _read_message_id(self) -> None:
        self.message_id = text_of(self.item.get("messageId"))
        if not self.message_id:
            self.message_id = message_id_for(self.item, self.reading)
        elif len(self.message_id) > MAX_MESSAGE_ID:
            raise NotUnderstood(
                "long_message_id", f"The messageId is longer than {MAX_MESSAGE_ID} characters."
            )

    def _read_kind(self) -> None:
        told = self.item.get("type")
        if not isinstance(told, str) or (told not in KINDS and told.lower() not in KINDS):
            raise NotUnderstood(
                "unknown_type",
                f"The type {str(told)[:60]!r} is none of identify, track, page, screen, group, alias.",
            )
        self.kind = self.name = told.lower()

    def _read_time(self) -> None:
        told = told_time(self.item)
        if told is None or told == "":
            if self.reading.history:
                raise NotUnderstood("missing_timestamp", "An event of the past needs its timestamp.")
            return
        self.at, self.date_only = read_time(told)
        self.original_at = self.at
        if self.reading.offset is not None and not self.date_only:
            try:
                self.at += self.reading.offset
            except OverflowError:
                raise NotUnderstood("unreadable_time", f"There is no time such as {told!r}.") from None

    def _read_properties(self) -> None:
        told = self.item.get("properties")
        if told is None:
            return
        if not isinstance(told, dict):
            raise NotUnderstood("bad_properties", "The properties are not an object of names and values.")
        self.properties = told
        self.objects = objects_of(told)

    def track(self) -> None:
        told = self.item.get("event")
        if not isinstance(told, str) or not told.strip():
            raise NotUnderstood("missing_event", "A track call needs the name of its event.")
        self.name = told.strip()
        if not self.identifiers and not self.objects:
            raise NotUnderstood(
                "no_user_anon_id", "The event names nobody and nothing: it needs a userId or an anonymousId."
            )

    def page(self) -> None:
        """Of a page or a screen: its name and category are properties."""
        self._somebody()
        named = {key: value for key in ("name", "category") if (value := self.item.get(key)) is not None}
        if named:
            self.properties = {**named, **self.properties}

    def identify(self) -> None:
        traits = self._traits()
        if isinstance(
            told := self.context.get("traits"), dict
        ):  # where RudderStack's Python library puts them
            traits = {**told, **traits}
            self.context = {key: value for key, value in self.context.items() if key != "traits"}
        self.identifiers += [pair for pair in contacts_in(traits) if pair not in self.identifiers]
        self._somebody()
        self.attributes = {key: value for key, value in traits.items() if _can_be_attribute(key)}
        if len(self.attributes) < len(traits):
            odd = {key: value for key, value in traits.items() if key not in self.attributes}
            self.properties = {**self.properties, "traits": odd}

    def group(self) -> None:
        self._somebody()
        traits = self._traits()
        group = text_of(self.item.get("groupId"))
        if not group:
            raise NotUnderstood("missing_group_id", "A group call needs the groupId of the organization.")
        self.objects += (("organization", group),)
        if traits:
            self.properties = {**self.properties, "traits": traits}

    def alias(self) -> None:
        previous = text_of(self.item.get("previousId"))
        if not previous or not text_of(self.item.get("userId")):
            raise NotUnderstood("missing_previous_id", "An alias call needs a previousId and a userId.")
        self.identifiers.insert(1, ("anonymous", previous))

    def _somebody(self) -> None:
        if not self.identifiers:
            raise NotUnderstood("no_user_anon_id", f"A call of {self.kind} needs a userId or an anonymousId.")

    def _traits(self) -> dict[str, Any]:
        traits = self.item.get("traits")
        if traits is None:
            return _EMPTY
        if not isinstance(traits, dict):
            raise NotUnderstood("bad_traits", "The traits are not an object of names and values.")
        return traits

    def event(self) -> NewEvent:
        item, reading = self.item, self.reading
        return NewEvent(
            self.message_id,
            self.name,
            self.at,
            channel_of(self.kind, item, self.context, self.properties, reading.channel),
            tuple(self.identifiers),
            self.objects,
            self._all_properties(),
            self.original_at,
            reading.sent_at,
            reading.received_at,
            self.date_only,
            self.attributes,
        )

    def _all_properties(self) -> dict[str, Any]:
        properties = self.properties
        if self.context:
            properties = {**properties, CONTEXT: self.context}
        if extra := self._extra():
            properties = {**properties, EXTRA: extra}
        return properties

    def _extra(self) -> dict[str, Any]:
        item = self.item
        unread = item.keys() - _READ[self.kind]
        extra = {key: item[key] for key in unread if item[key] is not None} if unread else {}
        # Which other services a hub should pass an event on to: kept only where it says something.
        if (integrations := item.get("integrations")) and integrations != EVERYWHERE:
            extra["integrations"] = integrations
        if self.context is _EMPTY and (context := item.get("context")) and not isinstance(context, dict):
            extra["context"] = context
        return extra

    def kept(self) -> NewEvent:
        """For the quarantine: as much of an event as was read, and the whole item in ``$raw``, which whoever mends it
        drops. Sent again, it is kept once: of when it was sent it says nothing."""
        name = self.message_id or message_id_for(self.item, self.reading)
        received_at = self.reading.received_at
        at = self.original_at or (self.reading.sent_at or received_at)
        item = {key: value for key, value in self.item.items() if key not in ("sentAt", "writeKey")}
        told = self.item.get("properties")
        properties = {**told, RAW: item} if isinstance(told, dict) else {RAW: item}
        return NewEvent(
            name,
            self.name,
            at,
            None,
            tuple(self.identifiers),
            self.objects,
            properties,
            self.original_at,
            received_at=received_at,
        )


_RULES = {
    "track": _Parts.track,
    "page": _Parts.page,
    "screen": _Parts.page,
    "identify": _Parts.identify,
    "group": _Parts.group,
    "alias": _Parts.alias,
}


def told_time(item: Mapping[str, Any]) -> Any:
    """When an item says it happened, as it says it."""
    return item.get("originalTimestamp") or item.get("timestamp")


def _can_be_attribute(name: str) -> bool:
    return 0 < len(name) <= MAX_TRAIT and name.isprintable() and not name.isspace()


def message_id_for(item: Mapping[str, Any], reading: Reading) -> str:
    """An id for an item that has none, the same when the same request is sent again.

    Made of what the item says; of when it was sent only where it says no time of its own. The same item twice in one
    request is two events.
    """
    told = {key: value for key, value in item.items() if key not in ("messageId", "sentAt", "writeKey")}
    if not (told.get("timestamp") or told.get("originalTimestamp")) and reading.sent_at is not None:
        told["sentAt"] = reading.sent_at.isoformat()
    try:
        content = _sorted(told)
    except (TypeError, ValueError, OverflowError, RecursionError):
        content = ascii(told).encode()
    digest = blake2b(content, digest_size=16).hexdigest()
    before = reading.unnamed.get(digest, 0)
    reading.unnamed[digest] = before + 1
    return f"none-{digest}-{before}" if before else f"none-{digest}"
