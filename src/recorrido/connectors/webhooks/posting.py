"""One POST to an address outside, with the standard library: pinned address, verified name, one deadline for all of it."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from recorrido.connectors.webhooks.addresses import is_allowed, resolve
from recorrido.connectors.webhooks.errors import RefusedAddress
from recorrido.shared import clock

TIMEOUT = 20.0  # seconds for everything after the name is resolved; the standard asks for 15 to 30
EXCERPT = 1_000  # bytes of an answer that are read and kept
AGENT = "Recorrido-Webhooks/1"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one POST. ``status`` None: nothing was answered, ``code`` says why.

    Codes: answered, timeout, no_address, refused_address, not_encrypted, certificate, connection.
    ``retry_after``: seconds the receiver asks us to wait.
    """

    status: int | None
    code: str
    milliseconds: int
    excerpt: str = ""
    retry_after: float | None = None

    @property
    def delivered(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


Post = Callable[[str, Mapping[str, str], bytes], Outcome]


def poster(allow: Sequence[str], *, timeout: float = TIMEOUT) -> Post:
    """A function that posts, for an installation that allows these networks besides the public ones."""
    return lambda url, headers, body: post(url, headers, body, allow=allow, timeout=timeout)


def post(
    url: str, headers: Mapping[str, str], body: bytes, *, allow: Sequence[str] = (), timeout: float = TIMEOUT
) -> Outcome:
    """POST once; never follows a redirection. Every failure is an outcome, nothing is raised."""
    began = monotonic()

    def failed(code: str, why: object) -> Outcome:
        return Outcome(None, code, _since(began), _kept(str(why).encode(errors="replace")))

    try:
        connection = _connection(url, allow, timeout)
    except RefusedAddress as error:
        return failed(error.code, error)
    except _NotEncrypted as error:
        return failed("not_encrypted", error)
    except (OSError, UnicodeError, ValueError) as error:
        return failed("no_address", error)
    deadline = _Deadline(connection, timeout)
    try:
        return _exchange(connection, url, headers, body, began)
    except ssl.SSLCertVerificationError as error:
        return failed("certificate", error.verify_message)
    except (OSError, HTTPException, ValueError) as error:
        slow = deadline.passed or isinstance(error, TimeoutError)
        return failed("timeout" if slow else "connection", error)
    finally:
        deadline.stop()
        connection.close()


def _exchange(
    connection: _Pinned | _PinnedTLS, url: str, headers: Mapping[str, str], body: bytes, began: float
) -> Outcome:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    sent = {"Content-Type": "application/json", "User-Agent": AGENT, "Connection": "close", **headers}
    connection.request("POST", target, body, sent)
    response = connection.getresponse()
    excerpt = _kept(response.read(EXCERPT))
    retry_after = _seconds(response.headers.get("Retry-After", ""))
    return Outcome(response.status, "answered", _since(began), excerpt, retry_after)


class _NotEncrypted(Exception):
    """Plain http, towards an address that the installation does not name as its own."""


def _connection(url: str, allow: Sequence[str], timeout: float) -> _Pinned | _PinnedTLS:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    host, port = parts.hostname or "", parts.port or (443 if secure else 80)
    address = resolve(host, port, allow=allow)
    if not secure and not is_allowed(address, allow):
        raise _NotEncrypted("http")
    if secure:
        return _PinnedTLS(host, port, address, timeout)
    return _Pinned(host, port, address, timeout)


class _Pinned(HTTPConnection):
    """Connects to the address that was checked; speaks to the host that was named."""

    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout)
        self._address = address
        self.held: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self.held = socket.create_connection((self._address, self.port), self.timeout)


class _PinnedTLS(HTTPSConnection):
    def __init__(self, host: str, port: int, address: str, timeout: float) -> None:
        super().__init__(host, port, timeout=timeout, context=_tls())
        self._address = address
        self.held: socket.socket | None = None

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), self.timeout)
        self.held = plain  # from here the deadline can end it, also in the middle of the handshake
        self.sock = self.held = _tls().wrap_socket(plain, server_hostname=self.host)


@cache
def _tls() -> ssl.SSLContext:
    """Verifies the certificate and that it was made for the host that was named."""
    return ssl.create_default_context()


class _Deadline:
    """Ends a connection when its time is over: a receiver that sends a byte a second never runs into a timeout."""

    def __init__(self, connection: _Pinned | _PinnedTLS, seconds: float) -> None:
        self.passed = False
        self._connection = connection
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True
        self._timer.start()

    def _end(self) -> None:
        self.passed = True
        if self._connection.held is not None:
            with suppress(OSError):  # it ended by itself
                self._connection.held.shutdown(socket.SHUT_RDWR)

    def stop(self) -> None:
        self._timer.cancel()


def _since(began: float) -> int:
    return int((monotonic() - began) * 1000)


def _kept(answer: bytes) -> str:
    """The beginning of an answer as text that PostgreSQL takes."""
    return answer[:EXCERPT].decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")


def _seconds(text: str) -> float | None:
    """Retry-After in seconds, written as a number or as a moment; None for anything else."""
    if text.strip().isdecimal():
        return float(text.strip()[:9])
    try:
        return max(0.0, (parsedate_to_datetime(text) - clock.now()).total_seconds())
    except (ValueError, TypeError):
        return None
