from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from recorrido.company.models import AuditEntry
from recorrido.events.actions import replay_quarantined
from recorrido.events.models import Event, Quarantine
from recorrido.events.queries import waiting_in_quarantine
from recorrido.events.tests.making import NOON, event, figures, record
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


BAD = [
    ("missing_message_id", {"message_id": ""}),
    ("long_message_id", {"message_id": "x" * 401}),
    ("missing_type", {"type_": " "}),
    ("bad_type", {"type_": "order\nplaced"}),
    ("bad_type", {"type_": "order\x9bplaced"}),
    ("bad_type", {"type_": "order\u202edecalp"}),
    ("bad_type", {"type_": "\u200b\u200d"}),
    ("bad_type", {"type_": "order\\placed"}),
    ("bad_type", {"type_": "order "}),
    ("missing_at", {"at": None}),
    ("time_without_zone", {"at": datetime(2026, 3, 1)}),  # noqa: DTZ001 - that is what is wrong with it
    ("absurd_time", {"at": NOON.replace(year=1970)}),
    ("future_time", {"at": NOON.replace(year=2226)}),
    ("unknown_channel", {"channel": "fax"}),
    ("nul_character", {"properties": {"a": ["b", {"c": "d\x00"}]}}),
    ("bad_number", {"properties": {"a": float("nan")}}),
    ("bad_number", {"properties": {"a": float("inf")}}),
    ("bad_properties", {"properties": {"a": "\ud800"}}),
    ("bad_properties", {"properties": ["no", "names"]}),
    ("too_large", {"properties": {"a": "x" * 300_000}}),
    ("bad_object_id", {"objects": (("order", "1\x00"),)}),
    ("bad_object", {"objects": (("An Order", "1"),)}),
    ("malformed", {"type_": ["a list"]}),
    ("malformed", {"identifiers": (("customer",),)}),
    ("malformed", {"objects": ((["order"], "1"),)}),
    ("absurd_time", {"sent_at": NOON.replace(year=1)}),
    ("attributes_of_nobody", {"attributes": {"city": "Talca"}}),
]


@pytest.mark.parametrize(("code", "fields"), BAD)
def test_a_bad_event_goes_to_quarantine_and_its_group_goes_on(code, fields):
    with clock.frozen(NOON):
        report = record(event("good-1"), event(**fields), event("good-2"))
    assert (figures(report), [one.code for one in report.refused]) == ((2, 0, 1), [code])
    (row,) = Quarantine.objects.all()
    assert (row.code, bool(row.detail), bool(row.payload)) == (code, True, True)


@pytest.mark.parametrize(
    "word", ["página vista", "x", "👩\u200d💻 paid", "Order\u00a0Placed", "订单", "a\u00adb"]
)
def test_a_type_may_be_any_word_that_can_be_read(word):
    assert figures(record(event(type_=word))) == (1, 0, 0)


def test_a_literal_backslash_u0000_is_no_nul_character():
    assert figures(record(event(properties={"a": "\\u0000", "b": None}))) == (1, 0, 0)
    assert Event.objects.get().properties == {"a": "\\u0000", "b": None}


def test_what_only_the_database_rejects_is_found_by_halving_the_group():
    # A number that JSON can write and PostgreSQL's numeric cannot hold reaches the database as raw JSON text.
    import msgspec

    poison = event("poison", properties={"a": msgspec.Raw(b"1e200000")})
    group = [event(f"good-{n}") for n in range(20)]
    report = record(*group[:13], poison, *group[13:])
    assert (figures(report), [one.message_id for one in report.refused]) == ((20, 0, 1), ["poison"])
    assert Quarantine.objects.get().code == "rejected_by_database"


def test_the_same_bad_event_is_kept_once():
    bad = event(channel="fax")
    assert figures(record(bad)) == (0, 0, 1)
    assert figures(record(bad)) == (0, 1, 0)
    assert Quarantine.objects.count() == 1


def test_a_replay_records_what_the_door_takes_now_and_leaves_the_rest():
    far = NOON + timedelta(days=400)
    with clock.frozen(NOON):
        record(event("early", at=far, identifiers=(("customer", "C1"),)), event("fax", channel="fax"))
    with clock.frozen(far):
        report = replay_quarantined(actor=None, rows=waiting_in_quarantine())
    assert (report.recorded, Event.objects.get().at) == (1, far)
    assert [row.code for row in waiting_in_quarantine()] == ["unknown_channel"]
    assert AuditEntry.objects.filter(action="quarantine.replayed").count() == 1


def test_a_released_event_is_not_recorded_twice():
    far = NOON + timedelta(days=400)
    with clock.frozen(NOON):
        record(event("early", at=far))
    with clock.frozen(far):
        rows = waiting_in_quarantine()
        replay_quarantined(actor=None, rows=rows)
        replay_quarantined(actor=None, rows=rows)
    assert (Event.objects.count(), waiting_in_quarantine()) == (1, [])
