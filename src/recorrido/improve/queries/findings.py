"""The findings as rows: all that are known, one of them, what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from recorrido.improve.errors import UnknownFinding
from recorrido.improve.models import Finding, FindingChange, FindingFigure, FindingRun, Improvement
from recorrido.improve.queries.together import Money
from recorrido.journeys.analyses.models import Analysis

FINDINGS = "findings"  # the stored analysis that looks for them
MOST = 500  # rows of a list: a company with more has other worries
RUNS = 60  # of a history


def newest_run() -> FindingRun | None:
    """The last look; None before the first."""
    return FindingRun.objects.newest()


def known_findings() -> Sequence[Finding]:
    """All of them, whatever their status, most money first; those without money last, by journeys."""
    rows = Finding.objects.select_related("last_run", "first_run")
    return list(rows.order_by(F("money").desc(nulls_last=True), "-journeys", "id")[:MOST])


def finding_by_id(finding_id: int) -> Finding:
    """Raises UnknownFinding."""
    found = Finding.objects.select_related("last_run", "first_run").filter(id=finding_id).first()
    if found is None:
        raise UnknownFinding
    return found


@dataclass(frozen=True)
class Figures:
    """What one look said of a finding."""

    at: datetime
    log_version: str
    journeys: int
    money: Money | None
    discarded: bool


def history_of(found: Finding) -> Sequence[Figures]:
    """Its figures, the newest look first."""
    rows = FindingFigure.objects.filter(finding=found).select_related("run").order_by("-run_id")[:RUNS]
    return [
        Figures(row.run.as_of, row.run.log_version, row.journeys, _money(row), row.discarded) for row in rows
    ]


def _money(row: FindingFigure) -> Money | None:
    if row.low is None or row.expected is None or row.high is None:
        return None
    return Money(row.low, row.expected, row.high, row.currency)


def trail_of(found: Finding) -> Sequence[FindingChange]:
    """Every change of its status, the newest first."""
    return list(FindingChange.objects.filter(finding=found).select_related("by", "run").order_by("-id")[:200])


def improvement_of(found: Finding) -> Improvement | None:
    """What is being done about it."""
    rows = Improvement.objects.filter(finding=found, dropped_at=None).select_related(
        "department", "created_by"
    )
    return rows.first()


def improvements_of(found: Sequence[Finding]) -> dict[int, Improvement]:
    """Finding → what is being done about it."""
    rows = Improvement.objects.filter(finding__in=[one.id for one in found], dropped_at=None)
    return {row.finding_id: row for row in rows.select_related("department")}


def last_look() -> Analysis | None:
    """The newest look that was asked for, whatever came of it."""
    return Analysis.objects.filter(kind=FINDINGS).order_by("-id").first()
