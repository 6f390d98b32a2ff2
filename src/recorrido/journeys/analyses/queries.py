"""What was worked out, for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Subquery
from django.db.models.functions import Coalesce

from recorrido.journeys.analyses.models import Analysis, AnalysisState, Parameters
from recorrido.journeys.analyses.registry import kind_of
from recorrido.journeys.calendar.models import EDITION
from recorrido.journeys.models import ValueModelVersion
from recorrido.journeys.queries import Study

VALUES_IN_FORCE = Coalesce(Subquery(ValueModelVersion.objects.order_by("-id").values("number")[:1]), 0)


@dataclass(frozen=True)
class Stored:
    """``asked``: the analysis of this very log version by the value model and calendar in force, whatever its state. ``shown``: that one when it is done, else the newest
    done one of an older version. None: there is none."""

    asked: Analysis | None
    shown: Analysis | None

    @property
    def result(self) -> dict[str, Any] | None:
        return self.shown.result if self.shown else None

    @property
    def is_older(self) -> bool:
        """Whether the result speaks of another version than the page."""
        return self.shown is not None and self.shown is not self.asked

    @property
    def under_way(self) -> bool:
        return self.asked is not None and self.asked.under_way

    @property
    def failed(self) -> bool:
        return self.asked is not None and self.asked.state == AnalysisState.FAILED


def analysis_of(study: Study, kind: str, parameters: Parameters | None = None) -> Stored:
    """What is known of this question about this log: two probes of an index."""
    rows = Analysis.objects.about(study.journey_type.slug, kind, parameters or {})
    calendar = EDITION if kind_of(kind).by_calendar else 0
    asked = rows.filter(log_version=study.version, values=VALUES_IN_FORCE, calendar=calendar).first()
    if asked is not None and asked.state == AnalysisState.DONE:
        return Stored(asked, asked)
    return Stored(asked, rows.done().order_by("-id").first())


def result_of_version(study: Study, kind: str) -> dict[str, Any] | None:
    """The newest result of this very log version, without parameters, by whatever values and calendar."""
    rows = Analysis.objects.about(study.journey_type.slug, kind, {}).done().filter(log_version=study.version)
    return rows.order_by("-id").values_list("result", flat=True).first()


def newest_result(journey_type: str, kind: str, parameters: Parameters | None = None) -> Analysis | None:
    """The newest done analysis, of whatever log version: for pages that open no log, such as the first one."""
    return Analysis.objects.about(journey_type, kind, parameters or {}).done().order_by("-id").first()


def analysis_by_id(analysis_id: int) -> Analysis | None:
    return Analysis.objects.filter(id=analysis_id).first()


def recent(kind: str, journey_type: str, most: int = 20) -> list[Analysis]:
    """The newest analyses of a kind, with whatever parameters: what was asked lately."""
    return list(Analysis.objects.filter(kind=kind, journey_type=journey_type).order_by("-id")[:most])
