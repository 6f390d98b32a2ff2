"""How much a request may send, held before the rest of it is read: what is refused later lies on the disk already."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

FORMS = 16 << 20
"""Bytes that any page's form may send."""

MARGIN = 1 << 20  # what a form adds to its file


class LimitedBodies:
    """ASGI: a body that is too long is answered with 413. Only ``upload_path`` takes files, and only of browsers that
    bring a session: whether it is a good one, the page says."""

    def __init__(self, application: Application, *, upload_path: str, upload: int, cookie: str) -> None:
        self._application = application
        self._path = upload_path
        self._upload = upload + MARGIN
        self._cookie = f"{cookie}=".encode()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._application(scope, receive, send)
            return
        limit = self._limit(scope)
        if _announced(scope) > limit:
            await _refuse(send, limit)
            return
        await self._application(scope, _counted(receive, limit), send)

    def _limit(self, scope: Message) -> int:
        brings_session = any(name == b"cookie" and self._cookie in value for name, value in scope["headers"])
        return self._upload if scope["path"] == self._path and brings_session else FORMS


def _announced(scope: Message) -> int:
    length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    return int(length) if length.isdigit() else 0


def _counted(receive: Receive, limit: int) -> Receive:
    """A body that announced nothing ends where it gets too long, as if the browser had gone."""
    seen = 0

    async def counted() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        return message if seen <= limit else {"type": "http.disconnect"}

    return counted


async def _refuse(send: Send, limit: int) -> None:
    text = f"Demasiado grande: el límite es {limit >> 20} MB. · Too large: the limit is {limit >> 20} MB.\n"
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
