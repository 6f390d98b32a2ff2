from __future__ import annotations

import pytest
from django.db import connection

from recorrido.company.models import AuditEntry
from recorrido.events.actions import (
    apply_remapping,
    carry_out,
    count_events,
    ensure_source,
    preview_remapping,
    undo_remapping,
)
from recorrido.events.errors import BadSteps
from recorrido.events.models import Event, EventCorrection, EventOverlay, EventType, LedgerJob, Remapping
from recorrido.events.queries import (
    count_by_type,
    event_relation,
    events_after,
    events_of_object,
    timeline_of_person,
)
from recorrido.events.tests.making import event, figures, record
from recorrido.people.queries import person_of

pytestmark = pytest.mark.django_db(transaction=True)  # a consumer waits for the end of a writer


def old_words(number=3):
    """Events as a shop's first plug-in sent them: another word, no order, the customer in a property."""
    told = [
        event(
            f"m{n}", "Order Placed", minute=n, channel="print", properties={"order": f"1-{n}", "rut": f"C{n}"}
        )
        for n in range(number)
    ]
    record(*told)
    while count_events():
        pass


def apply(admin, steps, pattern="Order*", **fields):
    given = {"name": "old words", "source": None} | fields
    remapping = apply_remapping(actor=admin, type_pattern=pattern, steps=steps, **given)
    work()
    remapping.refresh_from_db()
    return remapping


def undo(admin, remapping):
    undo_remapping(actor=admin, remapping=remapping)
    work()


def work():
    for job in LedgerJob.objects.filter(state=LedgerJob.QUEUED):
        assert carry_out(job=job).state == LedgerJob.DONE


def ours():
    """The ledger's events, without what remappings say of themselves."""
    return [one for one in events_after(0) if one.source == "shop"]


def seen(columns):
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {columns} FROM events_seen s JOIN events_eventtype t ON t.id = s.type_id ORDER BY s.id"
        )
        return cursor.fetchall()


def test_a_type_is_read_by_its_new_word_and_the_ledger_is_untouched(admin):
    old_words()
    apply(admin, "type order.placed")
    record(event("later", "Order Placed"))
    assert {one.type for one in ours()} == {"order.placed"}
    assert count_by_type()["order.placed"] == 4
    assert set(Event.objects.filter(source__name="shop").values_list("type__name", flat=True)) == {
        "Order Placed"
    }
    assert (event_relation(), seen("t.name")[0]) == ("events_seen", ("order.placed",))


def test_undoing_reads_the_type_as_before(admin):
    old_words()
    undo(admin, apply(admin, "type order.placed"))
    assert {one.type for one in ours()} == {"Order Placed"}
    assert event_relation() == "events_event"
    assert list(
        AuditEntry.objects.filter(subject="remapping").order_by("id").values_list("action", flat=True)
    ) == [
        "remapping.applied",
        "remapping.undone",
    ]


def test_past_events_get_their_order_from_a_property(admin):
    old_words()
    made = apply(admin, "object order from order")
    assert [one.objects[0].external_id for one in ours()] == ["1-0", "1-1", "1-2"]
    assert [one.id for one in events_of_object("order", "1-1")] == [ours()[1].id]
    assert (made.changed, EventCorrection.objects.count()) == (3, 3)
    assert list(Event.objects.filter(source__name="shop").values_list("object_ids", flat=True)) == [
        [],
        [],
        [],
    ]
    assert [len(ids) for (ids,) in seen("s.object_ids")[:3]] == [1, 1, 1]


def test_past_events_without_a_person_get_one_from_a_property(admin):
    old_words()
    record(
        event("known", "Order Placed", minute=9, identifiers=(("customer", "C1"),), properties={"rut": "C2"})
    )
    apply(admin, "identifier customer from rut")
    assert [one.type for one in timeline_of_person(person_of("customer", "C0"))] == ["Order Placed"]
    assert len(timeline_of_person(person_of("customer", "C1"))) == 2
    assert len(timeline_of_person(person_of("customer", "C2"))) == 1, "who had a person keeps it"


def test_a_channel_is_corrected_also_to_none(admin):
    old_words(1)
    apply(admin, "channel phone")
    assert ours()[0].channel == "phone"
    apply(admin, "channel none")
    assert (ours()[0].channel, seen("s.channel")[0]) == (None, (None,))


def test_two_remappings_of_one_event_add_up_and_are_undone_one_by_one(admin):
    old_words(1)
    first = apply(admin, "object order from order\nchannel phone")
    apply(admin, "object customer_file from rut")
    assert {thing.kind for thing in ours()[0].objects} == {"order", "customer_file"}
    undo(admin, first)
    assert ([thing.kind for thing in ours()[0].objects], ours()[0].channel) == (["customer_file"], "print")


def test_undoing_the_only_remapping_leaves_nothing_over_the_events(admin):
    old_words()
    made = apply(admin, "object order from order")
    undo(admin, made)
    assert (EventOverlay.objects.count(), EventCorrection.objects.count()) == (0, 3)
    assert [one.objects for one in ours()] == [()] * 3


def test_a_worker_that_died_in_the_middle_costs_nothing(admin):
    old_words()
    made = apply_remapping(
        actor=admin, name="a", source=None, type_pattern="Order*", steps="object order from order"
    )
    job = LedgerJob.objects.get()
    LedgerJob.objects.update(state=LedgerJob.RUNNING)
    job.refresh_from_db()
    carry_out(job=job)
    made.refresh_from_db()
    assert (made.changed, carry_out(job=job).state) == (3, LedgerJob.DONE)


def test_a_preview_says_how_many_and_shows_some_without_changing_anything(admin):
    old_words()
    preview = preview_remapping(
        source=None, type_pattern="Order*", steps="type order.placed\nobject order from order\nchannel phone"
    )
    assert (preview.matching, preview.looked_at, preview.changed) == (3, 3, 3)
    one = preview.examples[0]
    assert (one.type, one.new_type, one.channel, one.new_channel) == (
        "Order Placed",
        "order.placed",
        "print",
        "phone",
    )
    assert (one.objects, Remapping.objects.count(), EventOverlay.objects.count()) == (
        (("order", "1-2"),),
        0,
        0,
    )


def test_a_change_is_told_in_the_ledger_for_those_above(admin):
    old_words()
    undo(admin, apply(admin, "object order from order"))
    own = [one.type for one in events_after(0) if one.source == "recorrido"]
    assert own == ["ledger.remapping_applied", "ledger.remapping_undone"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"steps": "drop coupon"}, "read differently, not rewritten"),
        ({"steps": "drop object cart"}, "read differently, not rewritten"),
        ({"type_pattern": " ", "steps": "channel web"}, "which event types"),
        ({"type_pattern": "nothing.*", "steps": "channel web"}, "No event type"),
        ({"type_pattern": "Order Placed", "steps": "type b"}, "as another type already"),
        ({"type_pattern": "order.placed", "steps": "type c"}, "undo that first"),
        ({"type_pattern": "other", "steps": "type Order Placed"}, "as another type itself"),
    ],
)
def test_what_cannot_be_undone_soundly_is_refused_with_a_sentence(admin, fields, said):
    old_words(1)
    record(event("m", "other"))
    apply(admin, "type order.placed", pattern="Order Placed")
    with pytest.raises(BadSteps, match=said):
        apply_remapping(**{"actor": admin, "name": "", "source": None, "type_pattern": "x"} | fields)
    assert Remapping.objects.count() == 1


def test_a_type_gets_another_word_for_all_sources_or_none(admin):
    old_words(1)
    with pytest.raises(BadSteps, match="all sources"):
        apply(admin, "type order.placed", source=ensure_source(name="shop"))
    assert not EventType.objects.filter(maps_to__isnull=False).exists()


def test_only_the_events_of_the_source_are_corrected(admin):
    old_words(1)
    record(event("p1", "Order Placed", channel="print"), source="pos")
    while count_events():
        pass
    apply(admin, "channel phone", source=ensure_source(name="pos"))
    assert {one.source: one.channel for one in events_after(0) if one.channel} == {
        "shop": "print",
        "pos": "phone",
    }


def test_the_same_remapping_twice_changes_nothing_more(admin):
    old_words(1)
    apply(admin, "object order from order")
    before = ours()
    assert figures(record()) == (0, 0, 0)
    apply(admin, "object order from order")
    assert ours() == before
