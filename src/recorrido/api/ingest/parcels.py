"""From the text of a request to what the ledger is asked to record."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from recorrido.api.ingest.errors import NotUnderstood, Refusal, malformed, too_large
from recorrido.api.ingest.json_text import (
    CUT,
    Envelope,
    Mended,
    is_too_deep,
    read_envelope,
    read_item,
    read_value,
)
from recorrido.api.ingest.plain import hear_plain
from recorrido.api.ingest.times import offset_of, read_moment
from recorrido.api.ingest.wire import Heard, Reading, hear, told_time, unreadable
from recorrido.company.models import ApiKey
from recorrido.events.records import NewEvent

MAX_ITEM = 32 * 1024
MAX_ITEMS = 2_500
MAX_SHARED = 16 * 1024 * 1024
"""Bytes that a batch's own context may come to when every item carries it."""

BATCH, IMPORT = "batch", "import"
_CUT = CUT.encode()
_log = logging.getLogger(__name__)


class Refused(NamedTuple):
    """An item for the quarantine: its place in the request, what could be kept of it, and the reason."""

    place: int
    event: NewEvent
    reason: NotUnderstood


@dataclass(slots=True)
class Parcel:
    """What one request brings: events to record, and those for the quarantine with their reasons.

    ``shares``: the batch says something once that every item carries, which weighs more in each than here.
    """

    events: list[NewEvent] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    shares: bool = False

    def __len__(self) -> int:
        return len(self.events) + len(self.refused)

    def add(self, heard: Heard) -> None:
        if heard.reason is None:
            self.events.append(heard.event)
        else:
            self.refused.append(Refused(len(self), heard.event, heard.reason))

    def places(self) -> Iterator[tuple[bool, int]]:
        """For each item in the order it came: (True, its position in ``events``) or (False, in ``refused``)."""
        refused = {one.place: position for position, one in enumerate(self.refused)}
        sound = 0
        for place in range(len(self)):
            if place in refused:
                yield False, refused[place]
            else:
                yield True, sound
                sound += 1


def unpack(text: bytes, kind: str, key: ApiKey, received_at: datetime) -> Parcel:
    """The parcel of a request to ``kind``: one of the calls, "batch" or "import". Raises Refusal."""
    reading = Reading(received_at, key.user_kind, key.channel or None)
    parcel = Parcel()
    if kind in (BATCH, IMPORT):
        reading.history = kind == IMPORT
        _take_items(read_envelope(text), len(text), reading, parcel)
    else:
        parcel.add(_single(text, kind, reading))
    return parcel


def write_key_in(text: bytes, kind: str) -> str:
    """The ``writeKey`` of a body whose headers name none. Raises Refusal (400) where it is no JSON."""
    told = read_envelope(text).write_key if kind in (BATCH, IMPORT) else _object(text).get("writeKey")
    return told if isinstance(told, str) else ""


def _object(text: bytes) -> dict[str, Any]:
    value = read_value(text)
    if not isinstance(value, dict):
        raise malformed("The body is not an object with fields.")
    return value


def _single(text: bytes, kind: str, reading: Reading) -> Heard:
    if len(text) > MAX_ITEM:
        raise too_large(f"An event is larger than {MAX_ITEM:,} bytes: leave something out.")
    if is_too_deep(text):
        raise malformed("The event is nested deeper than 200 levels.")
    item = {**_object(text), "type": kind}
    _take_times((item.get("sentAt"),), reading, [item])
    return _heard_safely(item, reading)


def _take_items(envelope: Envelope, size: int, reading: Reading, parcel: Parcel) -> None:
    batch = envelope.batch
    if len(batch) > MAX_ITEMS:
        raise too_large(f"{len(batch):,} events in one batch; at most {MAX_ITEMS:,} are taken: send several.")
    _take_shared(envelope, size, reading)
    parcel.shares = bool(reading.context or reading.integrations)
    _take_times(_told_times(envelope), reading, map(_read_raw, batch))
    mended = isinstance(envelope, Mended)
    for text in map(bytes, batch):
        unfit = is_too_deep(text) or (mended and _CUT in text)
        if not unfit and len(text) <= MAX_ITEM and (event := hear_plain(text, reading)):
            parcel.events.append(event)
        else:
            parcel.add(_hear_raw(text, unfit, reading))


def _take_shared(envelope: Envelope, size: int, reading: Reading) -> None:
    """The batch's own context and integrations, which are as good as written in every item."""
    weight = len(bytes(envelope.context)) + len(bytes(envelope.integrations))
    if weight > MAX_ITEM or size + weight * len(envelope.batch) > MAX_SHARED:
        raise too_large("The batch's own context is too large for so many events: put less into it.")
    context = read_item(envelope.context)
    reading.context = context if isinstance(context, dict) else None
    reading.integrations = read_item(envelope.integrations)


def _read_raw(raw: bytes | msgspec.Raw) -> Any:
    try:
        return read_item(raw)
    except Refusal as error:
        return NotUnderstood("invalid_json", str(error))


def _told_times(envelope: Envelope) -> Iterable[Any]:
    """``sentAt`` of the batch, else those of its items (the latest is the one nearest to the sending)."""
    if envelope.sent_at:
        return (envelope.sent_at,)
    items = map(_read_raw, envelope.batch)
    return {told for item in items if isinstance(item, dict) and isinstance(told := item.get("sentAt"), str)}


def _take_times(told: Iterable[Any], reading: Reading, items: Iterable[Any]) -> None:
    moments = [moment for one in told if (moment := read_moment(one)) is not None]
    reading.sent_at = max(moments, default=None)
    if not reading.history:
        reading.offset = offset_of(reading.sent_at, reading.received_at, lambda: _newest(items))


def _newest(items: Iterable[Any]) -> datetime | None:
    """The latest moment that any item says it happened."""
    told = (told_time(item) for item in items if isinstance(item, dict))
    return max((moment for one in told if (moment := read_moment(one)) is not None), default=None)


def _hear_raw(text: bytes, unfit: bool, reading: Reading) -> Heard:
    item = _read_raw(text)
    if isinstance(item, NotUnderstood):
        return unreadable(text.decode(errors="replace"), reading, item)
    if len(text) > MAX_ITEM:
        sentence = f"The event is {len(text):,} bytes; at most {MAX_ITEM:,} are taken."
        return unreadable(item, reading, NotUnderstood("too_large", sentence))
    if unfit:
        return unreadable(
            text.decode(errors="replace"),
            reading,
            NotUnderstood("too_deep", "The event is nested deeper than 200 levels."),
        )
    return _heard_safely(item, reading)


def _heard_safely(item: Any, reading: Reading) -> Heard:
    """A mistake of ours must not cost a client its event: it goes to quarantine, and into our log."""
    try:
        return hear(item, reading)
    except Exception as error:
        _log.exception("An item could not be read.")
        return unreadable(item, reading, NotUnderstood("unexpected", f"It could not be read: {error!r}."))
