from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from random import Random
from threading import Barrier, Event, Lock

import psycopg
import pytest
from django.db import connection, transaction

from recorrido.events import ledger
from recorrido.events.actions import ensure_source, record_many
from recorrido.events.actions.recording import ref_of
from recorrido.events.consumers import consume, move_bookmark
from recorrido.events.door import check_group
from recorrido.events.models import Bookmark, ObjectRef
from recorrido.events.models import Event as LedgerEvent
from recorrido.events.queries import events_after, lags, ledger_horizon
from recorrido.events.recording import record_group
from recorrido.events.schemas_in_force import in_force
from recorrido.events.tests.making import event, record
from recorrido.people import rules
from recorrido.shared import clock
from recorrido.shared.tests.threads import in_thread

pytestmark = pytest.mark.django_db(transaction=True)


def types_after(position=0):
    return [one.type for one in events_after(position)]


def test_an_empty_ledger_has_nothing_to_read():
    assert (events_after(0), consume(consumer="test", handle=lambda events: None)) == ([], 0)


def test_a_reader_waits_for_the_slow_writer_of_earlier_ids():
    ensure_source(name="shop")
    wrote, may_commit = Event(), Event()

    def slow():
        with transaction.atomic():
            record(event("slow", "slow"))
            wrote.set()
            may_commit.wait(5)

    with ThreadPoolExecutor(1) as pool:
        done = in_thread(pool, slow)
        wrote.wait(5)
        record(event("quick", "quick"))
        during = types_after()
        may_commit.set()
        done.result()
    assert (during, types_after()) == ([], ["slow", "quick"])


def test_a_writer_that_gives_up_holds_nobody_up():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(event("never"))
        _ = 1 / 0
    record(event("after", "after"))
    assert types_after() == ["after"]


def test_a_foreign_writing_transaction_holds_nobody_up():
    settings = connection.get_connection_params()
    foreign = psycopg.connect(
        **{name: settings[name] for name in ("dbname", "user", "host") if name in settings}
    )
    with closing(foreign):
        foreign.execute("INSERT INTO events_bookmark (consumer, position) VALUES ('foreign', 1)")
        record(event("m1", "seen"))
        assert types_after() == ["seen"]


def test_a_consumer_among_many_writers_sees_every_event_once():
    writers, each = 3, 150
    ensure_source(name="shop")
    start, lock = Barrier(writers), Lock()
    left = [writers]
    seen: list[int] = []

    def write(number):
        random = Random(number)
        start.wait()
        for first in range(0, each, 5):
            people = [(("customer", str(random.randrange(30))),) for _ in range(5)]
            record(*(event(f"{number}-{first + n}", identifiers=who) for n, who in enumerate(people)))
        with lock:
            left[0] -= 1

    with ThreadPoolExecutor(writers) as pool:
        done = [in_thread(pool, write, number) for number in range(writers)]
        while left[0] or len(seen) < LedgerEvent.objects.count():
            consume(consumer="test", handle=lambda events: seen.extend(one.id for one in events), limit=40)
            if all(one.done() for one in done):
                left[0] = 0
        for one in done:
            one.result()
    assert seen == sorted(LedgerEvent.objects.values_list("id", flat=True))
    assert len(seen) == writers * each


def test_writers_of_the_same_messages_record_each_once():
    source = ensure_source(name="shop")
    start = Barrier(3)

    def write(seed):
        events = [event(f"m{n}", identifiers=(("customer", str(n % 7)),)) for n in range(300)]
        Random(seed).shuffle(events)
        start.wait()
        return record_many(source=source, events=events).recorded

    with ThreadPoolExecutor(3) as pool:
        recorded = [done.result() for done in [in_thread(pool, write, seed) for seed in range(3)]]
    assert (sum(recorded), LedgerEvent.objects.count()) == (300, 300)


def test_a_writer_does_not_wait_for_the_events_of_another_that_names_the_same_order(monkeypatch):
    source = ensure_source(name="shop")
    record(event("before"))  # the first event of a type makes the type
    order = {"objects": (("order", "O1"), ("order", "O2"))}
    writing, may_end, copy = Event(), Event(), ledger._copy

    def slow(ready, *rest):
        if ready[0].event.message_id == "slow":
            writing.set()
            assert may_end.wait(20)
        copy(ready, *rest)

    monkeypatch.setattr(ledger, "_copy", slow)
    with ThreadPoolExecutor(2) as pool:
        one = in_thread(pool, _recorded, source, event("slow", **order))
        assert writing.wait(20)
        two = in_thread(pool, _recorded, source, event("quick", **order))
        assert two.result(20).recorded == 1
        may_end.set()
        assert one.result(20).recorded == 1
    _, *named = LedgerEvent.objects.order_by("id").values_list("object_ids", flat=True)
    (objects,) = set(map(tuple, named))
    assert list(ObjectRef.objects.order_by("id").values_list("external_id", flat=True)) == ["O1", "O2"]
    assert sorted(objects) == sorted(ObjectRef.objects.values_list("id", flat=True))


def test_objects_of_a_group_that_was_not_written_are_no_hindrance(monkeypatch):
    """They may be gone with a crash of the database: what was not committed with its events is asked for again."""
    source, known = ensure_source(name="shop"), ledger.Known()
    group = [event("a", objects=(("order", "O1"),))]
    copy = ledger._copy

    def lost(*told):
        ObjectRef.objects.all().delete()
        raise psycopg.OperationalError("the server closed the connection")

    monkeypatch.setattr(ledger, "_copy", lost)
    with pytest.raises(psycopg.OperationalError):
        record_group(checked(source, group), known)
    connection.close()
    ObjectRef.objects.all().delete()
    monkeypatch.setattr(ledger, "_copy", copy)
    assert record_group(checked(source, group), known).recorded == 1
    (told,) = LedgerEvent.objects.values_list("object_ids", flat=True)
    assert told == [ObjectRef.objects.get(external_id="O1").id]


def _recorded(source, *events):
    return record_many(source=source, events=events)


def checked(source, events):
    told = [(ref_of(source), one) for one in events]
    return check_group(told, now=clock.now(), schemas=in_force(), rules=rules.current())


def test_a_consumer_that_fails_gets_the_same_events_again():
    record(event("m1"), event("m2", minute=1))
    taken: list[int] = []

    def fail(events):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        consume(consumer="test", handle=fail)
    assert consume(consumer="test", handle=lambda events: taken.extend(e.id for e in events)) == 2
    assert consume(consumer="test", handle=fail) == 0
    assert Bookmark.objects.get().position == max(taken)


def test_a_bookmark_can_be_moved_back():
    record(event("m1"))
    consume(consumer="test", handle=lambda events: None)
    move_bookmark(consumer="test", position=0)
    assert [(lag.consumer, lag.position, lag.horizon) for lag in lags()] == [("test", 0, ledger_horizon())]
    assert consume(consumer="test", handle=lambda events: None) == 1
