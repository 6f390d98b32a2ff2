"""The ASGI application of the open door. No Django view, no middleware: one decoding, one queue, one answer."""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, TypeVarTuple
from urllib.parse import parse_qs, unquote, urlsplit

import psycopg
from django.db import Error as DjangoError

from recorrido.api.ingest.answers import (
    SUCCESS,
    Send,
    send_json,
    send_pixel,
    send_preflight,
    send_refusal,
    told,
)
from recorrido.api.ingest.bodies import Receive, read_body, unpacked
from recorrido.api.ingest.browser import settings_for, source_config_for
from recorrido.api.ingest.committing import Entry, Told, Writer
from recorrido.api.ingest.errors import Refusal, unavailable
from recorrido.api.ingest.limits import Limits, RateLimit
from recorrido.api.ingest.parcels import BATCH, IMPORT, unpack, write_key_in
from recorrido.company.keyring import MARK, RING
from recorrido.company.models import ApiKey, Scope
from recorrido.shared import clock

Scopes = Mapping[str, Any]
Done = TypeVar("Done")
Arguments = TypeVarTuple("Arguments")
Handler = Callable[[Scopes, Receive, Send], Awaitable[None]]

LARGE = 64 * 1024
"""Bytes from which a body is taken apart in a thread: the loop stays free for the small ones. What takes it about a
millisecond, as the usual hundred events do, costs less than to change threads."""

_CALLS = {name: name for name in ("identify", "track", "page", "screen", "group", "alias", BATCH, IMPORT)}
_SHORT = {"i": "identify", "t": "track", "p": "page", "s": "screen", "g": "group", "a": "alias", "b": BATCH}
ROUTES = {
    **{f"/v1/{name}": kind for name, kind in (_CALLS | _SHORT).items()},
    **{f"/v1/{name}/": kind for name, kind in _CALLS.items()},
    **{f"/{name}": kind for name, kind in (_CALLS | _SHORT).items()},
    "/beacon/v1/batch": BATCH,
}
"""What is sent where. The browser library leaves /v1 out where its apiHost does; others write a slash at the end."""
PINGS = ("/v1/ping", "/v1/health")
METRICS = ("/v1/m", "/m")  # the browser library's own statistics: taken, and thrown away
_log = logging.getLogger(__name__)
_PROJECT, _SETTINGS = "/v1/projects/", "/settings"
_SOURCE_CONFIG = ("/sourceConfig", "/sourceConfig/")
_PLAIN = frozenset(PINGS + METRICS + _SOURCE_CONFIG)
_PIXEL = "/v1/pixel/"


def is_ours(path: str) -> bool:
    """Whether a path on the common port belongs to the open door."""
    return path in ROUTES or path in _PLAIN or _is_settings(path) or _is_pixel(path)


def _is_settings(path: str) -> bool:
    return path.startswith(_PROJECT) and path.endswith(_SETTINGS)


def _is_pixel(path: str) -> bool:
    return path.startswith(_PIXEL) and path.removeprefix(_PIXEL) in _CALLS


class _Asked:
    """What the door reads of a request's head."""

    __slots__ = ("authorization", "encoding", "host", "length", "origin", "query", "wanted")

    def __init__(self, scope: Scopes) -> None:
        self.authorization = self.encoding = self.origin = self.wanted = self.host = b""
        self.length: int | None = None
        self.query: bytes = scope["query_string"]
        for name, value in scope["headers"]:
            if name == b"authorization":
                self.authorization = value
            elif name == b"content-length":
                self.length = int(value) if value.isdigit() and len(value) < 16 else None
            elif name == b"content-encoding":
                self.encoding = value.strip().lower()
            elif name == b"origin":
                self.origin = value
            elif name == b"access-control-request-headers":
                self.wanted = value
            elif name == b"host":
                self.host = value

    def parameter(self, name: str) -> str:
        if not self.query:
            return ""
        return parse_qs(self.query.decode("latin-1")).get(name, [""])[-1]

    def write_key(self) -> str:
        """The key in the head: ``Authorization`` (Basic, user name; or Bearer), else ``?writeKey=``.

        What is no key of ours is for somebody else, such as a proxy, or a token beside the key of the body."""
        kind, _, value = self.authorization.decode("latin-1").strip().partition(" ")
        found = value.strip()
        if kind.lower() == "basic":
            found = _decoded(found).decode("latin-1").partition(":")[0].strip()
        return found if found.startswith(MARK) else self.parameter("writeKey")


class IngestApplication:
    """Routes requests. Made once per process; the writer starts with the first request, in whose loop it answers."""

    def __init__(self, limits: Limits = Limits()) -> None:
        self._limits = limits
        self._rate = RateLimit(limits.rate)
        self._writer: Writer | None = None
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="ingest")

    async def __call__(self, scope: Scopes, receive: Receive, send: Send) -> None:
        asked = _Asked(scope)
        try:
            await self._route(scope, asked, receive, send)
        except Refusal as refusal:
            await send_refusal(send, refusal, asked.origin)
        except Exception:  # a mistake of ours; what was not answered 200 is sent again
            _log.exception("A request could not be handled.")
            await send_refusal(
                send, unavailable("The server made a mistake: send it again later."), asked.origin
            )

    async def _route(self, scope: Scopes, asked: _Asked, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if method == "OPTIONS":
            await send_preflight(send, asked.origin, asked.wanted)
        elif (kind := ROUTES.get(path)) is not None:
            if method != "POST":
                raise Refusal(405, "method", "Events are sent with POST.")
            await send_json(send, 200, await self._take(kind, asked, receive), asked.origin)
        elif _is_settings(path):
            await self._settings(scope, asked, send)
        elif path in _SOURCE_CONFIG:
            key = await self._key(asked.write_key()) or _closed()
            await send_json(send, 200, source_config_for(key.source), asked.origin)
        elif _is_pixel(path):
            await self._pixel(path.removeprefix(_PIXEL), method, asked, send)
        elif path in PINGS or path in METRICS:
            await send_json(send, 200, SUCCESS, asked.origin)
        else:
            raise Refusal(404, "not_found", "There is nothing here: events go to /v1/batch.")

    async def _take(self, kind: str, asked: _Asked, receive: Receive) -> bytes:
        """Record what a request brings; its answer, once it is committed."""
        key = await self._key(asked.write_key())
        body = await read_body(receive, asked.length, self._limits.body_within)
        text = unpacked(body, asked.encoding)
        if key is None:
            key = await self._key(write_key_in(text, kind)) or _closed()
        return await self._record(kind, text, key, asked.parameter("verbose") in ("1", "true"))

    async def _record(self, kind: str, text: bytes, key: ApiKey, verbose: bool) -> bytes:
        parcel = await self._aside(text, unpack, text, kind, key, clock.now())
        self._rate.take(key.pk, len(parcel))
        if not len(parcel):
            return told(parcel, []) if verbose else SUCCESS
        loop = asyncio.get_running_loop()
        writer = self._running_writer(loop)
        checked = await self._aside(text, writer.check, key, parcel)
        weight = len(text) if checked is None else 2 * len(text)  # its properties lie here as JSON too
        entry = Entry(key, parcel, weight, verbose, loop.create_future(), checked)
        writer.submit(entry)
        alarm = loop.call_later(self._limits.answered_within, _give_up, entry.answer)
        try:
            items = await entry.answer
        finally:
            alarm.cancel()
        return told(parcel, items) if verbose else SUCCESS

    async def _aside(self, text: bytes, work: Callable[[*Arguments], Done], *arguments: *Arguments) -> Done:
        """Do what takes the longer the larger the body is; in a thread where it is LARGE."""
        if len(text) < LARGE:
            return work(*arguments)
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *arguments)

    async def _key(self, secret: str) -> ApiKey | None:
        """The key of a secret; None where there is no secret. Raises Refusal (401, 403, 503)."""
        if not secret:
            return None
        if RING.is_stale(secret):
            try:
                await asyncio.get_running_loop().run_in_executor(self._threads, _refresh, secret)
            except (DjangoError, psycopg.Error):
                if RING.get(secret) is None:  # a known key waits with its events for the database
                    raise unavailable("The database is away: send it again.") from None
        key = RING.get(secret) or _closed()
        if not key.allows(Scope.INGEST):
            raise Refusal(
                403, "scope", "This key may not send events: make one that may on the page of keys."
            )
        return key

    def _running_writer(self, loop: asyncio.AbstractEventLoop) -> Writer:
        if self._writer is None:
            self._writer = Writer(loop, self._limits)
        return self._writer

    async def _pixel(self, kind: str, method: str, asked: _Asked, send: Send) -> None:
        """An event in the address of a picture, as mails carry it: ``?data=`` is its JSON in base64."""
        if method != "GET":
            raise Refusal(405, "method", "A pixel is asked for with GET.")
        text = _decoded(asked.parameter("data").replace(" ", "+"))
        key = await self._key(asked.write_key() or write_key_in(text, kind)) or _closed()
        await self._record(kind, text, key, False)
        await send_pixel(send, asked.origin)

    async def _settings(self, scope: Scopes, asked: _Asked, send: Send) -> None:
        write_key = unquote(scope["path"][len(_PROJECT) : -len(_SETTINGS)])
        if await self._key(write_key) is None:
            _closed()
        public = urlsplit(self._limits.public_url)
        protocol = public.scheme or scope.get("scheme") or "http"
        host = public.netloc or asked.host.decode("latin-1")
        body = settings_for(write_key, f"{host}{public.path.rstrip('/')}/v1", protocol)
        await send_json(send, 200, body, asked.origin, [(b"cache-control", b"public, max-age=60")])

    def close(self) -> None:
        """Write what waits and end the threads."""
        if self._writer is not None:
            self._writer.close()
        self._threads.shutdown(wait=False)


def _decoded(base64_text: str) -> bytes:
    """Base64 of either alphabet, with its padding or without; nothing where it is none."""
    try:
        return base64.b64decode(base64_text.replace("-", "+").replace("_", "/") + "==")
    except (binascii.Error, ValueError):
        return b""


def _refresh(secret: str) -> None:
    """In a thread: its connection is given back, because the pool's threads outlive every request."""
    from django.db import connection

    try:
        RING.refresh(secret)
    finally:
        connection.close()


def _give_up(answer: asyncio.Future[Told]) -> None:
    """The database answers nothing, not even that it is away. If it writes the events after all, the client's next try
    is a duplicate."""
    if not answer.done():
        answer.set_exception(unavailable("The database takes too long: send it again."))


def _closed() -> ApiKey:
    raise Refusal(401, "bad_key", "The write key is missing, wrong or revoked: see the page of keys.")
