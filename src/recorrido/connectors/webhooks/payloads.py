"""What a message says. The stored payload holds ids only; what else an endpoint asks for is read when it is sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from recorrido.connectors.webhooks.patterns import sendable
from recorrido.events.queries import Recorded
from recorrido.people.queries import Change

MOST_BYTES = 20_000  # the standard: a webhook is a notice, not a file
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


def of_event(event: Recorded, person_id: int | None) -> str:
    """The payload of something that happened: ids, moments and objects, nothing personal."""
    data = {
        "event_id": event.id,
        "event_type": event.type,
        "at": event.at,
        "date_only": event.date_only,
        "channel": event.channel,
        "source": event.source,
        "person_id": person_id,
        "objects": [{"kind": thing.kind, "id": thing.external_id} for thing in event.objects],
    }
    return _envelope(event.type, event.at, data)


def of_change(change: Change) -> str:
    """The payload of a merge or an unmerge."""
    data = {
        "change_id": change.id,
        "person_id": change.person_id,
        "other_id": change.other_id,
        "reason": change.reason,
        "source": change.source,
        "at": change.at,
    }
    return _envelope(f"person.{change.kind}", change.at, data)


def of_test(now: datetime, number: int) -> str:
    return _envelope("webhook.test", now, {"endpoint_id": number})


def _envelope(event_type: str, at: datetime, data: Mapping[str, Any]) -> str:
    return _encode({"type": sendable(event_type), "timestamp": at, "data": data}).decode()


def body_of(payload: str, extras: Mapping[str, Any]) -> bytes:
    """The bytes to send: the stored payload and what this endpoint asked for besides.

    Too much of that is left out, the largest first, and named: the receiver can read it through the API.
    """
    if not extras:
        return _shortened(payload.encode())
    whole = _decode(payload.encode())
    kept = dict(extras)
    while True:
        left_out = {"left_out": sorted(extras.keys() - kept.keys())} if len(kept) < len(extras) else {}
        body = _encode(whole | {"data": whole["data"] | kept | left_out})
        if len(body) <= MOST_BYTES or not kept:
            return _shortened(body)
        kept.pop(max(kept, key=lambda name: len(_encode(kept[name]))))


def _shortened(body: bytes) -> bytes:
    """An event may touch 500 objects with long names: then they are left out too."""
    if len(body) <= MOST_BYTES:
        return body
    whole = _decode(body)
    data = whole["data"]
    left_out = sorted({*data.get("left_out", []), "objects"})
    return _encode(whole | {"data": data | {"objects": [], "left_out": left_out}})
