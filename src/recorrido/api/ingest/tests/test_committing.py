"""Many clients, one writer: nothing lost, nothing twice, nobody fails for another."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection

from recorrido.api.ingest.limits import Limits
from recorrido.api.ingest.tests.door import basic
from recorrido.company.actions import make_api_key
from recorrido.events import live, recording
from recorrido.events.models import Event, Quarantine, Source


def track(name: str, **fields) -> dict:
    return {"type": "track", "userId": f"C-{name}", "event": "Step", "messageId": name} | fields


@contextmanager
def another_connection() -> Iterator[psycopg.Connection]:
    settings = connection.get_connection_params()
    wanted = {
        name: settings[name] for name in ("dbname", "host", "user", "password", "port") if settings.get(name)
    }
    with psycopg.connect(**wanted, autocommit=True) as other:
        yield other


@contextmanager
def locked_ledger() -> Iterator[None]:
    """Nobody can write events meanwhile."""
    with another_connection() as other, other.transaction():
        other.execute("LOCK TABLE events_event IN EXCLUSIVE MODE")
        yield


def end_the_writers_connection() -> int:
    """As an administrator or a restart would; how many were ended."""
    ended = """
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
          AND pid <> %s
    """
    connection.ensure_connection()
    with another_connection() as other:
        return other.execute(ended, [connection.connection.info.backend_pid]).fetchone()[0]


def test_clients_at_the_same_time_share_their_transactions(door):
    door.post("/v1/track", track("first"))
    with locked_ledger():
        sent = [door.begin("POST", "/v1/track", track(f"m{number}")) for number in range(50)]
    assert [one.result(30).status for one in sent] == [200] * 50
    transactions = Event.objects.values_list("received_at").count()
    assert Event.objects.count() == 51 == transactions
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT xmin::text) FROM events_event")
        assert cursor.fetchone()[0] <= 4


def test_several_sources_are_written_together_and_stay_apart(door, key):
    _, till = make_api_key(actor=None, name="Till", scopes=["ingest"], source="pos")
    sent = [
        door.begin("POST", "/v1/track", track(f"m{number % 10}"), basic(key[1] if number < 10 else till))
        for number in range(20)
    ]
    assert {one.result(30).status for one in sent} == {200}
    assert Counter(Event.objects.values_list("source__name", flat=True)) == {"shop": 10, "pos": 10}
    assert Source.objects.get(name="shop").country == "CL"


@pytest.fixture(params=["at first", "checked ahead"])
def door_at_work(request, door):
    """Before something of its source was recorded nothing can be checked ahead."""
    if request.param != "at first":
        door.post("/v1/track", track("before"))
    return door


def test_what_is_sound_is_checked_while_others_are_written(door, monkeypatch):
    def check_now(*_told):
        raise AssertionError("checked by the writer")

    door.post("/v1/track", track("before"))
    monkeypatch.setattr(live, "check_into", check_now)
    batches = [{"batch": [track(f"b{number}-{item}") for item in range(25)]} for number in range(4)]
    assert [answer.status for answer in door.post_all("/v1/batch", batches)] == [200] * 4
    large = {"batch": [track(f"large{number}", properties={"note": "x" * 30_000}) for number in range(3)]}
    assert door.post("/v1/batch", large).status == 200
    assert Event.objects.count() == 104


def test_what_nobody_can_check_is_told_item_by_item_and_costs_the_others_nothing(door_at_work):
    """A context of its own that a batch nests deeper than the check can go: each item that carries it is kept aside."""
    before = Event.objects.count()
    deep = b'{"a":' * 700 + b"null" + b"}" * 700
    told = (
        b'{"context":'
        + deep
        + b',"batch":[{"type":"track","event":"Step","userId":"C1","messageId":"deep"}]}'
    )
    sent = [door_at_work.begin("POST", "/v1/batch", told)]
    sent += [door_at_work.begin("POST", "/v1/track", track(f"m{number}")) for number in range(10)]
    assert [one.result(30).status for one in sent] == [200] * 11
    assert (Event.objects.count() - before, Quarantine.objects.count()) == (10, 1)


def test_a_poisonous_event_costs_the_hundred_good_ones_of_other_clients_nothing(door_at_work):
    door, before = door_at_work, Event.objects.count()
    poison = [
        track("nul", properties={"note": "a\x00b"}),
        track("number", properties={"n": float("nan")}),
        track("channel", properties={"products": "x" * 1_000}, context={"externalIds": {"a": 1}}),
    ]
    batches = [{"batch": [track(f"b{number}-{item}") for item in range(25)]} for number in range(4)]
    for batch, culprit in zip(batches, poison, strict=False):
        batch["batch"].insert(12, culprit)
    answers = door.post_all("/v1/batch?verbose=1", batches)
    assert [answer.status for answer in answers] == [200] * 4
    assert Event.objects.count() - before == 101 and Quarantine.objects.count() == 2


def test_a_group_that_fails_for_an_unknown_reason_is_written_piece_by_piece(door_at_work, monkeypatch):
    """Also what was checked ahead: every sound event once, the culprit in quarantine."""
    before, record = Event.objects.count(), recording.write_events

    def stumbling(ready, *rest):
        if any(one.event.message_id == "culprit" for one in ready):
            raise RuntimeError("nobody expected this")
        return record(ready, *rest)

    monkeypatch.setattr(recording, "write_events", stumbling)
    batches = [{"batch": [track(f"b{number}-{item}") for item in range(25)]} for number in range(4)]
    batches[2]["batch"].insert(12, track("culprit"))
    answers = door_at_work.post_all("/v1/batch?verbose=1", batches)
    assert [answer.status for answer in answers] == [200] * 4
    states = [[one["status"] for one in answer.json()["results"]] for answer in answers]
    assert states == [
        ["recorded"] * 25 if n != 2 else ["recorded"] * 12 + ["quarantined"] + ["recorded"] * 13
        for n in range(4)
    ]
    assert (Event.objects.count() - before, Quarantine.objects.get().code) == (100, "unexpected")


def test_the_same_batch_from_many_clients_at_once_is_recorded_once(door):
    batch = {"batch": [track(f"m{number}") for number in range(100)]}
    answers = door.post_all("/v1/batch?verbose=1", [batch] * 8)
    assert Event.objects.count() == 100
    assert sum(answer.json()["recorded"] for answer in answers) == 100
    assert sum(answer.json()["duplicate"] for answer in answers) == 700


def test_two_processes_that_get_the_same_batch_record_it_once(open_door):
    doors = [open_door(), open_door()]
    batch = {"batch": [track(f"m{number}") for number in range(200)]}
    sent = [door.begin("POST", "/v1/batch", batch) for door in doors for _ in range(3)]
    assert {one.result(30).status for one in sent} == {200}
    assert Event.objects.count() == 200


def test_a_lost_connection_is_made_again_without_the_client_noticing(door):
    door.post("/v1/track", track("before"))
    assert end_the_writers_connection() >= 1
    assert door.post("/v1/track", track("after")).status == 200
    assert Event.objects.count() == 2


def test_a_connection_lost_in_the_middle_loses_and_doubles_nothing(door):
    door.post("/v1/track", track("before"))
    with locked_ledger():
        sent = [door.begin("POST", "/v1/track", track(f"m{number}")) for number in range(20)]
        waiting_for_the_lock()
        end_the_writers_connection_but_the_locks()
    assert {one.result(30).status for one in sent} == {200}
    assert Event.objects.count() == 21


def waiting_for_the_lock() -> None:
    with another_connection() as other:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        while not other.execute(asked).fetchone()[0]:
            threading.Event().wait(0.01)


def end_the_writers_connection_but_the_locks() -> None:
    with another_connection() as other:
        other.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )


def test_beyond_what_may_wait_clients_are_told_to_come_back(open_door):
    door = open_door(Limits(most_waiting=200))
    door.post("/v1/track", track("first"))
    with locked_ledger():
        sent = [door.begin("POST", "/v1/track", track("m0"))]
        waiting_for_the_lock()
        sent += [door.begin("POST", "/v1/track", track(f"m{number}")) for number in range(1, 10)]
        refused = [one.result(30) for one in sent[4:]]
        assert {answer.status for answer in refused} == {503}
        assert all(int(answer.headers["retry-after"]) >= 1 for answer in refused)
    assert sent[0].result(30).status == 200


def test_a_database_that_answers_nothing_is_not_waited_for_for_ever(open_door):
    door = open_door(Limits(answered_within=0.2))
    with locked_ledger():
        answer = door.post("/v1/track", track("m1"))
    assert (answer.status, answer.json()["code"]) == (503, "unavailable")
    assert door.post("/v1/track", track("m2")).status == 200


def test_what_is_queued_is_written_before_the_end(open_door):
    door = open_door()
    door.post("/v1/track", track("first"))
    with locked_ledger():
        sent = [door.begin("POST", "/v1/track", track(f"m{number}")) for number in range(30)]
        waiting_for_the_lock()
        ending = threading.Thread(target=door.application.close)
        ending.start()
    ending.join()
    statuses = Counter(one.result(30).status for one in sent)
    assert Event.objects.count() == 1 + statuses[200] and statuses[200] + statuses[503] == 30


@pytest.mark.parametrize("table", ["events_event", "events_quarantine"])
def test_a_ledger_that_cannot_be_written_answers_503_and_never_200(open_door, table):
    door = open_door(Limits(patience=0.3))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO away")
    try:
        sent = door.begin("POST", "/v1/batch", {"batch": [track("m1"), {"type": "track"}]})
        assert sent.result(30).status == 503
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE away RENAME TO {table}")
    assert Event.objects.count() == 0
