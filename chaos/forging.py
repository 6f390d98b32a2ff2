"""Forged and malformed requests, made from sound ones: what a scanner, a broken client or somebody with bad intent sends."""

from __future__ import annotations

import base64
import gzip
import json
import zlib
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from random import Random
from typing import Any

Sent = tuple[bytes, bool]
"""A whole request as it goes over the wire, and whether its end is where its head says: else the connection closes."""

PATHS = tuple(
    f"{before}{name}"
    for before in ("/v1/", "/")
    for name in (
        "identify",
        "track",
        "page",
        "screen",
        "group",
        "alias",
        "batch",
        "import",
        "t",
        "i",
        "p",
        "b",
    )
)
OTHERS = (
    "/v1/projects/%s/settings",
    "/sourceConfig",
    "/v1/pixel/track?data=%s",
    "/v1/m",
    "/v1/ping",
    "/beacon/v1/batch",
    "/",
    "/admin/",
    "/.env",
    "/v1/%00track",
    "/v1/../../etc/passwd",
    "//v1/batch",
    "/v1/batch?verbose=1&verbose=%ff&writeKey=%00",
)
SOUND: dict[str, Any] = {
    "type": "track",
    "messageId": "m",
    "userId": "C-1",
    "anonymousId": "6f0c1f6e-0000-4000-8000-000000000000",
    "event": "Order Completed",
    "timestamp": "2026-03-01T15:00:00Z",
    "originalTimestamp": "2026-03-01T15:00:00.123Z",
    "properties": {"order_id": "O-1", "total": 42990.5, "products": [{"product_id": "P-1", "quantity": 2}]},
    "traits": {"email": "ana@correo.example", "phone": "+56 9 8765 4321"},
    "context": {"page": {"url": "https://tienda.example"}, "externalIds": [{"id": "1", "type": "crm"}]},
    "integrations": {"All": True},
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 2**63, -(2**64), 10**400, 1e308, float("nan"), float("inf"), 0.1, "", " ", "\x00",
    "\ud800", "\u202e", "9" * 400, "null", "2026-02-30T25:61:61Z", "0000-00-00", "9999-12-31T23:59:59Z", "1e400",
    "2026-03-01T15:00:00+99:99", [], {}, [[]], [None], {"": ""}, {"$raw": 1}, {"__proto__": {}}, [0] * 600, "x" * 70_000,
    "'; DROP TABLE events_event; --", "{{7*7}}", "<script>alert(1)</script>", "../../etc/passwd", "\N{PILE OF POO}" * 90,
)  # fmt: skip


@dataclass(frozen=True)
class Target:
    """Where requests go, and the write key (``Basic`` value) of sound ones."""

    host: str
    basic: bytes


def forged(chance: Random, target: Target) -> tuple[str, Sent]:
    """One request, and the name of what is wrong with it."""
    name = chance.choice(tuple(WAYS))
    return name, WAYS[name](chance, target)


def request(
    target: Target,
    body: bytes,
    *,
    path: str = "/v1/batch",
    method: str = "POST",
    heads: tuple[tuple[bytes, bytes], ...] = (),
    basic: bytes | None = None,
    length: bytes | None = None,
) -> bytes:
    """The bytes of a request; ``length`` in the place of the true one, ``basic`` in that of the true key."""
    lines = [
        f"{method} {path} HTTP/1.1".encode("utf-8", "surrogateescape"),
        b"Host: " + target.host.encode(),
        b"Content-Type: application/json",
        b"Content-Length: " + (str(len(body)).encode() if length is None else length),
        b"Authorization: Basic " + (target.basic if basic is None else basic),
        *(name + b": " + value for name, value in heads),
    ]
    return b"\r\n".join([*lines, b"", body])


def sound(target: Target, message: str) -> bytes:
    """A request that must be taken: one event of its own."""
    return request(target, _encoded({"batch": [SOUND | {"messageId": message}]}))


def _encoded(value: Any) -> bytes:
    return json.dumps(value).encode("utf-8", "surrogatepass")


def _spoilt(chance: Random) -> Any:
    """A sound event with odd values in odd places."""
    event = deepcopy(SOUND) | {"messageId": f"{chance.getrandbits(64):x}"}
    for _ in range(chance.randint(1, 4)):
        place: Any = event
        while isinstance(place, dict) and place and chance.random() < 0.5:
            inner = chance.choice(list(place.values()))
            place = inner if isinstance(inner, dict) and inner else place
            if place is not inner:
                break
        key = chance.choice([*place, "type", "userId", "\x00", "channel", "sentAt"])
        place[key] = deepcopy(chance.choice(ODD))  # the next round may spoil what is inside
    return event


# --- what can be wrong ---


def _odd_values(chance: Random, target: Target) -> Sent:
    body = _encoded(
        {"batch": [_spoilt(chance) for _ in range(chance.randint(1, 3))], "sentAt": chance.choice(ODD)}
    )
    return request(target, body), True


def _odd_calls(chance: Random, target: Target) -> Sent:
    return request(target, _encoded(_spoilt(chance)), path=chance.choice(PATHS)), True


def _no_object(chance: Random, target: Target) -> Sent:
    body = chance.choice(
        [_encoded(chance.choice(ODD)), _encoded({"batch": chance.choice(ODD)}), b"", b"null", b"[]"]
    )
    return request(target, body, path=chance.choice(PATHS)), True


def _damaged(chance: Random, target: Target) -> Sent:
    body = bytearray(_encoded({"batch": [_spoilt(chance)]}))
    for _ in range(chance.randint(1, 6)):
        _damage(body, chance)
    return request(target, bytes(body), path=chance.choice(PATHS)), True


def _damage(body: bytearray, chance: Random) -> None:
    place = chance.randrange(len(body) + 1)
    match chance.randrange(4):
        case 0:
            body[place : place + 1] = bytes([chance.randrange(256)])
        case 1:
            del body[place : place + chance.randrange(1, 40)]
        case 2:
            body[place:place] = chance.choice(
                [b'"', b"{", b"]", b"\\u0000", b"\\ud83d", b"null,", b"NaN", b"[" * 300]
            )
        case _:
            del body[place:]


def _noise(chance: Random, target: Target) -> Sent:
    return request(target, chance.randbytes(chance.randrange(400)), path=chance.choice(PATHS)), True


def _packed(chance: Random, target: Target) -> Sent:
    packed = bytearray(gzip.compress(_encoded({"batch": [_spoilt(chance)]}), 1))
    if chance.random() < 0.9:
        _damage(packed, chance)
    kind = chance.choice([b"gzip", b"gzip", b"GZIP ", b"deflate", b"br", b"gzip, gzip", b"\xff", b"identity"])
    return request(target, bytes(packed), heads=((b"Content-Encoding", kind),)), True


BOMB = gzip.compress(b'{"batch":["' + b"a" * 60_000_000 + b'"]}', 9)
DEEP = b'{"batch":[' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"]}"


def _bomb(chance: Random, target: Target) -> Sent:
    if chance.random() < 0.1:
        return request(target, BOMB, heads=((b"Content-Encoding", b"gzip"),)), True
    return request(target, chance.choice([DEEP, b"[" * 4_000, b"0," * 5_000, zlib.compress(DEEP)])), True


def _key(chance: Random, target: Target) -> Sent:
    true = base64.b64decode(target.basic)
    wrong = bytearray(true)
    wrong[chance.randrange(len(wrong))] ^= 1 << chance.randrange(7)
    basic = chance.choice(
        [
            b"",
            b"====",
            b"\xff\xfe",
            base64.b64encode(bytes(wrong)),
            base64.b64encode(true[:-9]),
            b"QQ" * 900,
            target.basic[:-4],
        ]
    )
    return request(target, _encoded({"batch": [SOUND]}), basic=basic), True


def _path(chance: Random, target: Target) -> Sent:
    path = chance.choice([*PATHS, *OTHERS])
    if "%s" in path:
        path = path.replace(
            "%s", chance.choice(["%ff%00", "x" * 2_000, base64.b64encode(_encoded(SOUND)).decode(), ""])
        )
    method = chance.choice(["GET", "PUT", "DELETE", "PATCH", "OPTIONS", "POST", "POST", "TRACE", "BREW"])
    return request(target, _encoded(_spoilt(chance)), path=path, method=method), True


def _heads(chance: Random, target: Target) -> Sent:
    heads = chance.choice(
        [
            ((b"Origin", b"\xff"), (b"Access-Control-Request-Headers", b"a" * 3_000)),
            ((b"Authorization", b"Bearer \xc3\x28"),),
            ((b"Content-Type", b"text/plain; charset=utf-7"),),
            ((b"Expect", b"100-continue"),),
            ((b"X-Forwarded-For", b"'\"><"), (b"Forwarded", b"for=" + b"1" * 2_000)),
            tuple((b"X-%d" % number, b"y") for number in range(90)),
        ]
    )
    return request(target, _encoded({"batch": [_spoilt(chance)]}), heads=heads), True


def _framing(chance: Random, target: Target) -> Sent:
    """Heads that lie about the body, or are none: whoever answers closes the connection."""
    body = _encoded({"batch": [SOUND]})
    chunked = request(target, b"zz\r\n" + body, length=b"0", heads=((b"Transfer-Encoding", b"chunked"),))
    lies = [
        request(target, body, length=chance.choice([b"-1", b"1e3", b"9" * 30, b"abc", b"5, 7", b""])),
        chunked,
        chance.randbytes(200) + b"\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nBroken head\r\n\r\n",
        b"POST /v1/batch HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 200_000 + b"\r\n\r\n",
    ]
    return chance.choice(lies), False


WAYS: dict[str, Callable[[Random, Target], Sent]] = {
    "odd values in a batch": _odd_values,
    "odd values in a call": _odd_calls,
    "no object, or none of events": _no_object,
    "damaged JSON": _damaged,
    "noise": _noise,
    "packed, mostly damaged": _packed,
    "bombs and depths": _bomb,
    "wrong keys": _key,
    "paths and methods": _path,
    "odd heads": _heads,
    "heads that lie": _framing,
}
