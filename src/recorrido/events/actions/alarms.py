"""Alarms: opened when a finding appears, told by e-mail, closed when it has been gone for some minutes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.company.access import Permission, may
from recorrido.company.actions import alarm_staff, audit
from recorrido.company.models import Staff
from recorrido.events.models import Alarm, HealthThreshold, Source
from recorrido.events.queries.findings import Finding, Limits, sentence_of
from recorrido.events.queries.health import health
from recorrido.shared import clock, sql

CALM = timedelta(minutes=5)  # a finding that comes and goes within this is one alarm
USEFUL = timedelta(hours=12)
_LOCK = "SELECT pg_advisory_xact_lock(7012)"

Matter = tuple[str, str]


def review_alarms() -> tuple[int, int]:
    """Open an alarm for each new finding and close those that are over; returns how many of each.

    Findings of a source whose alarms are switched off open none.
    """
    found = {(one.code, one.subject): one for one in health().findings}
    quiet = set(HealthThreshold.objects.filter(alarms=False).values_list("source__name", flat=True))
    loud = {matter: one for matter, one in found.items() if one.subject not in quiet}
    with transaction.atomic():
        sql.fetch(_LOCK)  # two workers would both see that none is open
        alarms = {
            (alarm.code, alarm.subject): alarm for alarm in Alarm.objects.filter(closed_at__isnull=True)
        }
        opened = _open([one for matter, one in loud.items() if matter not in alarms])
        _see([alarms[matter] for matter in loud if matter in alarms], loud)
        closed = _close([alarm for matter, alarm in alarms.items() if matter not in loud])
    return opened, closed


def set_threshold(
    *, actor: Staff, source: Source, alarms: bool, limits: dict[str, int | None], ahead_hours: int | None
) -> None:
    """Change what a source may do before it is an alarm, and how far ahead of our clock its events may be."""
    limits = {name: limits.get(name) for name in Limits.__annotations__}
    row, _made = HealthThreshold.objects.get_or_create(source=source)
    before = {name: getattr(row, name) for name in limits} | {
        "alarms": row.alarms,
        "ahead_hours": source.ahead_hours,
    }
    after = limits | {"alarms": alarms, "ahead_hours": ahead_hours}
    with transaction.atomic():
        HealthThreshold.objects.filter(source=source).update(alarms=alarms, **limits)
        Source.objects.filter(id=source.id).update(ahead_hours=ahead_hours)
        changed = [name for name, value in after.items() if before[name] != value]
        detail = {
            "from": {name: before[name] for name in changed},
            "to": {name: after[name] for name in changed},
        }
        audit(
            actor=actor, action="source.limits_changed", subject="source", subject_id=source.id, detail=detail
        )


def _open(findings: Iterable[Finding]) -> int:
    opened = 0
    for finding in findings:
        alarm = Alarm.objects.create(
            code=finding.code,
            subject=finding.subject,
            severity=finding.severity,
            facts=finding.facts,
            opened_at=clock.now(),
            seen_at=clock.now(),
        )
        _tell(alarm, "opened")
        opened += 1
    return opened


def _see(alarms: Iterable[Alarm], found: dict[Matter, Finding]) -> None:
    for alarm in alarms:
        facts = found[(alarm.code, alarm.subject)].facts
        Alarm.objects.filter(id=alarm.id).update(seen_at=clock.now(), facts=facts)


def _close(alarms: Iterable[Alarm]) -> int:
    over = [alarm for alarm in alarms if clock.now() - alarm.seen_at >= CALM]
    for alarm in over:
        Alarm.objects.filter(id=alarm.id).update(closed_at=clock.now())
        _tell(alarm, "closed")
    return len(over)


def _tell(alarm: Alarm, what: str) -> None:
    """A mail to each active member of staff who wants alarms and may see the page they are about."""
    alarm_staff(
        key=f"alarm:{alarm.id}:{what}",
        concerns=lambda staff: may(staff, Permission.SEE_DATA),
        words=lambda: _words(alarm, what),
        useful_until=clock.now() + USEFUL,
    )


def _words(alarm: Alarm, what: str) -> tuple[str, str]:
    sentence = sentence_of(alarm.code, alarm.facts)
    if what == "closed":
        subject = _("Over: %(subject)s") % {"subject": alarm.subject}
        return subject, _("This alarm is closed: %(sentence)s") % {"sentence": sentence}
    subject = _("Data alarm: %(subject)s") % {"subject": alarm.subject}
    where = _("Look at it under Data, Health. You switch these mails off in your account.")
    return subject, f"{sentence}\n\n{where}"
