"""Deviations as a stored analysis, worked out by itself for journeys whose design has a path."""

from __future__ import annotations

from typing import Any

from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Kind, Progress, register
from recorrido.journeys.conformance.deviating import KIND
from recorrido.journeys.queries.study import Study
from trayecto.deviations import find, finish


def register_deviations() -> None:
    register(Kind(KIND, run=_run, scheduled=True, applies=has_path))


def has_path(study: Study) -> bool:
    """Whether the design says how these journeys should go."""
    return study.journey_type.path is not None or bool(study.journey_type.exceptions)


def _run(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    progress(0.05)
    found = find(study.log, study.blueprint, study.journey_type)
    progress(0.4)
    return finish(found).to_dict()
