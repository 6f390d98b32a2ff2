"""What staff do about incidents, and which they want to hear of."""

from __future__ import annotations

from django.db import transaction

from recorrido.company.access import Permission, require
from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.journeys.watch.actions.incidents import close
from recorrido.journeys.watch.actions.telling import tell_closed
from recorrido.journeys.watch.errors import UnknownIncident, UnknownSubject
from recorrido.journeys.watch.models import ClosedBy, Incident, Sensitivity, Verdict, WatchSetting
from recorrido.journeys.watch.queries import find_watched
from recorrido.shared import clock


@transaction.atomic
def acknowledge(*, actor: Staff, incident_id: int, note: str = "") -> None:
    """Say "I am looking after it"; the first who does stays the one. Raises Forbidden, UnknownIncident."""
    incident = _held(actor, incident_id)
    if incident.acknowledged_at is None:
        incident.acknowledged_at, incident.acknowledged_by = clock.now(), actor
    incident.note = note or incident.note
    incident.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    _audit(actor, incident, "incident.acknowledged", note)


@transaction.atomic
def close_by_hand(*, actor: Staff, incident_id: int, why: str = "") -> bool:
    """Close an open incident before its rate returns; the subject then rests for an hour. False if it was closed."""
    incident = _held(actor, incident_id)
    if not incident.is_open:
        return False
    now = clock.now()
    close(incident, by=ClosedBy.STAFF, now=now)
    tell_closed(now)
    _audit(actor, incident, "incident.closed", why)
    return True


@transaction.atomic
def judge_incident(*, actor: Staff, incident_id: int, verdict: Verdict, calmer: bool = False) -> None:
    """Say whether there was something; a false alarm is closed, and with ``calmer`` its subject needs more proof."""
    incident = _held(actor, incident_id)
    before, incident.verdict = incident.verdict, verdict
    incident.save(update_fields=["verdict"])
    detail = {"from": before, "to": str(verdict)}
    audit(actor=actor, action="incident.judged", subject="incident", subject_id=incident.pk, detail=detail)
    if verdict == Verdict.FALSE_ALARM and incident.is_open:
        close_by_hand(actor=actor, incident_id=incident.pk, why=str(Verdict.FALSE_ALARM))
    if verdict == Verdict.FALSE_ALARM and calmer:
        _choose(actor, incident.subject, {"sensitivity": Sensitivity.CALM})


@transaction.atomic
def tune(*, actor: Staff, subject: str, watched: bool, sensitivity: str, at_least: int | None) -> None:
    """Decide about one subject, instead of the blueprint. Raises Forbidden, UnknownSubject."""
    require(actor, Permission.EDIT_BLUEPRINT)
    if subject not in {row.named.subject.key for row in find_watched("", clock.now())}:
        raise UnknownSubject
    _choose(actor, subject, {"watched": watched, "sensitivity": sensitivity, "at_least": at_least})


def _choose(actor: Staff, subject: str, changes: dict[str, object]) -> None:
    setting, _made = WatchSetting.objects.get_or_create(subject=subject)
    before = {name: getattr(setting, name) for name in changes}
    for name, value in changes.items():
        setattr(setting, name, value)
    setting.save(update_fields=list(changes))
    if before != changes:
        detail = {"from": before, "to": changes}
        audit(actor=actor, action="watch.tuned", subject="watch", subject_id=subject, detail=detail)


def _held(actor: Staff, incident_id: int) -> Incident:
    require(actor, Permission.HANDLE_INCIDENTS)
    incident = Incident.objects.select_for_update().filter(pk=incident_id).first()
    if incident is None:
        raise UnknownIncident
    return incident


def _audit(actor: Staff, incident: Incident, action: str, why: str) -> None:
    detail = {"subject": incident.subject} | ({"why": why} if why else {})
    audit(actor=actor, action=action, subject="incident", subject_id=incident.pk, detail=detail)
