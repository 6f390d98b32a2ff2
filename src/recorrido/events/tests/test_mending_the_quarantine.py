from __future__ import annotations

import json
from datetime import timedelta

import pytest

from recorrido.company.models import AuditEntry
from recorrido.events.actions import (
    discard_quarantined,
    edit_and_replay,
    ensure_source,
    mend_waiting,
    replay_quarantined,
    save_rule,
)
from recorrido.events.errors import BadSteps
from recorrido.events.models import Event, Quarantine, QuarantineEdit, QuarantineRule
from recorrido.events.queries import (
    Matching,
    count_by_type,
    edits_of,
    refused_events,
    waiting_by_reason,
    waiting_in_quarantine,
)
from recorrido.events.tests.making import NOON, event, figures, record
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


def refused(**fields):
    record(event(**{"channel": "fax", **fields}))
    return Quarantine.objects.latest("id")


def rule(admin, steps="channel phone", **fields):
    given = {
        "name": "no fax",
        "source": None,
        "code": "unknown_channel",
        "type_pattern": "",
        "is_active": True,
    }
    return save_rule(actor=admin, rule=None, steps=steps, **(given | fields))


def edited(row, **changes):
    return json.dumps(json.loads(row.payload) | changes)


def test_a_replayed_event_was_received_when_it_was_replayed(admin):
    row = refused(received_at=NOON - timedelta(days=9))
    with clock.frozen(NOON):
        edit_and_replay(actor=admin, row=row, payload=edited(row, channel="phone"))
    assert Event.objects.get().received_at == NOON


def test_an_edited_event_is_recorded_and_the_original_is_kept(admin):
    row = refused()
    report = edit_and_replay(actor=admin, row=row, payload=edited(row, channel="phone"))
    (edit,) = edits_of(row)
    row.refresh_from_db()
    assert (report.recorded, Event.objects.get().channel, row.waits) == (1, "phone", False)
    assert (json.loads(row.payload)["channel"], edit.staff) == ("fax", admin)
    assert AuditEntry.objects.filter(action="quarantine.edited", subject_id=str(row.id)).exists()


def test_an_edit_that_is_refused_again_stays_one_row_with_its_new_reason(admin):
    row = refused()
    report = edit_and_replay(actor=admin, row=row, payload=edited(row, channel="phone", type=""))
    assert (report.refused, Quarantine.objects.count()) == (1, 1)
    row.refresh_from_db()
    assert (row.code, row.waits, QuarantineEdit.objects.count()) == ("missing_type", True, 1)


def test_a_replay_goes_on_from_the_last_edit(admin):
    row = refused(at=NOON + timedelta(days=30))
    with clock.frozen(NOON):
        edit_and_replay(actor=admin, row=row, payload=edited(row, channel="phone"))
    with clock.frozen(NOON + timedelta(days=31)):
        assert replay_quarantined(actor=admin, rows=[row]).recorded == 1
    assert Event.objects.get().channel == "phone"


def test_an_edit_of_what_somebody_else_replayed_is_told_so(admin):
    row = refused()
    edit_and_replay(actor=admin, row=row, payload=edited(row, channel="phone"))
    with pytest.raises(BadSteps, match="quicker"):
        edit_and_replay(actor=admin, row=row, payload=edited(row, channel="web"))
    assert Event.objects.count() == 1


def test_an_edited_event_that_is_in_the_ledger_already_leaves_the_quarantine(admin):
    record(event("m1"))
    row = refused(message_id="m1")
    assert edit_and_replay(actor=admin, row=row, payload=edited(row, channel="web")).duplicates == 1
    assert (waiting_in_quarantine(), Event.objects.count()) == ([], 1)


def test_a_discarded_event_is_kept_with_its_reason_and_waits_no_more(admin):
    row = refused()
    assert discard_quarantined(actor=admin, rows=[row], why="a test of the shop") == 1
    row.refresh_from_db()
    assert (row.why, row.discarded_by, waiting_in_quarantine()) == ("a test of the shop", admin, [])
    assert replay_quarantined(actor=admin, rows=[row]).recorded == 0
    assert figures(record(event(channel="fax"))) == (0, 1, 0)


def test_nothing_is_discarded_without_a_reason(admin):
    with pytest.raises(BadSteps):
        discard_quarantined(actor=admin, rows=[refused()], why=" ")


def test_a_rule_that_is_switched_on_mends_what_waits_and_what_comes(admin):
    refused(message_id="m1")
    made = rule(admin, 'channel phone\nset mended to "yes"')
    mend_waiting()
    record(event("m2", channel="fax"))
    mend_waiting()
    assert list(Event.objects.values_list("channel", "properties__mended")) == [("phone", "yes")] * 2
    assert set(QuarantineEdit.objects.values_list("rule", "staff")) == {(made.id, None)}


def test_a_rule_that_is_off_mends_only_what_it_is_asked_for(admin):
    row, other = refused(message_id="m1"), refused(message_id="m2")
    made = rule(admin, is_active=False)
    assert mend_waiting() is False
    replay_quarantined(actor=admin, rows=[row], rule=made)
    assert waiting_in_quarantine() == [other]


def test_a_rule_mends_only_the_events_it_is_for(admin):
    refused(message_id="m1", type_="order.placed")
    refused(message_id="m2", type_="cart.opened")
    record(event("m3", "order.paid", channel="fax"), source="pos")
    rule(admin, type_pattern="order.*", source=ensure_source(name="shop"))
    mend_waiting()
    assert count_by_type() == {"order.placed": 1}


def test_what_a_rule_cannot_mend_is_not_tried_again_until_a_rule_changes(admin, django_assert_num_queries):
    row = refused(properties={"amt": "12"})
    made = rule(admin, "number amt")
    mend_waiting()
    with django_assert_num_queries(4):  # the rules, and that nothing is left for them
        mend_waiting()
    save_rule(
        actor=admin,
        rule=made,
        name="no fax",
        source=None,
        code="",
        type_pattern="",
        steps="channel web",
        is_active=True,
    )
    mend_waiting()
    assert (waiting_in_quarantine(), Event.objects.get().properties, edits_of(row)[0].rule) == (
        [],
        {"amt": 12},
        made,
    )


def test_two_rules_of_one_name_are_refused(admin):
    rule(admin)
    with pytest.raises(BadSteps, match="of this name"):
        rule(admin)
    assert QuarantineRule.objects.count() == 1


def test_what_waits_is_counted_by_reason_and_found_by_source_type_and_words():
    record(event("m1", channel="fax"), event("m2", "order.paid", channel="fax"), event("", "order.paid"))
    assert [(one.code, one.events) for one in waiting_by_reason()] == [
        ("unknown_channel", 2),
        ("missing_message_id", 1),
    ]
    paid = Matching(type_pattern="order.p*d", code="unknown_channel", words="FAX")
    assert {row.type for row in refused_events(paid)} == {"order.placed", "order.paid"}
    assert refused_events(Matching(source_id=ensure_source(name="pos").id)).count() == 0
