"""The body of a request: read and unpacked within limits, whatever its headers claim."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

from recorrido.api.ingest.errors import Refusal, malformed, too_large

MAX_BODY = 500 * 1024
"""Bytes of a request, packed or not: a batch of Segment's."""

Receive = Callable[[], Awaitable[dict[str, Any]]]
_GZIP = b"\x1f\x8b"
_MARK = b"\xef\xbb\xbf"
_TOO_LARGE = f"The request is larger than {MAX_BODY:,} bytes: send smaller batches."


async def read_body(receive: Receive, announced: int | None, within: float) -> bytes:
    """The whole body as it came. Raises Refusal where it is too large, breaks off or takes longer than ``within``."""
    if announced is not None and announced > MAX_BODY:
        raise too_large(_TOO_LARGE)
    try:
        async with asyncio.timeout(within):
            return await _whole(receive)
    except TimeoutError:
        raise Refusal(408, "too_slow", "The body did not come in time: send it again.") from None


async def _whole(receive: Receive) -> bytes:
    message = await receive()
    if not message.get("more_body"):  # nearly always
        return _part(message)
    parts, size = [], 0
    while True:
        parts.append(_part(message))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise too_large(_TOO_LARGE)
        if not message.get("more_body"):
            return b"".join(parts)
        message = await receive()


def _part(message: dict[str, Any]) -> bytes:
    if (
        message["type"] == "http.disconnect"
    ):  # also of a body whose chunks are damaged: somebody may still listen
        raise malformed("The body broke off.")
    body: bytes = message.get("body", b"")
    return body


def unpacked(body: bytes, encoding: bytes) -> bytes:
    """The body as JSON text. Gzip is known by its first bytes: some proxies unpack and leave the header, some
    clients pack and forget it."""
    if body[:2] == _GZIP:
        body = _gunzipped(body)
    elif encoding not in (b"", b"identity", b"gzip", b"x-gzip"):
        raise Refusal(400, "unknown_encoding", "The body may be packed with gzip only (Content-Encoding).")
    if len(body) > MAX_BODY:
        raise too_large(_TOO_LARGE)
    return body[3:] if body[:3] == _MARK else body


def _gunzipped(packed: bytes) -> bytes:
    """Unpack up to one byte more than is taken: a bomb of a gigabyte costs no more than an honest batch."""
    parts: list[bytes] = []
    room = MAX_BODY + 1
    while packed and room:
        unpacker = zlib.decompressobj(wbits=31)
        try:
            part = unpacker.decompress(packed, room)
        except zlib.error as error:
            raise malformed(f"The gzip of the body is damaged ({error}).") from None
        parts.append(part)
        room -= len(part)
        if room and not unpacker.eof:
            raise malformed("The gzip of the body ends too early.")
        packed = unpacker.unused_data
    return b"".join(parts)
