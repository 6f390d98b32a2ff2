"""Taking out of old events what need not be kept: hash, skeleton and objects stay, so that duplicates stay duplicates.

Through the ledger's one opening for changes (``recorrido.erasing``), in short transactions, every night.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, Max, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.actions.recording import OWN_SOURCE, ensure_source, record_events
from recorrido.events.actions.settled import empty_settled
from recorrido.events.errors import BadSteps
from recorrido.events.models import (
    Event,
    EventCorrection,
    EventOverlay,
    EventType,
    RetentionRule,
    Source,
    SourceDay,
)
from recorrido.events.patterns import as_condition
from recorrido.events.queries.ledger import ledger_horizon
from recorrido.events.records import NewEvent
from recorrido.people.actions import forget_attributes
from recorrido.people.models import Identifier
from recorrido.shared import clock

BATCH, WINDOW = 2_000, 50_000  # events changed, and ledger ids looked through, in one transaction
PATIENCE = "5s"
MONTH = timedelta(days=30.44)
ANONYMOUS = ("anonymous",)


@dataclass(frozen=True)
class Due:
    """How many events a rule would change now. Not ``exact``: at most so many, by the counters."""

    events: int
    exact: bool


def save_retention_rule(
    *, actor: Staff, kind: str, source: Source | None, type_pattern: str, months: int
) -> RetentionRule:
    """Write a rule down; it works from the next night on. Raises BadSteps."""
    if months < 1 or kind not in (RetentionRule.EMPTY, RetentionRule.FORGET):
        raise BadSteps(_("Say what is taken out and after how many months, at least one."))
    with transaction.atomic():
        rule = RetentionRule.objects.create(
            kind=kind, source=source, type_pattern=type_pattern.strip(), months=months
        )
        _audit(actor, "retention_rule.saved", rule, {"to": _facts(rule)})
    return rule


def switch_retention_rule(*, actor: Staff, rule: RetentionRule, is_active: bool) -> None:
    """Let a rule rest, or work again. What it took out stays out."""
    with transaction.atomic():
        RetentionRule.objects.filter(id=rule.id).update(is_active=is_active)
        _audit(actor, "retention_rule.switched", rule, {"from": rule.is_active, "to": is_active})


def due_now(rule: RetentionRule) -> Due:
    """How many events the rule would change if it ran now: counted, if that takes less than five seconds."""
    until = _until(rule)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [PATIENCE])
            return Due(_meant(rule, until).count(), True)
    except DatabaseError:
        days = _days(rule).filter(first_at__lt=until)
        return Due(days.aggregate(n=Sum("events"))["n"] or 0, False)


def run_retention() -> int:
    """Carry out every active rule; returns how many events were changed."""
    return sum(_run(rule) for rule in RetentionRule.objects.filter(is_active=True).order_by("id"))


def _run(rule: RetentionRule) -> int:
    """What became old since the last night, and old events that arrived since; what was done needs no second look."""
    until, horizon = _until(rule), ledger_horizon()
    changed = sum(_empty(rule, part) for part in _parts(rule, until, horizon))
    settled = empty_settled(rule, until) if rule.kind == RetentionRule.EMPTY else 0
    with transaction.atomic():
        row = RetentionRule.objects.select_for_update().get(id=rule.id)
        RetentionRule.objects.filter(id=rule.id).update(
            done_before=until, done_id=horizon, last_run_at=clock.now(), emptied=row.emptied + changed
        )
        if changed or settled:
            facts = {"events": changed, "refused": settled, "before": until.isoformat()}
            _audit(None, "retention_rule.ran", rule, facts)
        if changed:
            _tell(rule, until)
    return changed


def _tell(rule: RetentionRule, until: datetime) -> None:
    """An event of our own, for those above who keep something made of events: it must go from there as well. It says
    nothing that another night would have to take out."""
    event = NewEvent(
        message_id=f"retention-{rule.id}-{until.isoformat()}",
        type="ledger.retention_ran",
        at=clock.now(),
    )
    record_events(source=ensure_source(name=OWN_SOURCE), events=[event])


def _parts(rule: RetentionRule, until: datetime, horizon: int) -> Iterator[QuerySet[Event]]:
    """The events to change, in stretches of the ledger that one transaction can look through."""
    meant = _meant(rule, until)
    if rule.done_before is not None:
        newly_old = _days(rule).filter(first_at__lt=until, last_at__gte=rule.done_before)
        bounds = newly_old.aggregate(first=Min("first_id"), last=Max("last_id"))
        if bounds["first"] is not None:
            last = min(bounds["last"], rule.done_id)
            yield from _stretches(meant.filter(at__gte=rule.done_before), bounds["first"] - 1, last)
    yield from _stretches(meant, rule.done_id, horizon)


def _stretches(meant: QuerySet[Event], after: int, last: int) -> Iterator[QuerySet[Event]]:
    for first in range(after, last, WINDOW):
        yield meant.filter(id__gt=first, id__lte=min(first + WINDOW, last))


def _empty(rule: RetentionRule, part: QuerySet[Event]) -> int:
    changed = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            ids = list(part.order_by("id").values_list("id", flat=True)[:BATCH])
            if not ids:
                return changed
            cursor.execute("SELECT set_config('recorrido.erasing', 'on', true)")
            _take_out(rule, ids)
            cursor.execute("SELECT set_config('recorrido.erasing', 'off', true)")
        changed += len(ids)


def _take_out(rule: RetentionRule, ids: list[int]) -> None:
    """An event that is emptied is meant no more, so a crash or a second look costs nothing."""
    if rule.kind == RetentionRule.EMPTY:
        Event.objects.filter(id__in=ids).update(properties={})
        return
    rows = Event.objects.filter(id__in=ids)
    forget_attributes(identifiers=set(rows.values_list("leaf_id", flat=True)), before=_until(rule))
    rows.update(properties={}, leaf=None, leaf_ids=[])
    EventCorrection.objects.filter(event_id__in=ids).update(leaf_id=None)
    EventOverlay.objects.filter(event_id__in=ids).update(leaf_id=None)


def _meant(rule: RetentionRule, until: datetime) -> QuerySet[Event]:
    """The events older than the rule allows that still hold what it takes out."""
    types = EventType.objects.filter(as_condition("name", rule.type_pattern)).values_list("id", flat=True)
    rows = Event.objects.filter(at__lt=until)
    if rule.type_pattern:
        rows = rows.filter(type_id__in=list(types))
    if rule.source_id is not None:
        rows = rows.filter(source_id=rule.source_id)
    if rule.kind == RetentionRule.EMPTY:
        return rows.exclude(properties={})
    return rows.filter(Q(leaf__isnull=False), Exists(_unknown_person()))


def _unknown_person() -> QuerySet[Identifier]:
    """The event's leaf, if everything known of its person is anonymous."""
    leaf = Identifier.objects.filter(id=OuterRef("leaf_id"), kind__in=ANONYMOUS)
    known = Identifier.objects.filter(person_id=OuterRef("person_id")).exclude(kind__in=ANONYMOUS)
    return leaf.filter(~Exists(known))


def _days(rule: RetentionRule) -> QuerySet[SourceDay]:
    days = SourceDay.objects.filter(as_condition("type__name", rule.type_pattern))
    return days.filter(source_id=rule.source_id) if rule.source_id is not None else days


def _until(rule: RetentionRule) -> datetime:
    return clock.now() - MONTH * rule.months


def _facts(rule: RetentionRule) -> dict[str, object]:
    return {
        "kind": rule.kind,
        "source": rule.source.name if rule.source else "",
        "types": rule.type_pattern,
        "months": rule.months,
    }


def _audit(actor: Staff | None, action: str, rule: RetentionRule, detail: dict[str, Any]) -> None:
    audit(actor=actor, action=action, subject="retention_rule", subject_id=rule.id, detail=detail)
