"""What people decide on a finding: each decision is a row (who, when, from, to, why) and an audit entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from recorrido.company.actions import audit
from recorrido.company.models import Department, Staff
from recorrido.improve.access import require_handling
from recorrido.improve.errors import AlreadyDecided, WhyMissing
from recorrido.improve.models import (
    DisputedJourney,
    Finding,
    FindingChange,
    FindingStatus,
    Improvement,
)
from recorrido.improve.queries import finding_by_id, sampled_journeys
from recorrido.shared import clock

LONGEST = 2_000


@dataclass(frozen=True)
class Plan:
    """How an improvement begins: whose it is, what is done, from when to when."""

    department: Department
    what: str = ""
    starts_on: date | None = None
    ends_on: date | None = None


@transaction.atomic
def accept_finding(*, actor: Staff, finding_id: int, plan: Plan) -> Improvement:
    """The finding is true, and something is done about it. Raises Forbidden, UnknownFinding, AlreadyDecided."""
    require_handling(actor)
    found = _locked(finding_id, FindingStatus.ACCEPTED)
    improvement = Improvement.objects.create(
        finding=found,
        department=plan.department,
        what=plan.what.strip()[:LONGEST],
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
        created_by=actor,
    )
    _decide(actor, found, FindingStatus.ACCEPTED, plan.what)
    audit(
        actor=actor,
        action="improvement.begun",
        subject="improvement",
        subject_id=improvement.id,
        detail={"finding": found.id, "department": plan.department.slug},
    )
    return improvement


@transaction.atomic
def dismiss_finding(*, actor: Staff, finding_id: int, why: str) -> Finding:
    """Nothing is done about it, for a reason. Raises Forbidden, UnknownFinding, WhyMissing, AlreadyDecided."""
    require_handling(actor)
    found = _locked(finding_id, FindingStatus.DISMISSED)
    _decide(actor, found, FindingStatus.DISMISSED, _reason(why))
    return found


@transaction.atomic
def dispute_finding(*, actor: Staff, finding_id: int, why: str) -> Finding:
    """Somebody doubts it: up to twenty of its journeys are kept as they stand now, to be looked at one by one.

    Raises Forbidden, UnknownFinding, WhyMissing, AlreadyDecided.
    """
    require_handling(actor)
    found = _locked(finding_id, FindingStatus.DISPUTED)
    change = _decide(actor, found, FindingStatus.DISPUTED, _reason(why))
    DisputedJourney.objects.bulk_create(
        DisputedJourney(
            change=change, journey=one.journey, person=one.person, started=one.started, steps=one.steps
        )
        for one in sampled_journeys(found)
    )
    return found


@transaction.atomic
def reopen_finding(*, actor: Staff, finding_id: int, why: str = "") -> Finding:
    """Take a decision back. Raises Forbidden, UnknownFinding, AlreadyDecided."""
    require_handling(actor)
    found = _locked(finding_id, FindingStatus.NEW)
    _decide(actor, found, FindingStatus.NEW, why)
    return found


def _locked(finding_id: int, wanted: str) -> Finding:
    """The finding, held until the decision is written; nobody decides on what is gone, or twice the same."""
    finding_by_id(finding_id)
    found = Finding.objects.select_for_update().get(id=finding_id)
    if found.status in (wanted, FindingStatus.GONE, FindingStatus.LOOK_ALIKE):
        raise AlreadyDecided
    return found


def _reason(why: str) -> str:
    if not why.strip():
        raise WhyMissing
    return why


def _decide(actor: Staff, found: Finding, status: str, why: str) -> FindingChange:
    before, why = found.status, why.strip()[:LONGEST]
    change = FindingChange.objects.create(finding=found, by=actor, before=before, after=status, why=why)
    if before == FindingStatus.ACCEPTED:
        Improvement.objects.filter(finding=found, dropped_at=None).update(dropped_at=clock.now())
    found.status, found.returned, found.changed_at = status, False, clock.now()
    found.save(update_fields=["status", "returned", "changed_at"])
    audit(
        actor=actor,
        action="finding.reopened" if status == FindingStatus.NEW else f"finding.{status}",
        subject="finding",
        subject_id=found.id,
        detail={"from": before, "to": status, "why": why},
    )
    return change
