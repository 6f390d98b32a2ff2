"""What goes back to the client, with what browsers of other sites need to be allowed to read it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from recorrido.api.ingest.committing import Told
from recorrido.api.ingest.errors import Refusal
from recorrido.api.ingest.parcels import Parcel

Send = Callable[[dict[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SUCCESS = b'{"success":true}'
_DOT = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00"
    b",\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
_JSON = (b"content-type", b"application/json")
_PREFLIGHT = [
    (b"access-control-allow-methods", b"GET, POST, OPTIONS"),
    (b"access-control-max-age", b"86400"),
]
_ALLOWED = b"Authorization, Content-Type, Content-Encoding, X-Retry-Count"


async def send_json(
    send: Send, status: int, body: bytes, origin: bytes, headers: Headers | None = None
) -> None:
    """One whole answer."""
    start = [_JSON, (b"content-length", b"%d" % len(body)), *(headers or ())]
    if origin:
        start += _open_to(origin)
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


def _open_to(origin: bytes) -> Headers:
    """Any site may send: the write key says who it is, and no cookie is looked at. The origin is named, not ``*``,
    because beacons are sent with credentials."""
    return [
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", b"retry-after"),
        (b"vary", b"origin"),
    ]


async def send_preflight(send: Send, origin: bytes, wanted: bytes) -> None:
    """The answer to OPTIONS: whatever headers a client wants to send, it may."""
    headers = [*_PREFLIGHT, (b"access-control-allow-headers", wanted or _ALLOWED), (b"content-length", b"0")]
    headers += _open_to(origin or b"*")
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


async def send_pixel(send: Send, origin: bytes) -> None:
    """A picture of one transparent dot, which nobody keeps: each time it is seen is an event."""
    headers = [(b"content-type", b"image/gif"), (b"content-length", b"%d" % len(_DOT))]
    headers += [(b"cache-control", b"no-store"), *(_open_to(origin) if origin else ())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _DOT})


async def send_refusal(send: Send, refusal: Refusal, origin: bytes) -> None:
    body = msgspec.json.encode({"success": False, "code": refusal.code, "message": str(refusal)})
    headers: Headers = []  # no WWW-Authenticate: browsers would ask the shop's visitors for a password
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % refusal.retry_after))
    if refusal.status == 405:
        headers.append((b"allow", b"POST, OPTIONS"))
    await send_json(send, refusal.status, body, origin, headers)


def told(parcel: Parcel, items: Told) -> bytes:
    """The answer of ``?verbose=1``: what became of each item, in the order they came."""
    results = [
        _result(parcel, place, state, code, sentence)
        for place, (state, code, sentence) in zip(parcel.places(), items, strict=True)
    ]
    count = {
        state: sum(1 for one in items if one[0] == state)
        for state in ("recorded", "duplicate", "quarantined")
    }
    return msgspec.json.encode({"success": True, **count, "results": results})


def _result(parcel: Parcel, place: tuple[bool, int], state: str, code: str, sentence: str) -> dict[str, str]:
    sound, position = place
    event = parcel.events[position] if sound else parcel.refused[position].event
    result = {"messageId": event.message_id.encode(errors="replace").decode(), "status": state}
    return result | {"code": code, "message": sentence} if code else result
