"""Requests no library sends, over a real socket: damaged framing gets an answer below 500, and the door works on."""

from __future__ import annotations

import base64
import json
import random
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

pytestmark = pytest.mark.slow
BODY = json.dumps({"userId": "C-1", "event": "Step", "messageId": "m1"}).encode()
SIZE = b"Content-Length: %d\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
WHOLE = SIZE % len(BODY) + BODY


@pytest.fixture
def head(installation) -> bytes:
    key = installation.make_keys("raw")["raw"]
    user = base64.b64encode(f"{key}:".encode())
    return b"POST /v1/track HTTP/1.1\r\nHost: x\r\nAuthorization: Basic " + user + b"\r\n"


def status_of(port: int, *parts: bytes, patience: float = 5) -> int:
    """The status of the answer; 0 where the server waits for more or hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as line:
        try:
            for part in parts:
                line.sendall(part)
            first = line.recv(65_536).split(b"\r\n")[0].split()
        except OSError:
            return 0
    return int(first[1]) if len(first) > 1 else 0


@pytest.mark.parametrize(
    ("rest", "status"),
    [
        ([WHOLE], 200),
        ([CHUNKED, b"%x\r\n" % len(BODY), BODY, b"\r\n0\r\n\r\n"], 200),
        ([CHUNKED, *(b"1\r\n%c\r\n" % one for one in BODY), b"0\r\n\r\n"], 200),
        ([CHUNKED, b"zz\r\n", BODY], 400),
        ([SIZE % 10, BODY], 400),
        ([b"\r\n", BODY], 400),
        ([b"Content-Length: -5\r\n\r\n", BODY], 400),
        ([SIZE % 10**12, BODY], 413),
        ([b"Content-Encoding: gzip\r\n", SIZE % 20, b"\x1f\x8b\x08" + b"\x00" * 17], 400),
        ([b"Origin: \xff\xfe\r\n", WHOLE], 200),
    ],
    ids=[
        "plain",
        "chunked",
        "byte by byte",
        "bad chunk",
        "short",
        "none",
        "negative",
        "huge",
        "gzip",
        "letters",
    ],
)
def test_framing_of_any_kind_is_answered(installation, head, rest, status):
    assert status_of(installation.port, head, *rest) == status


def test_a_body_without_end_is_cut_off(installation, head):
    endless = [b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 30
    assert status_of(installation.port, head, CHUNKED, *endless) in (0, 413)
    assert status_of(installation.port, head, WHOLE) == 200


def test_thousands_of_damaged_requests_make_no_mistake(installation, head):
    chance = random.Random(7)

    def damaged(number: int) -> int:
        request = bytearray(head + WHOLE)
        for _ in range(chance.randint(1, 5)):
            request[chance.randrange(len(request))] = chance.randrange(256)
        return status_of(installation.port, bytes(request), patience=0.3)

    with ThreadPoolExecutor(16) as clients:
        statuses = set(clients.map(damaged, range(2_000)))
    assert max(statuses) < 500 and 400 in statuses
    assert status_of(installation.port, head, WHOLE) == 200
