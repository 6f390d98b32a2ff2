"""What the open door answers, and what is in the ledger afterwards."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import timedelta

import pytest

from recorrido.api.ingest.limits import Limits
from recorrido.api.ingest.tests.door import basic
from recorrido.company.actions import make_api_key, revoke_api_key, rotate_api_key
from recorrido.company.models import ApiKey
from recorrido.events.actions import replay_quarantined
from recorrido.events.mending import mended, parse_steps
from recorrido.events.models import Event, EventType, Quarantine

SOUND = {"userId": "C-1", "event": "Order Completed", "messageId": "m1", "properties": {"order_id": "O-1"}}


def batch_of(count: int, **fields) -> dict:
    item = {"type": "track", "userId": "C-1", "event": "Step"} | fields
    return {"batch": [item | {"messageId": f"m{number}"} for number in range(count)]}


def codes() -> list[str]:
    return list(Quarantine.objects.order_by("id").values_list("code", flat=True))


def test_an_event_is_in_the_ledger_when_the_answer_comes(door):
    answer = door.post("/v1/track", SOUND)
    assert (answer.status, answer.json()) == (200, {"success": True})
    event = Event.objects.get()
    assert (event.type.name, event.source.name) == ("Order Completed", "shop")
    assert event.properties == {"order_id": "O-1"}


def test_the_same_message_sent_again_changes_nothing(door):
    first, second = (door.post("/v1/track?verbose=1", SOUND).json() for _ in range(2))
    assert (first["recorded"], second["duplicate"]) == (1, 1)
    assert Event.objects.count() == 1


@pytest.mark.parametrize("path", ["/v1/track", "/v1/t", "/track", "/t"])
def test_every_spelling_of_a_path_leads_to_the_same_call(door, path):
    assert door.post(path, SOUND).status == 200
    assert EventType.objects.get().name == "Order Completed"


@pytest.mark.parametrize(
    "path", ["/v1/batch", "/v1/b", "/b", "/batch", "/v1/import", "/v1/import/", "/beacon/v1/batch"]
)
def test_a_batch_is_taken_on_all_its_paths(door, path):
    answer = door.post(path + "?verbose=1", batch_of(3, timestamp="2026-03-01T15:00:00Z"))
    assert answer.json()["recorded"] == 3


def test_an_empty_batch_is_a_success(door):
    assert door.post("/v1/batch", {"batch": []}).json() == {"success": True}
    nothing = {"success": True, "recorded": 0, "duplicate": 0, "quarantined": 0, "results": []}
    assert door.post("/v1/batch?verbose=1", {"batch": []}).json() == nothing


@pytest.mark.parametrize(
    "headers",
    [{}, basic("rck_wrong"), basic(""), {"Authorization": "Basic ???"}, {"Authorization": "Bearer x"}],
)
def test_without_a_good_key_nothing_is_taken(door, headers):
    answer = door.post("/v1/track", SOUND, headers)
    assert (answer.status, answer.json()["code"]) == (401, "bad_key")
    assert "www-authenticate" not in answer.headers  # a shop's visitor must never be asked for a password


def test_the_key_may_come_in_the_body_as_a_bearer_or_in_the_address(door, key):
    secret = key[1]
    ways = [
        door.post("/v1/track", SOUND | {"writeKey": secret}, {}),
        door.post("/v1/batch", {"batch": [], "writeKey": secret}, {}),
        door.post("/v1/track", SOUND, {"Authorization": f"Bearer {secret}"}),
        door.post(f"/v1/track?writeKey={secret}", SOUND, {}),
    ]
    assert [answer.status for answer in ways] == [200] * 4


@pytest.mark.parametrize(
    "other", ["Bearer eyJhbGciOi.e30.x", "Basic c3RhZ2luZzpzZWNyZXQ=", "Basic Og==", "Digest a=b"]
)
def test_a_password_that_is_for_somebody_else_does_not_hide_the_key_of_the_body(door, key, other):
    answer = door.post("/v1/track", SOUND | {"writeKey": key[1]}, {"Authorization": other})
    assert (answer.status, Event.objects.count()) == (200, 1)


def test_a_wrong_key_in_the_head_is_refused_whatever_the_body_says(door, key):
    assert door.post("/v1/track", SOUND | {"writeKey": key[1]}, basic("rck_wrong")).status == 401


def test_a_key_whose_base64_has_no_padding_is_read(door):
    bare = {name: value.rstrip("=") for name, value in door.headers.items()}
    assert bare != door.headers and door.post("/v1/track", SOUND, bare).status == 200


def test_a_rotated_key_works_on_and_a_revoked_one_does_not(door, key):
    fresh = rotate_api_key(actor=None, key=key[0], grace=timedelta(hours=1))
    assert door.post("/v1/track", SOUND).status == door.post("/v1/track", SOUND, basic(fresh)).status == 200
    revoke_api_key(actor=None, key=key[0])
    assert door.post("/v1/track", SOUND).status == door.post("/v1/track", SOUND, basic(fresh)).status == 401


def test_a_key_that_may_only_read_sends_nothing(door):
    _, reader = make_api_key(actor=None, name="Reports", scopes=["read:events"])
    answer = door.post("/v1/track", SOUND, basic(reader))
    assert (answer.status, answer.json()["code"]) == (403, "scope")


def test_the_use_of_a_key_is_remembered(door, open_door):
    door.post("/v1/track", SOUND)
    door.application.close()  # which waits for the writer
    assert ApiKey.objects.get().last_used_at is not None


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b"\xff\xfe", b'{"batch":5}', b'{"batch":[{"a":tru}]}', b"{}"]
)
def test_a_batch_that_is_none_is_told_so(door, body):
    answer = door.post("/v1/batch", body)
    assert (answer.status, answer.json()["code"]) == (400, "invalid_json")
    assert Event.objects.count() == Quarantine.objects.count() == 0


def test_limits_of_size_and_number_hold(door):
    long = "x" * 33_000
    answers = [
        door.post("/v1/track", SOUND | {"properties": {"note": long}}),
        door.post("/v1/batch", batch_of(2_501)),
        door.post("/v1/batch", batch_of(20, note=long)),
        door.post("/v1/batch", gzip.compress(json.dumps(batch_of(20, note=long)).encode())),
    ]
    assert [answer.status for answer in answers] == [413] * 4
    assert door.post("/v1/batch", batch_of(2_500)).status == 200


def test_one_item_too_large_does_not_cost_the_others(door):
    batch = batch_of(9)
    batch["batch"].append({"type": "track", "userId": "C-1", "event": "Big", "note": "x" * 33_000})
    assert door.post("/v1/batch?verbose=1", batch).json()["recorded"] == 9
    assert codes() == ["too_large"]


def test_what_is_not_understood_is_kept_with_its_reason_before_the_answer(door):
    items = [
        {"type": "track", "userId": "C-1"},
        {"type": "identify", "traits": {"name": "Ana"}},
        {"type": "dance", "userId": "C-1"},
        {"type": "track", "userId": "C-1", "event": "E", "timestamp": "yesterday"},
        "not an object",
        {"type": "track", "userId": "C-1", "event": "E", "properties": {"note": "a\x00b"}},
    ]
    answer = door.post("/v1/batch?verbose=1", {"batch": items}).json()
    expected = [
        "missing_event",
        "no_user_anon_id",
        "unknown_type",
        "unreadable_time",
        "not_an_object",
        "nul_character",
    ]
    assert [result["code"] for result in answer["results"]] == expected
    assert sorted(codes()) == sorted(expected) and Event.objects.count() == 0


def test_what_was_not_understood_is_replayed_only_when_it_is_mended(door):
    door.post("/v1/track", {"event": "Order Completed", "messageId": "m1", "properties": {"buyer": "C-1"}})
    row = Quarantine.objects.get()
    assert replay_quarantined(actor=None, rows=[row]).recorded == 0
    rule = parse_steps("identifier customer from buyer\ndrop $raw")
    Quarantine.objects.update(payload=mended(row.payload, rule))
    assert replay_quarantined(actor=None, rows=Quarantine.objects.all()).recorded == 1
    assert Event.objects.get().type.name == "Order Completed"


def test_what_is_not_understood_is_kept_once_however_often_it_is_sent(door):
    item = {"type": "track", "userId": "C-1", "messageId": "m1", "timestamp": "2026-03-01T15:00:00Z"}
    items = [item, item | {"messageId": "m2", "event": "E", "properties": {"note": "a\x00b"}}]
    for sent_at in ("2026-03-01T15:00:01Z", "2026-03-01T15:00:09Z"):
        door.post("/v1/batch", {"batch": items, "sentAt": sent_at})
    assert sorted(codes()) == ["missing_event", "nul_character"]


def test_what_is_not_understood_and_says_no_time_is_kept_once_too(door):
    items = [
        {"type": "track", "userId": "C-1", "messageId": "m1"},
        {"type": "track", "event": "E", "messageId": "m2"},
    ]
    late = {"type": "track", "userId": "C-1", "event": "E", "messageId": "m3", "timestamp": "ayer"}
    for sent_at in ("2026-03-01T15:00:01Z", "2026-03-01T15:00:09Z", None):
        door.post("/v1/batch", {"batch": [*items, late], "sentAt": sent_at})
    door.post("/v1/batch", {"batch": ["odd"]})
    door.post("/v1/batch", {"batch": ["odd"]})
    assert sorted(codes()) == ["missing_event", "no_user_anon_id", "not_an_object", "unreadable_time"]


def test_verbose_says_what_became_of_each_item_in_its_order(door):
    door.post("/v1/track", SOUND)
    items = [SOUND | {"type": "track"}, {"type": "track"}, SOUND | {"type": "track", "messageId": "m2"}]
    answer = door.post("/v1/batch?verbose=1", {"batch": items}).json()
    assert [result["status"] for result in answer["results"]] == ["duplicate", "quarantined", "recorded"]
    assert (answer["recorded"], answer["duplicate"], answer["quarantined"]) == (1, 1, 1)
    assert answer["results"][1]["message"].endswith("of its event.")


def test_events_of_the_past_keep_their_times(door):
    told = "2015-06-01T12:00:00+00:00"
    body = batch_of(1, timestamp=told) | {"sentAt": "2020-01-01T00:00:00Z"}
    door.post("/v1/import", body)
    assert Event.objects.get().at.isoformat() == told


def test_more_than_the_rate_of_a_key_is_told_to_wait(open_door):
    door = open_door(Limits(rate=1))
    assert door.post("/v1/batch", batch_of(1_000)).status == 200  # a burst is taken, and owed
    answer = door.post("/v1/track", SOUND)
    assert answer.status == 429 and int(answer.headers["retry-after"]) > 100


def test_browsers_of_any_site_may_send(door):
    site = {"Origin": "https://tienda.example"}
    asked = door.ask("OPTIONS", "/v1/t", site | {"Access-Control-Request-Headers": "content-type,x-own"})
    assert asked.status == 204
    assert asked.headers["access-control-allow-headers"] == "content-type,x-own"
    sent = door.post("/v1/t", SOUND, door.headers | site)
    assert (
        asked.headers["access-control-allow-origin"]
        == sent.headers["access-control-allow-origin"]
        == site["Origin"]
    )


def test_the_content_type_does_not_matter(door):
    for number, kind in enumerate(("text/plain", "application/x-www-form-urlencoded", "", "image/png")):
        body = SOUND | {"messageId": f"m{number}"}
        assert door.post("/v1/track", body, door.headers | {"Content-Type": kind}).status == 200
    assert Event.objects.count() == 4


def test_the_browser_library_finds_its_settings(door, key):
    answer = door.ask("GET", f"/v1/projects/{key[1]}/settings", {"Host": "cx.example.com"})
    ours = answer.json()["integrations"]["Segment.io"]
    assert (ours["apiHost"], ours["apiKey"]) == ("cx.example.com/v1", key[1])
    assert door.ask("GET", "/v1/projects/rck_none/settings").status == 401
    assert door.ask("GET", "/v1/projects//settings").status == 401


def test_rudderstacks_browser_library_finds_its_settings(door):
    answer = door.ask("GET", "/sourceConfig/?p=npm", door.headers)
    source = answer.json()["source"]
    assert (source["name"], source["enabled"], source["destinations"]) == ("shop", True, [])
    assert door.ask("GET", "/sourceConfig/", basic("rck_none")).status == 401


def test_a_picture_in_a_mail_tells_an_event(door, key):
    told = {**SOUND, "writeKey": key[1], "event": "Email Opened ñ?>"}
    for data in (
        base64.b64encode(json.dumps(told).encode()),
        base64.urlsafe_b64encode(json.dumps(told).encode()),
    ):
        answer = door.ask("GET", f"/v1/pixel/track?data={data.decode().rstrip('=')}")
        assert (answer.status, answer.headers["content-type"], answer.body[:3]) == (200, "image/gif", b"GIF")
    assert Event.objects.get().type.name == "Email Opened ñ?>"


@pytest.mark.parametrize("query", ["", "?data=", "?data=%%%", "?data=e30", "?data=%5Bx"])
def test_a_picture_that_says_nothing_is_refused(door, query):
    assert door.ask("GET", f"/v1/pixel/track{query}").status in (400, 401)
    assert door.ask("GET", f"/v1/pixel/dance{query}").status == 404


def test_other_paths_and_methods_are_refused_and_pings_are_answered(door):
    assert door.ask("GET", "/v1/nothing").status == 404
    assert door.ask("GET", "/v1/track").status == 405
    assert door.ask("GET", "/v1/ping").status == door.ask("GET", "/v1/health").status == 200
