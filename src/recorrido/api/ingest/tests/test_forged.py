"""Forged and malformed requests: an answer for each, never a mistake of ours (5xx), and the door works on."""

from __future__ import annotations

import gzip
import json
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorrido.api.ingest.application import ROUTES
from recorrido.api.ingest.tests.door import Door
from recorrido.events.models import Event

MILD = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
FIELDS = [
    "type",
    "messageId",
    "timestamp",
    "originalTimestamp",
    "sentAt",
    "userId",
    "anonymousId",
    "event",
    "properties",
    "traits",
    "context",
    "writeKey",
    "groupId",
    "previousId",
    "name",
    "category",
    "integrations",
    "channel",
    "batch",
    "products",
    "order_id",
    "externalIds",
]
SOUND: dict[str, Any] = {
    "type": "track",
    "messageId": "m",
    "userId": "C-1",
    "event": "Order Completed",
    "timestamp": "2026-03-01T15:00:00Z",
    "properties": {"order_id": "O-1", "products": [{"product_id": "P-1"}]},
    "context": {"page": {"url": "https://tienda.example"}, "externalIds": [{"id": "1", "type": "crm"}]},
}

odd_texts = st.text() | st.sampled_from(
    ["", "\x00", "\ud800", "2026-03-01", "9" * 400, "track", "\u202e", " "]
)
odd_numbers = st.integers() | st.floats() | st.sampled_from([2**63, -(2**64), 10**400, 1e308])
leaves = st.none() | st.booleans() | odd_numbers | odd_texts
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from(FIELDS) | odd_texts, inner, max_size=6)
    ),
    max_leaves=20,
)
items = st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, leaves | values)) | values


def mistakes(door: Door, path: str, body: object, headers: dict[str, str] | None = None) -> list[int]:
    answer = door.post(path, body, headers)
    assert isinstance(answer.json()["success"], bool)
    return [answer.status] if answer.status >= 500 else []


def works(door: Door) -> bool:
    return door.post("/v1/track", SOUND | {"messageId": "at the end"}).status == 200


@MILD
@given(path=st.sampled_from(sorted(ROUTES)), body=items, batch=st.lists(items, max_size=5))
def test_fields_of_any_type_make_no_mistake(door, path, body, batch):
    assert mistakes(door, path, body) == mistakes(door, path, {"batch": batch, "context": body}) == []
    assert works(door)


@MILD
@given(path=st.sampled_from(sorted(ROUTES)), body=st.binary(max_size=300), key=st.text(max_size=50))
def test_bytes_of_any_kind_make_no_mistake(door, path, body, key):
    told = {"Authorization": f"Basic {key}".encode("ascii", "replace").decode()}
    for headers in (None, told, {}):
        assert mistakes(door, path, body, headers) == mistakes(door, path, b"\x1f\x8b" + body, headers) == []


@pytest.mark.parametrize("seed", range(4))
def test_damaged_requests_of_real_clients_make_no_mistake(door, seed):
    chance = random.Random(seed)
    text = json.dumps({"batch": [SOUND] * 3, "sentAt": "2026-03-01T15:00:01Z"}).encode()
    for _ in range(150):
        body = bytearray(gzip.compress(text) if chance.random() < 0.3 else text)
        for _ in range(chance.randint(1, 6)):
            _damage(body, chance)
        assert mistakes(door, "/v1/batch", bytes(body)) == []
    assert works(door)


def _damage(body: bytearray, chance: random.Random) -> None:
    place = chance.randrange(len(body) + 1)
    how = chance.random()
    if how < 0.3:
        body[place : place + 1] = bytes([chance.randrange(256)])
    elif how < 0.5:
        del body[place : place + chance.randrange(1, 40)]
    elif how < 0.8:
        body[place:place] = chance.choice(
            [b'"', b"{", b"]", b"\\u0000", b"\\ud83d", b"null,", b"NaN", b"[" * 300]
        )
    else:
        del body[place:]


@pytest.mark.parametrize(
    "body",
    [
        b'{"batch":[' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"]}",
        b"[" * 400_000,
        b'{"a":' * 80_000,
        b'{"batch":[' + b"{}," * 2_499 + b"{}]}",
        b'{"batch":[' + b"0," * 200_000 + b"0]}",
        b'{"batch":[{"type":"track","type":"page","userId":"1","userId":"2","event":"E","event":{}}]}',
        b'{"batch":[{"type":"track","userId":"C","event":"E","properties":{"a":' + b"9" * 30_000 + b"}}]}",
        b'{"batch":[{"type":"track","userId":"C","event":"' + b"\\u0000" * 50 + b'"}]}',
        b'{"batch":[{"type":"track","userId":"' + b"x" * 20_000 + b'","event":"' + b"y" * 9_000 + b'"}]}',
        '{"batch":[]}'.encode("utf-16"),
    ],
    ids=["depth", "brackets", "objects", "empty", "numbers", "doubles", "digits", "nuls", "long", "utf-16"],
)
def test_extreme_requests_make_no_mistake(door, body):
    assert mistakes(door, "/v1/batch", body) == []
    assert works(door)


def test_many_products_and_identifiers_are_taken_as_far_as_an_event_holds_them(door):
    properties = {"products": [{"product_id": number} for number in range(2_000)]}
    ids = [{"id": str(number), "type": "crm"} for number in range(1, 401)]
    assert door.post("/v1/track", SOUND | {"properties": properties}).status in (200, 413)
    assert door.post("/v1/track", SOUND | {"messageId": "n", "context": {"externalIds": ids}}).status == 200
    assert Event.objects.filter(leaf_ids__len__gt=400).exists()
