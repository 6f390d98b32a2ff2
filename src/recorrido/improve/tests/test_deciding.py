"""What people decide on a finding, and who may."""

from __future__ import annotations

from datetime import date

import pytest

from recorrido.company.errors import Forbidden
from recorrido.company.models import AuditEntry, Department
from recorrido.improve.actions import accept_finding, dismiss_finding, dispute_finding, reopen_finding
from recorrido.improve.actions.deciding import Plan
from recorrido.improve.errors import AlreadyDecided, UnknownFinding, WhyMissing
from recorrido.improve.models import FindingStatus, Improvement
from recorrido.improve.queries import improvement_of, trail_of
from recorrido.improve.tests.looks import look, only, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(db):
    look(told())
    return only()


@pytest.fixture
def plan(db) -> Plan:
    finance = Department.objects.create(slug="finance", name="Finanzas")
    return Plan(finance, "Pagar cada día", date(2026, 12, 1), date(2026, 12, 31))


def test_an_accepted_finding_begins_an_improvement(found, plan, analyst):
    improvement = accept_finding(actor=analyst, finding_id=found.id, plan=plan)
    assert only().status == FindingStatus.ACCEPTED and improvement_of(found) == improvement
    assert (improvement.department, improvement.ends_on) == (plan.department, date(2026, 12, 31))
    entry = AuditEntry.objects.get(action="finding.accepted")
    assert (entry.actor, entry.detail["from"], entry.detail["why"]) == (analyst, "new", "Pagar cada día")


@pytest.mark.parametrize("decide", [dismiss_finding, dispute_finding])
def test_a_dismissal_and_a_dispute_need_their_reason(found, analyst, decide):
    with pytest.raises(WhyMissing):
        decide(actor=analyst, finding_id=found.id, why="  ")
    assert only().status == FindingStatus.NEW and len(trail_of(found)) == 1


def test_a_decision_is_a_row_with_who_from_to_and_why(found, analyst):
    dismiss_finding(actor=analyst, finding_id=found.id, why=" Ya lo sabíamos ")
    change = trail_of(found)[0]
    assert (change.by, change.before, change.after, change.why) == (
        analyst,
        "new",
        "dismissed",
        "Ya lo sabíamos",
    )


def test_a_decision_is_taken_back_and_its_improvement_dropped(found, plan, analyst):
    accept_finding(actor=analyst, finding_id=found.id, plan=plan)
    reopen_finding(actor=analyst, finding_id=found.id)
    assert only().status == FindingStatus.NEW and improvement_of(found) is None
    assert Improvement.objects.get().dropped_at is not None
    accept_finding(actor=analyst, finding_id=found.id, plan=plan)
    assert Improvement.objects.count() == 2


def test_nobody_decides_the_same_twice_nor_on_what_is_gone(found, analyst):
    dismiss_finding(actor=analyst, finding_id=found.id, why="x")
    with pytest.raises(AlreadyDecided):
        dismiss_finding(actor=analyst, finding_id=found.id, why="x")
    look(day=1)
    with pytest.raises(AlreadyDecided):
        dispute_finding(actor=analyst, finding_id=found.id, why="x")


def test_a_finding_that_never_was_cannot_be_decided_on(analyst):
    with pytest.raises(UnknownFinding):
        reopen_finding(actor=analyst, finding_id=77)


@pytest.mark.parametrize("role", ["agent", "store"])
def test_who_only_sees_journeys_decides_nothing(found, plan, make_staff, role):
    with pytest.raises(Forbidden):
        accept_finding(actor=make_staff(role), finding_id=found.id, plan=plan)
    assert only().status == FindingStatus.NEW


@pytest.mark.parametrize("role", ["admin", "cx_lead", "analyst", "department_head"])
def test_whoever_answers_for_it_decides(found, plan, make_staff, role):
    accept_finding(actor=make_staff(role), finding_id=found.id, plan=plan)
    assert only().status == FindingStatus.ACCEPTED
