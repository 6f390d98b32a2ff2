"""The world outside the installation: a receiver of webhooks and a mail server. Both count what reaches them."""

from __future__ import annotations

import hashlib
import json
import socketserver
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler
from typing import Any

REFUSED = 20
"""One message in so many is answered 500 the first time it comes."""


class Received:
    """What came: webhooks by their id with what they said, mails by their subject."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.tries: Counter[str] = Counter()
        self.webhooks: dict[str, set[str]] = {}
        self.mails: Counter[str] = Counter()

    def take_webhook(self, name: str, body: bytes) -> bool:
        """False where it is refused."""
        with self._lock:
            self.tries[name] += 1
            if self.tries[name] == 1 and int(hashlib.sha256(name.encode()).hexdigest(), 16) % REFUSED == 0:
                return False
            self.webhooks.setdefault(name, set()).add(json.dumps(json.loads(body), sort_keys=True))
            return True

    def take_mail(self, content: bytes) -> None:
        with self._lock:
            self.mails[str(message_from_bytes(content)["Subject"])] += 1


@contextmanager
def outside() -> Iterator[tuple[Received, int, int]]:
    """What arrives, the port of the receiver and the port of the mail server."""
    received = Received()
    webhooks = _Quiet(("127.0.0.1", 0), _with(_Webhooks, received))
    mails = _Quiet(("127.0.0.1", 0), _with(_Mails, received))
    servers = (webhooks, mails)
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield received, webhooks.server_address[1], mails.server_address[1]
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()


def _with(handler: type[Any], received: Received) -> type[Any]:
    return type(handler.__name__, (handler,), {"received": received})


class _Quiet(socketserver.ThreadingTCPServer):
    """A sender that is killed breaks off: nothing to tell anybody."""

    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass


class _Webhooks(BaseHTTPRequestHandler):
    received: Received

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken = self.received.take_webhook(self.headers["webhook-id"], body)
        self.send_response(204 if taken else 500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *words: Any) -> None:
        pass


class _Mails(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand over a mail."""

    received: Received

    def handle(self) -> None:
        self._say("220 chaos")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say("354 go on")
                self.received.take_mail(self._content())
            elif word == b"QUIT":
                self._say("221 bye")
                return
            self._say("250 ok")

    def _content(self) -> bytes:
        lines = iter(self.rfile.readline, b"")
        content: list[bytes] = []
        for line in lines:
            if line == b".\r\n":
                return b"".join(content)
            content.append(line)
        raise ConnectionAbortedError  # a sender that died in the middle has not handed it over

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
