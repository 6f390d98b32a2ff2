"""What a night of the retention takes out beside the events: facts about visitors, texts of settled refusals."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company.models import AuditEntry
from recorrido.events.actions import (
    discard_quarantined,
    edit_and_replay,
    run_retention,
    save_retention_rule,
)
from recorrido.events.models import Quarantine, QuarantineEdit, RetentionRule
from recorrido.events.tests.making import NOON, event, figures, record
from recorrido.people.models import Attribute
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)  # a reader waits for the end of a writer

OLD, YOUNG = NOON - timedelta(days=100), NOON - timedelta(days=20)


@pytest.fixture(autouse=True)
def _noon():
    with clock.frozen(NOON):
        yield


def rule(admin, kind):
    save_retention_rule(actor=admin, kind=kind, source=None, type_pattern="", months=3)


def identify(name, *kinds, at=OLD, **traits):
    record(
        event(
            f"{name} {at}", "identify", at=at, identifiers=[(kind, name) for kind in kinds], attributes=traits
        )
    )


def test_what_old_visits_told_about_an_unknown_visitor_is_forgotten(admin):
    identify("A1", "anonymous", city="Talca")
    identify("A1", "anonymous", at=YOUNG, size="42")
    rule(admin, RetentionRule.FORGET)
    run_retention()
    assert list(Attribute.objects.values_list("key", "value")) == [("size", "42")]


def test_what_is_known_about_a_customer_stays(admin):
    identify("A2", "anonymous", "customer", city="Talca")
    identify("A2", "anonymous", at=OLD - timedelta(days=1), size="42")
    rule(admin, RetentionRule.FORGET)
    run_retention()
    assert sorted(Attribute.objects.values_list("key", flat=True)) == ["city", "size"]


def refuse(name, at):
    record(event(name, channel="fax", properties={"note": "call me"}))
    row = Quarantine.objects.latest("id")
    Quarantine.objects.filter(id=row.id).update(created_at=at)
    return row


def test_the_text_of_an_old_refused_event_goes_when_it_is_settled_and_stays_while_it_waits(admin):
    discarded, edited, waiting, young = (
        refuse(name, at) for name, at in (("a", OLD), ("b", OLD), ("c", OLD), ("d", YOUNG))
    )
    discard_quarantined(actor=admin, rows=[discarded, young], why="a test of the shop")
    edit_and_replay(actor=admin, row=edited, payload=edited.payload.replace("fax", "phone"))
    rule(admin, RetentionRule.EMPTY)
    run_retention()
    kept = Quarantine.objects.exclude(payload="").values_list("id", flat=True)
    assert sorted(kept) == [waiting.id, young.id] and QuarantineEdit.objects.get().payload == ""
    assert AuditEntry.objects.get(action="retention_rule.ran").detail["refused"] == 2


def test_an_emptied_refusal_that_is_sent_again_is_known(admin):
    row = refuse("a", OLD)
    discard_quarantined(actor=admin, rows=[row], why="a test of the shop")
    rule(admin, RetentionRule.EMPTY)
    run_retention()
    assert figures(record(event("a", channel="fax", properties={"note": "call me"}))) == (0, 1, 0)


def test_no_payload_goes_into_the_audit_log(admin):
    row = refuse("a", OLD)
    edit_and_replay(actor=admin, row=row, payload=row.payload.replace("fax", "phone"))
    assert "call me" not in str(AuditEntry.objects.get(action="quarantine.edited").detail)


def test_the_page_of_an_emptied_refusal_says_so(admin, signed_in):
    row = refuse("a", OLD)
    discard_quarantined(actor=admin, rows=[row], why="a test of the shop")
    rule(admin, RetentionRule.EMPTY)
    run_retention()
    assert (
        "Una regla de retención lo vació"
        in signed_in(admin).get(f"/data/quarantine/{row.id}/").content.decode()
    )
