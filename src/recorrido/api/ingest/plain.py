"""Track calls as nearly all clients send nearly all of them, read in half the time.

Whatever is unusual about an item, down to an unknown field, is left to `wire`, which knows what to say of it. Where
both read an item, they read the same.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from recorrido.api.ingest.errors import NotUnderstood
from recorrido.api.ingest.members import channel_of, identifiers_in, objects_of
from recorrido.api.ingest.times import read_time
from recorrido.api.ingest.wire import CONTEXT, EVERYWHERE, MAX_MESSAGE_ID, Reading
from recorrido.events.records import NewEvent


class _Track(msgspec.Struct, forbid_unknown_fields=True, rename="camel", gc=False):
    type: Literal["track"]
    event: str
    message_id: str
    user_id: str | None = None
    anonymous_id: str | None = None
    timestamp: str | None = None
    original_timestamp: str | None = None
    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}
    integrations: dict[str, Any] | None = None
    sent_at: str | None = None
    write_key: str | None = None


_track = msgspec.json.Decoder(_Track)
_NOTHING: dict[str, Any] = {}


def hear_plain(text: bytes, reading: Reading) -> NewEvent | None:
    """The event of one item of a batch; None where `wire.hear` has to look at it."""
    try:
        told = _track.decode(text)
        at, date_only = read_time(told.original_timestamp or told.timestamp)
        corrected = at if reading.offset is None or date_only else at + reading.offset
    except (msgspec.MsgspecError, NotUnderstood, ValueError, OverflowError, RecursionError):
        return None
    message_id, name = told.message_id.strip(), told.event.strip()
    identifiers = identifiers_in(told.user_id, told.anonymous_id, told.context, reading.user_kind)
    if not (name and identifiers and 0 < len(message_id) <= MAX_MESSAGE_ID) or _says_more(told, reading):
        return None
    properties, context = told.properties, told.context
    return NewEvent(
        message_id,
        name,
        corrected,
        channel_of("track", _NOTHING, context, properties, reading.channel),
        tuple(identifiers),
        objects_of(properties),
        {**properties, CONTEXT: context} if context else properties,
        at,
        reading.sent_at,
        reading.received_at,
        date_only,
    )


def _says_more(told: _Track, reading: Reading) -> bool:
    """Whether the batch, or what the item says of other services, adds something to it."""
    return bool(
        reading.context
        or reading.integrations is not None
        or (told.integrations and told.integrations != EVERYWHERE)
    )
