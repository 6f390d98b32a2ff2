from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.events import live, schemas_in_force
from recorrido.events.actions import add_schema, put_in_force
from recorrido.events.live import Batch, LiveLedger, NotTaken, Origin
from recorrido.events.models import Event, ObjectRef, Quarantine, Source
from recorrido.events.tests.making import event, figures, record
from recorrido.people import rules
from recorrido.people.actions import block_value
from recorrido.people.models import Identifier
from recorrido.shared import clock

pytestmark = pytest.mark.django_db

SHOP = Origin("shop", "CL")
TABLET = ("external", "tablet 7")


@pytest.fixture(autouse=True)
def _a_process_of_its_own():
    """What a test put in force is gone with its transaction; this process must not remember it."""
    schemas_in_force.look_again()
    rules.forget()
    yield
    schemas_in_force.look_again()
    rules.forget()


@pytest.fixture
def ledger():
    """One that has recorded something of the shop: before that, nothing can be checked ahead."""
    ledger = LiveLedger()
    ledger.record([Batch(SHOP, [event("first")])])
    return ledger


def ahead(ledger, *events, origin=SHOP):
    """Events that were checked ahead, every one."""
    checked = ledger.check(origin, events)
    assert checked is not None
    return Batch(origin, events, checked)


def test_what_was_checked_ahead_is_recorded_as_if_it_had_not_been(ledger):
    said = {
        "identifiers": (("customer", "C1"), ("phone", "9 8765 4321")),
        "objects": (("order", "O1"),),
        "properties": {"total": 7, "note": "a\tb\\c"},
        "attributes": {"city": "Talca"},
        "original_at": event(minute=3).at,
    }
    ledger.record([ahead(ledger, event("ahead", **said))])
    ledger.record([Batch(SHOP, [event("now", **said)])])
    left_out = ("id", "hash", "received_at")
    rows = [
        {name: value for name, value in row.items() if name not in left_out}
        for row in Event.objects.order_by("-id").values()[:2]
    ]
    assert rows[0] == rows[1]


def test_nothing_is_checked_ahead_before_something_of_its_origin_was_recorded(ledger):
    assert LiveLedger().check(SHOP, [event()]) is None
    assert ledger.check(Origin("shop", "PE"), [event()]) is None
    assert ledger.check(Origin("till", "CL"), [event()]) is None


@pytest.mark.parametrize(
    "odd",
    [
        event("odd", at=event().at.replace(tzinfo=None)),
        event("odd", identifiers=(("email", "no address"),)),
        event("odd", channel="smoke"),
        event("good"),
    ],
)
def test_what_has_something_to_be_said_of_it_is_left_to_the_recording(ledger, odd):
    assert ledger.check(SHOP, [event("good"), odd]) is None


def test_events_of_several_requests_count_their_positions_through(ledger):
    told = [ahead(ledger, event("a"), event("b")), ahead(ledger, event("first"), event("c"))]
    refused = [NotTaken(SHOP, event("d"), "malformed", "not the shape of one")]
    report = ledger.record(told, refused)
    assert (figures(report), report.fresh) == ((3, 1, 1), [0, 1, 3])
    assert [one.position for one in report.refused] == [4]


def test_a_group_may_be_recorded_again_in_another_order(ledger):
    one, other = ahead(ledger, event("a")), ahead(ledger, event("b"), event("c"))
    assert ledger.record([one, other]).fresh == [0, 1, 2]
    assert figures(ledger.record([other])) == (0, 2, 0)
    assert ledger.record([other, ahead(ledger, event("d"))]).fresh == [2]


def test_a_message_that_two_requests_tell_at_once_is_recorded_once(ledger):
    twice = [ahead(ledger, event("a"), event("b")), ahead(ledger, event("b"), event("c"))]
    report = ledger.record(twice)
    assert (figures(report), report.fresh) == ((3, 1, 0), [0, 1, 3])


def test_an_object_is_one_whoever_named_it_before(ledger):
    """Where a group named only new objects, the next one is not looked up before it is made."""
    record(event("elsewhere", objects=(("order", "O1"),)), source="erp")
    ledger.record([Batch(SHOP, [event("a", objects=(("order", "O2"),))])])
    mixed = event("b", objects=(("order", "O1"), ("order", "O3"), ("order", "O2")))
    ledger.record([Batch(SHOP, [mixed, event("c", objects=(("order", "O1"),))])])
    named = dict(ObjectRef.objects.values_list("id", "external_id"))
    told = Event.objects.order_by("id").values_list("object_ids", flat=True)
    assert [[named[id_] for id_ in ids] for ids in told] == [[], ["O1"], ["O2"], ["O1", "O3", "O2"], ["O1"]]
    assert sorted(named.values()) == ["O1", "O2", "O3"]


def test_what_is_sound_is_not_checked_again_for_what_others_say(ledger, monkeypatch):
    """A message told twice, one that is refused, one that was not checked at all."""
    sound, twice = ahead(ledger, event("a"), event("b")), ahead(ledger, event("b"), event("c"))
    odd = [event("odd", channel="smoke"), event("a"), event("d")]
    assert ledger.check(SHOP, odd) is None
    checked, check = [], live.check_into
    monkeypatch.setattr(
        live, "check_into", lambda group, events, receipt: check(group, _noted(events, checked), receipt)
    )
    report = ledger.record([sound, Batch(SHOP, odd), twice])
    assert [one.message_id for one in checked] == ["odd", "a", "d"]
    assert (figures(report), report.fresh) == ((4, 2, 1), [0, 1, 4, 6])
    assert [one.position for one in report.refused] == [2]


def _noted(events, noted):
    for source, one in events:
        noted.append(one)
        yield source, one


def test_another_source_is_checked_ahead_as_long_as_it_is_known(ledger):
    till = Origin("till", "CL")
    ledger.record([Batch(till, [event("at the till")])])
    ledger.record([], [NotTaken(SHOP, event("x"), "malformed", "not the shape of one")])
    assert ledger.check(till, [event("a")]) and ledger.check(SHOP, [event("a")])


def test_what_was_blocked_since_the_check_is_no_identifier(ledger, admin):
    told = ahead(ledger, event("a", identifiers=(("customer", "C1"), TABLET)))
    block_value(actor=admin, kind="external", pattern="tablet 7", reason="the store's own")
    ledger.record([told])
    assert list(Identifier.objects.values_list("kind", "value")) == [("customer", "C1")]
    assert Event.objects.latest("id").properties["$blocked_identifiers"] == [list(TABLET)]


def test_what_a_schema_refuses_since_the_check_goes_to_quarantine(ledger):
    told = ahead(ledger, event("a"))
    schema = add_schema(
        actor=None, type_name="order.placed", text='{"required": ["amount"]}', policy="refuse"
    )
    put_in_force(actor=None, schema=schema, policy="refuse")
    schemas_in_force.look_again()
    assert figures(ledger.record([told])) == (0, 0, 1)
    assert Quarantine.objects.get().code == "schema_violation"


def test_a_source_that_takes_less_since_the_check_is_asked_again(monkeypatch):
    monkeypatch.setattr(live, "SOURCES_KEPT", 0.0)
    ledger = LiveLedger()
    ledger.record([Batch(SHOP, [event("first")])])
    told = ahead(ledger, event("a", at=clock.now() + timedelta(hours=20)))
    Source.objects.filter(name="shop").update(ahead_hours=1)
    assert figures(ledger.record([told])) == (0, 0, 1)
    assert Quarantine.objects.get().code == "future_time"
