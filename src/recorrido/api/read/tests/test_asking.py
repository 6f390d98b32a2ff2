"""Keys, scopes, rates, parameters and refusals."""

from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import pytest
from django.db import InterfaceError, OperationalError
from django.test import Client

from recorrido.api.read.problems import refuse_too_large
from recorrido.company.actions import revoke_api_key
from recorrido.company.models import ApiKey
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


def refusal(answer, status: int) -> dict:
    """The problem of an answer, which must be one."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == status and told["code"] and told["detail"] and told["title"]
    return told


def test_without_a_key_the_answer_says_how_to_send_one():
    answer = Client().get("/api/v1/events")
    assert "Authorization: Bearer" in refusal(answer, 401)["detail"]
    assert "Bearer" in answer["WWW-Authenticate"]


def test_a_key_comes_as_bearer_or_as_the_user_of_basic(caller):
    secret = caller().secret
    basic = base64.b64encode(f"{secret}:".encode()).decode()
    for header in (f"Bearer {secret}", f"Basic {basic}"):
        assert Client(headers={"authorization": header}).get("/api/v1/events").status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer rck_no", "Bearer ", "Basic !!", "Basic " + "A" * 9_000, "Digest x", "Bearer é"]
)
def test_an_unknown_or_broken_key_is_refused(header):
    refusal(Client().get("/api/v1/events", headers={"authorization": header}), 401)


def test_a_revoked_key_is_refused_at_once(caller):
    program = caller()
    assert program.get("/events").status_code == 200
    revoke_api_key(actor=None, key=ApiKey.objects.get())
    refusal(program.get("/events"), 401)


def test_a_key_without_the_scope_is_told_which_it_lacks(caller):
    told = refusal(caller("read:journeys").get("/persons/1"), 403)
    assert told["scopes"] == ["read:persons"] and "read:persons" in told["detail"]


def test_a_key_that_asks_too_often_waits(caller, settings):
    settings.RECORRIDO_API_RATE = 60
    program, other = caller(), caller(name="other")
    with clock.frozen(clock.now()) as moment:
        statuses = [program.get("/events").status_code for _ in range(15)]
        answer = program.get("/events")
        assert other.get("/events").status_code == 200
    assert statuses == [200] * 12 + [429] * 3
    refusal(answer, 429)
    with clock.frozen(moment + timedelta(seconds=int(answer["Retry-After"]))):
        assert program.get("/events").status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/persons/1/nothing", 404),
        ("/%00", 400),
        ("/events?type=%00", 400),
        ("/persons?q=%FF%FE", 200),
    ],
)
def test_what_is_not_there_is_a_problem_too(caller, path, status):
    answer = caller().get(path)
    if status >= 400:
        refusal(answer, status)
    assert answer.status_code == status


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "trace"])
def test_a_method_that_is_not_taken_is_refused_with_those_that_are(caller, method):
    answer = getattr(caller(), method)("/persons")
    refusal(answer, 405)
    assert answer["Allow"] == "GET"


def test_head_is_get_without_its_body(caller):
    program = caller()
    head, whole = program.head("/events"), program.get("/events")
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Length"] == str(len(whole.content)) and head["ETag"] == whole["ETag"]


def test_a_mistyped_parameter_is_refused_with_the_near_one(caller):
    told = refusal(caller().get("/events?sourse=shop"), 422)
    assert "source" in told["detail"]
    assert told["errors"][0]["name"] == "sourse"


def test_a_parameter_that_means_one_thing_is_given_once(caller):
    refusal(caller().get("/events?limit=1&limit=2"), 422)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=501", "limit=x", "limit=1.5", "limit=99999999999999999999", "limit=", "since=yesterday",
     "since=2026-03-01", "since=2026-03-01T15:00:00", "since=0", "until=2026-02-30T00:00:00Z", "after=" + "a" * 101],
)  # fmt: skip
def test_a_value_that_cannot_be_is_named(caller, query):
    told = refusal(caller().get(f"/events?{query}"), 422)
    assert told["errors"][0]["name"] == query.partition("=")[0]


@pytest.mark.parametrize("number", ["0", "-1", "x", "1.5", str(2**63), "9" * 400, "%C3%A9", "1e3", "١"])
def test_a_number_that_cannot_be_a_persons_is_refused(caller, number):
    assert caller().get(f"/persons/{number}").status_code in (404, 422)


@pytest.mark.parametrize("cursor", ["x", "e", "e-1", "e١", "e1 ", "t1-1", "😀", "e" + "9" * 20])
def test_a_damaged_cursor_is_refused_with_a_sentence(caller, cursor):
    answer = caller().get("/events", {"after": cursor})
    assert refusal(answer, 400)["code"] == "bad_cursor"


def test_a_cursor_of_another_list_is_refused(caller):
    program = caller()
    told = program.get("/events?after=latest").json()
    refusal(program.get("/webhooks", {"after": told["next"]}), 400)


def test_refusals_speak_the_readers_language(caller):
    program = caller()
    english = program.get("/events?limit=x", headers={"accept-language": "en"})
    spanish = program.get("/events?limit=x", headers={"accept-language": "es-CL"})
    assert english.json()["title"] == "Something in the request is wrong"
    assert spanish.json()["title"] != english.json()["title"]
    assert (english["Content-Language"], spanish["Content-Language"]) == ("en", "es")


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400), (b'{"events": NaN}', "application/json", 400), (b"[" * 100_000, "application/json", 400),
        (b'"\xff"', "application/json", 400), (b'{"events":[{"message_id":"\\ud800"}]}', "application/json", 400),
        (b"", "application/json", 422), (b"[]", "application/json", 422), (b"{}", "text/plain", 415),
        (b"a=1", "application/x-www-form-urlencoded", 415), (b"null", "application/json", 422),
        (b'{"events":[' + b" " * 2_700_000 + b"]}", "application/json", 413), (b'{"events":[],"more":1}', "application/json", 422),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_is_refused(caller, body, kind, status):
    refusal(caller().post("/events", data=body, content_type=kind), status)


def test_a_body_that_is_refused_before_it_is_read_is_a_problem_too():
    sent = []

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/events",
        "headers": [(b"accept-language", b"en")],
    }
    asyncio.run(refuse_too_large(scope, send))
    told = json.loads(sent[1]["body"])
    assert (sent[0]["status"], told["code"], told["title"]) == (413, "too_large", "The request is too large")


def test_a_failure_of_ours_is_a_problem_and_hides_what_it_is(caller, monkeypatch, caplog):
    from recorrido.api.read import health

    monkeypatch.setattr(health, "ledger_horizon", lambda: 1 / 0)
    told = refusal(caller().get("/health"), 500)
    assert "division" not in str(told) and "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize("kind", [OperationalError, InterfaceError])
def test_a_database_that_is_away_asks_for_patience(caller, monkeypatch, kind):
    from recorrido.api.read import health

    def fail():
        raise kind("the database system is starting up")

    monkeypatch.setattr(health, "ledger_horizon", fail)
    answer = caller().get("/health")
    assert refusal(answer, 503)["code"] == "not_now" and answer["Retry-After"] == "5"


def test_without_journeys_the_answer_says_what_to_do(caller):
    answer = caller().get("/questions/map")
    assert answer.status_code == 404 and answer.json()["code"] in ("no_blueprint", "no_log")
