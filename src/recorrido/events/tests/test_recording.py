from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recorrido.events.actions import ensure_source, record_events, record_from_sources, record_many
from recorrido.events.errors import GroupTooLarge
from recorrido.events.models import Event, EventObject, EventType, ObjectRef, Source
from recorrido.events.queries import count_by_type
from recorrido.events.records import CHANNELS, MAX_GROUP
from recorrido.events.tests.making import NOON, event, figures, record
from recorrido.people.models import Identifier
from recorrido.people.queries import attributes_of, leaves_of, person_of

pytestmark = pytest.mark.django_db


def test_an_event_is_kept_with_all_it_says():
    record(
        event(
            channel="web",
            identifiers=(("customer", "C1"), ("email", "Ana@X.cl")),
            objects=(("order", "1007"), ("store", "S03")),
            properties={"amount": 42000, "nested": {"text": 'tab\there "ñ" \\ end'}},
            sent_at=NOON,
            date_only=True,
        )
    )
    (row,) = Event.objects.select_related("type", "source")
    assert (row.type.name, row.source.name, row.channel, row.at) == ("order.placed", "shop", "web", NOON)
    assert (row.date_only, row.sent_at, row.original_at) == (True, NOON, None)
    assert row.properties == {"amount": 42000, "nested": {"text": 'tab\there "ñ" \\ end'}}
    assert [(leaf.kind, leaf.value) for leaf in Identifier.objects.filter(id__in=row.leaf_ids)] == [
        ("customer", "C1"),
        ("email", "ana@x.cl"),
    ]
    assert row.leaf_id == row.leaf_ids[0]
    assert set(EventObject.objects.values_list("object_id", "event_id")) == {
        (o, row.id) for o in row.object_ids
    }


ZONES = st.sampled_from(
    [UTC, timezone(timedelta(hours=-3)), timezone(timedelta(hours=5, minutes=45, seconds=7))]
)


def times(first, last):
    micros = st.integers(int(first.timestamp()) * 10**6, int(last.timestamp()) * 10**6)
    return st.tuples(micros, ZONES).map(
        lambda told: (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=told[0])).astimezone(told[1])
    )


TIMES = times(datetime(1980, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))
OTHER_TIMES = st.none() | times(datetime(1900, 1, 2, tzinfo=UTC), datetime(9998, 1, 1, tzinfo=UTC))
KEEPABLE = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(-1e15, 1e15) | KEEPABLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEEPABLE, inner, max_size=3),
    max_leaves=8,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=80)
@given(
    told=st.fixed_dictionaries(
        {
            "at": TIMES,
            "original_at": OTHER_TIMES,
            "sent_at": OTHER_TIMES,
            "received_at": OTHER_TIMES,
            "channel": st.none() | st.sampled_from(CHANNELS),
            "date_only": st.booleans(),
            "identifiers": st.lists(st.integers(1, 9), max_size=4, unique=True).map(
                lambda numbers: tuple(("external", f"E{number}") for number in numbers)
            ),
            "objects": st.lists(st.tuples(st.just("order"), st.integers(1, 9).map(str)), max_size=4).map(
                tuple
            ),
            "properties": st.dictionaries(KEEPABLE.filter(lambda name: name != "$raw"), VALUES, max_size=3),
        }
    )
)
def test_whatever_an_event_says_is_what_is_kept(db, told):
    message = f"m{uuid4()}"
    assert figures(record(event(message, **told))) == (1, 0, 0)
    row = Event.objects.latest("id")
    for name in ("at", "original_at", "sent_at", "channel", "date_only"):
        assert getattr(row, name) == told[name], name
    assert told["received_at"] in (None, row.received_at)
    assert row.properties == told["properties"]
    leaves = dict(Identifier.objects.filter(id__in=row.leaf_ids).values_list("id", "value"))
    assert [leaves[id_] for id_ in row.leaf_ids] == [value for _, value in told["identifiers"]]
    assert row.leaf_id == (row.leaf_ids[0] if row.leaf_ids else None)
    named = dict(ObjectRef.objects.values_list("id", "external_id"))
    assert [("order", named[id_]) for id_ in row.object_ids] == list(dict.fromkeys(told["objects"]))
    pairs = EventObject.objects.filter(event_id=row.id).values_list("object_id", flat=True)
    assert sorted(pairs) == sorted(row.object_ids)


def test_recording_again_changes_nothing_and_is_reported():
    events = [event("m1"), event("m2")]
    assert figures(record(*events)) == (2, 0, 0)
    assert figures(record(*events, event("m3"))) == (1, 2, 0)
    assert Event.objects.count() == 3


def test_a_message_sent_twice_in_one_group_is_one_event():
    assert figures(record(event("m1"), event("m1"))) == (1, 1, 0)


def test_two_sources_may_use_the_same_message_id():
    assert figures(record(event("m1"), source="shop")) == (1, 0, 0)
    assert figures(record(event("m1"), source="pos")) == (1, 0, 0)


def test_a_retry_does_not_bring_new_identifiers_in():
    record(event("m1", identifiers=(("customer", "C1"),)))
    record(event("m1", identifiers=(("customer", "C2"),)))
    assert person_of("customer", "C2") is None


def test_identifiers_of_one_event_are_one_person():
    record(event("m1", identifiers=(("anonymous", "a1"),)), event("m2", identifiers=(("customer", "C1"),)))
    record(event("m3", identifiers=(("customer", "C1"), ("anonymous", "a1"))))
    assert {leaf.value for leaf in leaves_of(person_of("customer", "C1"))} == {"a1", "C1"}


def test_phone_numbers_are_read_in_the_country_of_their_source():
    record(event(identifiers=(("phone", "9 8765 4321"),)), country="CL")
    assert person_of("phone", "+56987654321") is not None


def test_an_event_tells_about_its_person():
    record(event(identifiers=(("customer", "C1"),), attributes={"city": "Talca", "vip": True}))
    person = person_of("customer", "C1")
    assert attributes_of([person]) == {person: {"city": "Talca", "vip": True}}


def test_an_identifier_nobody_can_read_stays_with_its_event():
    report = record(event(identifiers=(("customer", "C1"), ("phone", "ask him"))))
    assert (figures(report), report.unread_identifiers) == ((1, 0, 0), 1)
    ((kind, value, why),) = Event.objects.get().properties["$unread_identifiers"]
    assert (kind, value, bool(why)) == ("phone", "ask him", True)


def test_a_blocked_value_stays_with_its_event_and_names_nobody():
    mails = [("email", "sin@correo.cl"), ("customer", "0000")]
    record(event("m1", identifiers=(*mails, ("customer", "C1"))), event("m2", identifiers=tuple(mails)))
    named, nobody = Event.objects.order_by("id")
    assert (named.leaf_id, nobody.leaf_id) == (person_of("customer", "C1"), None)
    assert nobody.properties == {"$blocked_identifiers": [list(mail) for mail in mails]}
    assert Identifier.objects.count() == 1


def test_words_that_mean_something_to_a_database_are_only_words():
    odd = "a\"b\\c,{d} 'e' NULL\\N"
    record(event("m1", identifiers=(("null", "NULL,"), ("customer", odd)), objects=(("null", odd),)))
    person = person_of("customer", odd)
    assert {(leaf.kind, leaf.value) for leaf in leaves_of(person)} == {("null", "NULL,"), ("customer", odd)}
    assert list(ObjectRef.objects.values_list("kind", "external_id")) == [("null", odd)]


def test_a_long_input_is_cut_into_short_transactions():
    source = ensure_source(name="shop")
    seen: list[int] = []
    report = record_many(
        source=source, events=(event(f"m{n}") for n in range(MAX_GROUP + 10)), progress=seen.append
    )
    assert (report.recorded, seen) == (MAX_GROUP + 10, [MAX_GROUP, 10])


def test_a_long_input_that_was_new_so_far_still_knows_what_it_repeats():
    sent = [event(f"m{n}") for n in range(MAX_GROUP)]
    again = [event("x1"), *(event(f"m{n}") for n in range(7)), event("x2")]
    report = record_many(source=ensure_source(name="shop"), events=[*sent, *again])
    assert (report.recorded, report.duplicates) == (MAX_GROUP + 2, 7)
    assert Event.objects.count() == MAX_GROUP + 2


def test_more_than_a_group_in_one_transaction_is_refused():
    with pytest.raises(GroupTooLarge):
        record_events(
            source=ensure_source(name="shop"), events=[event(f"m{n}") for n in range(MAX_GROUP + 1)]
        )


def test_one_stream_may_carry_several_sources():
    record_from_sources(events=[("shop", event("m1")), ("pos", event("m1")), ("shop", event("m2"))])
    assert set(Event.objects.values_list("source__name", flat=True)) == {"shop", "pos"}
    assert Source.objects.count() == 2


def test_event_types_are_kept_once():
    record(event("m1", "a"), event("m2", "b"), event("m3", "a"))
    assert (count_by_type(), EventType.objects.count()) == ({"a": 2, "b": 1}, 2)


def test_the_ledger_refuses_changes():
    record(event())
    for change in (lambda: Event.objects.update(channel="web"), lambda: Event.objects.all().delete()):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            change()


def test_a_caller_who_gives_up_leaves_no_trace():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        record(event(identifiers=(("customer", "C1"),), objects=(("order", "1"),)))
        _ = 1 / 0
    assert (Event.objects.count(), Identifier.objects.count()) == (0, 0)
    assert figures(record(event(identifiers=(("customer", "C1"),), objects=(("order", "1"),)))) == (1, 0, 0)


_ids = st.integers(0, 15).map("m{}".format)
_batches = st.lists(st.lists(st.tuples(_ids, st.sampled_from("abcd")), max_size=12), max_size=4)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=_batches)
def test_whatever_is_sent_in_whatever_groups_each_message_is_kept_once(db, batches):
    with transaction.atomic():
        for batch in batches:
            report = record(*(event(message, identifiers=(("customer", who),)) for message, who in batch))
            assert sum(figures(report)) == len(batch)
        assert Event.objects.count() == len({message for batch in batches for message, _ in batch})
        transaction.set_rollback(True)
