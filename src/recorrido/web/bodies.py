"""How much a request may send, held before the rest of it is read: what is refused later lies on the disk already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from types import MappingProxyType
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Refuse = Callable[[Message, Send], Awaitable[None]]

FORMS = 16 << 20
"""Bytes that any page's form may send."""

MARGIN = 1 << 20  # what a form adds to its file


class LimitedBodies:
    """ASGI: a body that is too long is answered with 413. Only ``upload_path`` takes files, and only of browsers that
    bring a session: whether it is a good one, the page says. ``refusals``: by the beginning of their paths, addresses
    that say it in their own words."""

    def __init__(
        self,
        application: Application,
        *,
        upload_path: str,
        upload: int,
        cookie: str,
        refusals: Mapping[str, Refuse] = MappingProxyType({}),
    ) -> None:
        self._application = application
        self._path = upload_path
        self._upload = upload + MARGIN
        self._cookie = f"{cookie}=".encode()
        self._refusals = refusals

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit = self._limit(scope)
        if _announced(scope) > limit:
            await self._refuse(scope, send, limit)
            return
        body, answer = _Counted(receive, limit), _Watched(send)
        await self._application(scope, body, answer)
        if (
            body.too_long and not answer.begun
        ):  # without any answer the server would call it a failure of ours
            await self._refuse(scope, send, limit)

    async def _refuse(self, scope: Message, send: Send, limit: int) -> None:
        known = (refuse for start, refuse in self._refusals.items() if scope["path"].startswith(start))
        if refuse := next(known, None):
            await refuse(scope, send)
        else:
            await _say(send, limit)

    def _limit(self, scope: Message) -> int:
        brings_session = any(name == b"cookie" and self._cookie in value for name, value in scope["headers"])
        return self._upload if scope["path"] == self._path and brings_session else FORMS


def _announced(scope: Message) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0


class _Counted:
    """A body that announced nothing ends where it gets too long, as if the browser had gone."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit

    @property
    def too_long(self) -> bool:
        return self._left < 0

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        return {"type": "http.disconnect"} if self.too_long else message


class _Watched:
    """Notices whether an answer was begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        self.begun = True
        await self._send(message)


async def _say(send: Send, limit: int) -> None:
    text = f"Demasiado grande: el límite es {limit >> 20} MB. · Too large: the limit is {limit >> 20} MB.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
