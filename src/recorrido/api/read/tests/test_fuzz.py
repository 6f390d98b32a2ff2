"""Whatever is sent: an answer or a problem, never a failure of ours."""

from __future__ import annotations

import os
import random
from urllib.parse import quote, quote_from_bytes

import pytest

from recorrido.api.read.document import document

pytestmark = pytest.mark.django_db(transaction=True)
REQUESTS = int(os.environ.get("FUZZ_REQUESTS", "1500"))
ODD = [
    "", " ", "0", "-1", "1.5", "1e309", "NaN", "true", "null", "9" * 25, "x" * 5_000, "\x00", "\x1f", "\u202e", "é", "😀", "%", "%zz", "%00",
    "../..", "/", "\\", "'", "\"; drop table events_event; --", "${jndi:ldap://x}", "{{7*7}}", "<script>", "a\r\nX-Evil: 1", "*", "**",
    "2026-02-30", "9999-12-31T23:59:59.999999+23:59", "0001-01-01T00:00:00-23:59", "e1", "t99999999999999999-1", "j1-x", "latest",
    "step:x", "flow:a", "funnel:1,7d,,x", "variant:-1", "hurt:", "https://[::1]", "https://user@x/", "http://169.254.169.254/",
]  # fmt: skip
WORDS = ["q", "type", "source", "after", "limit", "since", "until", "from", "to", "channel", "path", "where", "has", "lacks", "sel",
         "log", "step", "within", "strict", "target", "top", "state", "country", "s.region", "s.", "x", "open"]  # fmt: skip


def some_json(luck: random.Random, depth: int = 0) -> str:
    kind = luck.randrange(8 if depth < 4 else 5)
    if kind == 5:
        return "[" + ",".join(some_json(luck, depth + 1) for _ in range(luck.randrange(4))) + "]"
    if kind > 5:
        names = [
            "events",
            "message_id",
            "type",
            "at",
            "identifiers",
            "kind",
            "value",
            "properties",
            "url",
            "event_types",
            "since",
            "\\u0000",
        ]
        pairs = (f'"{luck.choice(names)}":{some_json(luck, depth + 1)}' for _ in range(luck.randrange(6)))
        return "{" + ",".join(pairs) + "}"
    return luck.choice(
        [
            "1",
            "1e400",
            "-0",
            "null",
            "true",
            '"x"',
            '"\\ud800"',
            '"2026-03-01T15:00:00Z"',
            "1" * 500,
            '"\\u0000"',
            "tru",
            "",
        ]
    )


def some_path(luck: random.Random, paths: list[str]) -> str:
    path = luck.choice(paths)
    while "{" in path:
        before, _, rest = path.partition("{")
        piece = luck.choice(["1", "order", "email", quote(luck.choice(ODD), safe=luck.choice(["", "/"]))])
        path = before + piece + rest.partition("}")[2]
    if luck.random() < 0.1:
        path += quote_from_bytes(luck.randbytes(3))
    asked = [f"{luck.choice(WORDS)}={quote(luck.choice(ODD))}" for _ in range(luck.randrange(4))]
    return f"{path}?{'&'.join(asked)}" if asked else path


def test_nothing_that_is_sent_makes_it_fail(shop, caller, settings):
    settings.RECORRIDO_API_RATE = 0
    luck, program = random.Random(int(os.environ.get("FUZZ_SEED", "3"))), caller()
    paths = [path.removeprefix("/api/v1") for path in document()["paths"]]
    for number in range(REQUESTS):
        method, path = (
            luck.choice(["GET"] * 5 + ["POST"] * 3 + ["PATCH", "DELETE", "HEAD", "PUT"]),
            some_path(luck, paths),
        )
        body = some_json(luck).encode() if luck.random() < 0.9 else luck.randbytes(20)
        kind = luck.choice(
            ["application/json"] * 4
            + ["text/plain", "", "multipart/form-data; boundary=x", "application/json; charset=ñ"]
        )
        headers = {"idempotency-key": luck.choice(["a", "b", "ñ", ""])} if luck.random() < 0.3 else {}
        answer = program.generic(
            method, path, body if method in ("POST", "PATCH", "PUT") else b"", kind, headers=headers
        )
        assert answer.status_code < 500, (number, method, path, body, answer.content)
        assert answer.status_code < 400 or answer["Content-Type"] == "application/problem+json", (
            number,
            method,
            path,
        )
