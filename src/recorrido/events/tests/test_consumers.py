from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from recorrido.events.consumers import consume, consume_changes, move_bookmark
from recorrido.events.errors import AnotherStream
from recorrido.events.models import Bookmark, Stream
from recorrido.events.queries import changes_horizon, lags
from recorrido.events.tests.making import event, record


def merge_two_people():
    record(event("m1", identifiers=(("customer", "C1"),)), event("m2", identifiers=(("email", "a@b.cl"),)))
    record(event("m3", identifiers=(("customer", "C1"), ("email", "a@b.cl"))))


@pytest.mark.django_db(transaction=True)
def test_a_consumer_of_persons_takes_each_merge_once():
    merge_two_people()
    taken = []
    assert consume_changes(consumer="test", handle=taken.extend) == 1
    assert consume_changes(consumer="test", handle=taken.extend) == 0
    assert [one.kind for one in taken] == ["merged"]
    assert [(lag.stream, lag.position == changes_horizon()) for lag in lags()] == [("people", True)]


@pytest.mark.django_db(transaction=True)
def test_a_consumers_name_belongs_to_one_stream():
    consume(consumer="test", handle=lambda events: None)
    with pytest.raises(AnotherStream, match="follows the stream events"):
        consume_changes(consumer="test", handle=lambda changes: None)


@pytest.mark.django_db(transaction=True)
def test_why_a_consumer_stopped_is_kept_until_it_goes_on():
    record(event("m1"))

    def fail(events):
        raise ValueError("the price is missing")

    with pytest.raises(ValueError):
        consume(consumer="test", handle=fail)
    stopped = Bookmark.objects.get()
    assert (stopped.error, stopped.position) == ("ValueError: the price is missing", 0)
    consume(consumer="test", handle=lambda events: None)
    assert (Bookmark.objects.get().error, Bookmark.objects.get().failed_at) == ("", None)


@pytest.mark.django_db(transaction=True)
def test_a_bookmark_of_persons_can_be_moved_before_its_first_use():
    merge_two_people()
    move_bookmark(consumer="test", position=changes_horizon(), stream=Stream.PEOPLE)
    assert consume_changes(consumer="test", handle=lambda changes: None) == 0


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["events_event", "events_eventobject"])
def test_nobody_empties_the_ledger(table):
    record(event("m1"))
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL recorrido.emptying = 'off'")
        cursor.execute(f"TRUNCATE {table} CASCADE")
