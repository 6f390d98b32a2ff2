"""Write down what a look found: the same problem stays one finding, and what is not found any more is gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from recorrido.company.actions import audit
from recorrido.improve.actions.keeping import forget_journeys
from recorrido.improve.models import (
    DECIDED_BY_PEOPLE,
    Finding,
    FindingChange,
    FindingFigure,
    FindingRun,
    FindingStatus,
)
from recorrido.journeys.queries import Study, values_in_force
from recorrido.shared import clock

_LOCK = 4_917_003  # one look is written down at a time
Told = Mapping[str, Any]
Identity = tuple[str, str, str, str, str]
SUMMED = ("total", "tested", "months", "atoms", "summary")


@transaction.atomic
def take_in(study: Study, result: dict[str, Any]) -> FindingRun | None:
    """Told the result of a look at ``study``, in the transaction that keeps it. None: a newer log was looked at already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    last = FindingRun.objects.newest()
    if last is not None and last.as_of > study.log.as_of:
        return None
    run = _run(study, result)
    known = {_identity_of(row): row for row in Finding.objects.select_for_update()}
    decisions = _decisions()
    seen = {_identity(told): told for told in result["findings"]}
    for identity, told in seen.items():
        _note(run, known.get(identity), identity, told, decisions)
    for identity in known.keys() - seen.keys():
        _missed(run, known[identity])
    forget_journeys(except_of=run.log_version)
    detail = {"journeys": run.journey_type, "log": run.log_version, "found": run.found}
    audit(actor=None, action="findings.found", subject="finding_run", subject_id=run.id, detail=detail)
    return run


def _run(study: Study, result: Told) -> FindingRun:
    values = values_in_force()
    return FindingRun.objects.create(
        journey_type=study.journey_type.slug,
        log_version=study.version,
        as_of=study.log.as_of,
        values=values.number if values else None,
        found=sum(not told["discarded"] for told in result["findings"]),
        summary={name: result.get(name) for name in SUMMED},
    )


def _identity(told: Told) -> Identity:
    cause = told["cause"] or {}
    named = (told["kind"], told["step"], cause.get("attribute"), cause.get("value"), told["department"])
    kind, step, attribute, value, department = (str(part or "")[:200] for part in named)
    return kind[:40], step, attribute[:100], value, department[:40]


def _identity_of(row: Finding) -> Identity:
    return row.kind, row.step, row.cause_attribute, row.cause_value, row.department


def _decisions() -> dict[int, str]:
    """Finding → what people decided on it last."""
    changes = FindingChange.objects.filter(by__isnull=False).order_by("id")
    return dict(changes.values_list("finding_id", "after"))


def _note(
    run: FindingRun, row: Finding | None, identity: Identity, told: Told, decisions: Mapping[int, str]
) -> None:
    """Its figures of this run, and its status if that changes with them."""
    money = told["money"] or {}
    if row is None:
        row = _first(run, identity, told)
    else:
        decided = decisions.get(row.id, "")
        _move(run, row, _status_of(row.status, decided, discarded=told["discarded"]))
    row.last_run, row.key, row.journeys = run, told["id"], told["journeys"]
    row.money, row.detail = money.get("expected"), dict(told)
    row.save(update_fields=["last_run", "key", "journeys", "money", "detail"])
    FindingFigure.objects.create(
        finding=row,
        run=run,
        journeys=told["journeys"],
        low=money.get("low"),
        expected=money.get("expected"),
        high=money.get("high"),
        currency=money.get("currency") or "",
        discarded=told["discarded"],
    )


def _first(run: FindingRun, identity: Identity, told: Told) -> Finding:
    kind, step, attribute, value, department = identity
    status = FindingStatus.LOOK_ALIKE if told["discarded"] else FindingStatus.NEW
    row = Finding.objects.create(
        kind=kind,
        key=told["id"],
        step=step,
        cause_attribute=attribute,
        cause_value=value,
        department=department,
        status=status,
        first_run=run,
        last_run=run,
    )
    FindingChange.objects.create(finding=row, run=run, after=status)
    return row


def _status_of(before: str, decided: str, *, discarded: bool) -> str:
    """What a finding is after it was found, or found to be a look-alike. A decision of people outlives its absence."""
    stands = decided in DECIDED_BY_PEOPLE
    if discarded:
        return FindingStatus.GONE if stands else FindingStatus.LOOK_ALIKE
    if before not in (FindingStatus.GONE, FindingStatus.LOOK_ALIKE):
        return before
    return decided if stands else FindingStatus.NEW


def _missed(run: FindingRun, row: Finding) -> None:
    """Not found by this look."""
    _move(run, row, FindingStatus.GONE)


def _move(run: FindingRun, row: Finding, status: str) -> None:
    if row.status == status:
        return
    FindingChange.objects.create(finding=row, run=run, before=row.status, after=status)
    gone_before = row.status == FindingStatus.GONE
    row.returned = gone_before and status not in (FindingStatus.GONE, FindingStatus.LOOK_ALIKE)
    row.status, row.changed_at = status, clock.now()
    row.save(update_fields=["status", "returned", "changed_at"])
