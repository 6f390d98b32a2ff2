"""The judges of the trial by kill -9 see what is wrong: a proof that cannot fail proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import pytest
from chaos import consumer, effects, ledger
from chaos.clients import Sender
from chaos.outside import Received
from chaos.scene import SOURCES
from chaos.story import Story, Told
from chaos.trial import Course
from chaos.verdict import Attempt, Line
from django.db import connection

from recorrido.api.ingest.parcels import BATCH, unpack
from recorrido.company.models import ApiKey
from recorrido.events.live import Batch, LiveLedger, NotTaken, Origin
from recorrido.shared import clock, sql

pytestmark = pytest.mark.django_db
STORY = Story(seed=4, events=300)
SENDER = Sender(0, "batches", 300, STORY, 0, "", None, 0.0, 0.0)
SHOP = Origin(SOURCES[0], "CL")


def told() -> list[Told]:
    return list(STORY.part(SENDER.number, SENDER.events))


def record(events: Iterable[Told]) -> None:
    """As the open door would."""
    batch = {"batch": [event.item for event in events]}
    parcel = unpack(json.dumps(batch).encode(), BATCH, ApiKey(source=SHOP.name, country="CL"), clock.now())
    refused = [NotTaken(SHOP, event, why.code, str(why)) for _, event, why in parcel.refused]
    LiveLedger().record([Batch(SHOP, parcel.events)], refused)


def answered(status: int = 200) -> dict[int, list[Attempt]]:
    return {SENDER.number: [Attempt(0.0, 1.0, status, False, 0, SENDER.events)]}


def course() -> Course:
    return Course(STORY.seed, STORY.events, Received(), senders=[SENDER])


def broken(judge: Callable[..., Iterable[Line]], *arguments: object) -> list[str]:
    return [line.what for line in judge(*arguments) if not line.kept]


def test_nothing_is_wrong_where_all_was_recorded():
    record(told())
    there = ledger.recorded()
    assert broken(ledger.of_the_events, course(), answered(), there) == []
    assert broken(ledger.of_the_quarantine, course(), answered()) == []
    assert broken(ledger.of_the_persons, there) == []


def test_an_accepted_event_that_is_missing_is_seen():
    record(told()[1:])
    assert broken(ledger.of_the_events, course(), answered(), ledger.recorded()) == [
        "… of them missing in the ledger"
    ]
    assert broken(ledger.of_the_events, course(), answered(503), ledger.recorded()) == []


def test_an_event_that_nobody_told_is_seen():
    record(told())
    record([Told(999, {"type": "page", "anonymousId": "x", "messageId": "of another story"}, ())])
    assert broken(ledger.of_the_events, course(), answered(), ledger.recorded()) == [
        "events recorded that nobody told"
    ]


def test_an_event_recorded_as_another_is_seen():
    events = told()
    at = next(place for place, event in enumerate(events) if event.item.get("type") == "page")
    events[at] = Told(at, events[at].item | {"anonymousId": "device-of-another"}, ())
    record(events)
    assert broken(ledger.of_the_events, course(), answered(), ledger.recorded()) == [
        "events recorded as something else"
    ]


def test_a_broken_event_that_is_not_in_quarantine_and_a_sound_one_that_is_are_seen():
    refused = [event for event in told() if event.refused]
    odd = Told(0, {"type": "track", "anonymousId": "a", "messageId": "chaos-0-0"}, ())
    record([*(event for event in told() if event.number not in (0, refused[0].number)), odd])
    assert broken(ledger.of_the_quarantine, course(), answered()) == [
        "… answered 200 and missing there",
        "sound events in quarantine, or for another reason",
    ]


def test_two_persons_made_one_are_seen():
    record(told())
    sql.execute("UPDATE people_identifier SET person_id = (SELECT min(id) FROM people_person)")
    assert broken(ledger.of_the_persons, ledger.recorded()) == ["persons equal to a plain union-find"]


def test_an_effect_that_happened_twice_and_one_that_never_did_are_seen():
    with connection.cursor() as cursor:
        cursor.execute(consumer.TABLE)
    record(told())
    sql.execute("INSERT INTO chaos_effect SELECT id, 'counted', 1 FROM events_event")
    sql.execute("INSERT INTO chaos_effect SELECT min(id), 'counted', 2 FROM events_event")
    sql.execute("DELETE FROM chaos_effect WHERE event_id = (SELECT max(id) FROM events_event)")
    found = broken(effects.of_the_consumers, course())
    assert found[:2] == ["events without their effect", "effects that happened twice"]


def test_a_webhook_and_a_mail_that_never_arrived_are_seen():
    record(told())
    assert "events told under no id, or under two" in broken(effects.of_the_webhooks, course())
    assert broken(effects.of_the_mails, course()) == ["claims without a mail in the outbox, or with two"]
