"""Recording events through the API, and the same request twice."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest
from django.db import connection, transaction

from recorrido.api.models import KeptAnswer
from recorrido.api.read.idempotency import KEPT_FOR, forget_old
from recorrido.company.keyring import RING
from recorrido.company.models import ApiKey
from recorrido.events.models import Event, Quarantine
from recorrido.shared import clock, sql

pytestmark = pytest.mark.django_db(transaction=True)


def event(message_id: str = "m1", **more) -> dict:
    return {"message_id": message_id, "type": "order.placed", "at": "2026-03-01T12:00:00-03:00"} | more


def body(*events: dict) -> dict:
    return {"events": list(events)}


def test_events_are_recorded_of_the_keys_source_and_repeats_are_counted(caller):
    told = event(
        identifiers=[{"kind": "phone", "value": "9 1234 5678"}], objects=[{"kind": "order", "id": "7"}]
    )
    answer = caller().send("/events", body(told, told, event("m2")))
    assert answer.json() == {"recorded": 2, "duplicates": 1, "quarantined": 0, "refused": []}
    first = Event.objects.order_by("id").first()
    assert (first.source.name, len(first.leaf_ids), len(first.object_ids)) == ("crm", 1, 1)


def test_what_cannot_be_understood_is_kept_with_its_reason_and_told(caller):
    answer = caller().send(
        "/events", body(event(channel="pigeon"), event("m2", at="1890-01-01T00:00:00Z"), event("m3"))
    )
    told = answer.json()
    assert (told["recorded"], told["quarantined"], Quarantine.objects.count()) == (1, 2, 2)
    assert [(one["position"], one["code"]) for one in told["refused"]] == [
        (0, "unknown_channel"),
        (1, "absurd_time"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"message_id": ""}, {"at": "yesterday"}, {"at": "2026-03-01"}, {"at": 0}, {"more": 1}, {"properties": []},
     {"identifiers": {"email": "a@b.cl"}}, {"date_only": "yes"}, {"type": 7}, {"message_id": "x" * 401}],
)  # fmt: skip
def test_what_has_not_the_shape_of_an_event_is_refused_with_its_place(caller, wrong):
    answer = caller().send("/events", body(event("m0"), event() | wrong))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["name"].startswith(f"events.1.{next(iter(wrong))}")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    "odd",
    [{"properties": {"a\x00b": "\x00"}}, {"properties": {"n": 10**400}}, {"type": "\x00"}, {"message_id": "\x00"},
     {"attributes": {"x" * 99: 1}}, {"identifiers": [{"kind": "É", "value": "\x00"}]}, {"objects": [{"kind": " ", "id": " "}]}],
)  # fmt: skip
def test_what_no_database_can_keep_never_fails_the_others(caller, odd):
    answer = caller().send("/events", body(event("m0"), event() | odd))
    assert answer.status_code == 200 and answer.json()["recorded"] >= 1


def test_a_key_without_a_source_cannot_tell_events(caller):
    program = caller("write:events")
    ApiKey.objects.update(source="")
    RING.forget()
    answer = program.send("/events", body(event()))
    assert answer.json()["code"] == "key_without_source"


def test_the_same_request_with_the_same_word_gets_the_same_answer(caller):
    program = caller()
    first = program.send("/events", body(event()), word="w-1")
    again = program.send("/events", body(event()), word="w-1")
    assert first.json() == again.json() == {"recorded": 1, "duplicates": 0, "quarantined": 0, "refused": []}
    assert again["Idempotent-Replayed"] == "true" and "Idempotent-Replayed" not in first


def test_another_request_with_the_same_word_is_refused(caller):
    program = caller()
    program.send("/events", body(event()), word="w-1")
    answer = program.send("/events", body(event("m2")), word="w-1")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Event.objects.count() == 1


def test_a_word_belongs_to_its_key(caller):
    caller().send("/events", body(event()), word="w-1")
    answer = caller(name="other").send("/events", body(event("m2")), word="w-1")
    assert answer.json()["recorded"] == 1


def test_an_endpoint_is_made_once_with_the_same_secret(caller):
    program, asked = caller(), {"url": "https://shop.example/", "event_types": ["*"]}
    first, again = (program.send("/webhooks", asked, word="w-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert len(program.get("/webhooks").json()["items"]) == 1


@pytest.mark.parametrize("word", [" ", "a b", "ñ", "x" * 256])
def test_a_word_that_is_none_is_refused(caller, word):
    assert caller().send("/events", body(event()), word=word).status_code == 422


def test_what_was_refused_is_not_kept_and_may_be_mended(caller):
    program = caller()
    assert program.send("/events", body(event(at="x")), word="w-1").status_code == 422
    assert program.send("/events", body(event()), word="w-1").json()["recorded"] == 1


def test_a_request_that_still_runs_answers_the_second_one_with_a_conflict(caller):
    program, number = caller(), ApiKey.objects.get().pk
    held, ready = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            sql.fetch("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7003))", f"{number} w-1")
            ready.set()
            held.wait(10)
        connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(10)
    answer = program.send("/events", body(event()), word="w-1")
    held.set()
    thread.join()
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
    assert program.send("/events", body(event()), word="w-1").status_code == 200


def test_many_at_once_with_one_word_do_it_once(caller):
    program, statuses = caller(), []

    def ask() -> None:
        statuses.append(program.send("/events", body(event()), word="w-1").status_code)
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 409} and 200 in statuses
    assert (Event.objects.count(), KeptAnswer.objects.count()) == (1, 1)


def test_a_process_killed_in_the_middle_leaves_neither_effect_nor_answer(caller):
    program = caller()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    connection.close()
    child = os.fork()
    if child == 0:  # records, keeps its answer, and is killed before it can commit
        with transaction.atomic():
            program.send("/events", body(event()), word="w-1")
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    time.sleep(0.1)  # until the server has noticed
    assert (Event.objects.count(), KeptAnswer.objects.count()) == (0, 0)
    assert program.send("/events", body(event()), word="w-1").json()["recorded"] == 1


def test_answers_are_kept_for_two_days(caller):
    program = caller()
    program.send("/events", body(event()), word="w-1")
    with clock.frozen(clock.now() + KEPT_FOR * 0.9):
        assert forget_old() == 0
    with clock.frozen(clock.now() + KEPT_FOR * 1.1):
        again = program.send("/events", body(event()), word="w-1")
        assert again.json()["duplicates"] == 1
        assert forget_old() == 0
