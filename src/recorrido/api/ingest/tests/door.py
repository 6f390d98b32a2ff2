"""The open door for tests: the application itself, in an event loop of its own thread, without a network."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from typing import Any

from recorrido.api.ingest.application import IngestApplication
from recorrido.api.ingest.limits import Limits


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def basic(secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{secret}:".encode()).decode()}


class Door:
    """``door.post("/v1/track", {...})`` sends as a client with a good key would."""

    def __init__(self, secret: str, limits: Limits = Limits()) -> None:
        self.application = IngestApplication(limits)
        self.headers = basic(secret)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def post(self, path: str, body: object, headers: dict[str, str] | None = None) -> Answer:
        return self.begin("POST", path, body, headers).result(30)

    def ask(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        return self.begin(method, path, b"", headers or {}).result(30)

    def post_all(self, path: str, bodies: Iterable[object]) -> list[Answer]:
        """All at the same time."""
        return [sent.result(30) for sent in [self.begin("POST", path, body) for body in bodies]]

    def begin(
        self, method: str, path: str, body: object, headers: dict[str, str] | None = None
    ) -> Future[Answer]:
        text = body if isinstance(body, bytes) else json.dumps(body).encode()
        coroutine = self._exchange(method, path, text, self.headers if headers is None else headers)
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _exchange(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Answer:
        route, _, query = path.partition("?")
        told = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
        scope = {
            "type": "http",
            "method": method,
            "path": route,
            "query_string": query.encode(),
            "headers": told,
        }
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        start, *rest = sent
        answered = {name.decode(): value.decode() for name, value in start["headers"]}
        return Answer(start["status"], answered, b"".join(part["body"] for part in rest))

    def close(self) -> None:
        self.application.close()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
