"""Looking for findings: the stored analysis that the worker carries out, and what it keeps beside its result."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from recorrido.improve.actions import keep_journeys
from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Progress
from recorrido.journeys.queries import Study, default_filters, regular_share
from trayecto import TrayectoError
from trayecto.chance import wilson

if TYPE_CHECKING:
    from trayecto.findings import Finding

NINE_IN_TEN = 0.9  # level of the intervals that findings show
NOTHING = {"low": 0.0, "expected": 0.0, "high": 0.0}


def applies(study: Study) -> bool:
    """Findings speak of the journeys that the blueprint names first: one look at the company, not one per log."""
    return study.journey_type.slug == study.blueprint.default_journey


def look(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """What ``trayecto findings`` says of the log, with ``summary``: the figures that Home opens with.

    ``atoms``: how many journeys lie in just these findings, so that any choice of findings can count each journey once.
    """
    from trayecto.findings import findings  # statistics that no web process needs

    progress(0.05)
    found = findings(study.log)
    progress(0.7)
    standing = found.standing
    names = study.log.attributes["journey"]
    keep_journeys(
        log_version=study.version, journeys={one.id: names.take(one.rows).to_pylist() for one in standing}
    )
    progress(0.85)
    told = found.to_dict()
    told["findings"] = [
        row | _wait(study, one) for row, one in zip(told["findings"], found.findings, strict=True)
    ]
    summary = {"contacts": _contacts(study), "regular": _regular(study)}
    return {**told, "atoms": _atoms(standing), "summary": summary}


def _wait(study: Study, one: Finding) -> dict[str, Any]:
    """How long those wait whom a broken promise touches: seconds, half of them longer."""
    touchpoint = study.blueprint.by_key.get(one.step)
    since = touchpoint.promise.since if touchpoint and touchpoint.promise else None
    if since is None or since not in study.steps or one.step not in study.steps or not one.journeys:
        return {}
    chosen = np.zeros(study.log.total_rows, dtype=bool)
    chosen[one.rows] = True
    taken = replace(study.log, selection=chosen).durations(since, one.step)
    return {"wait": {"median": taken.seconds.median, "since": since}} if taken.seconds else {}


def _atoms(standing: tuple[Finding, ...]) -> list[dict[str, Any]]:
    if not standing:
        return []
    rows = np.unique(np.concatenate([one.rows for one in standing]))
    member = np.stack([np.isin(rows, one.rows, assume_unique=True) for one in standing], axis=1)
    sets, counts = np.unique(member, axis=0, return_counts=True)
    return [
        {"findings": [standing[place].id for place in np.flatnonzero(among)], "journeys": int(count)}
        for among, count in zip(sets, counts, strict=True)
    ]


def _contacts(study: Study) -> dict[str, Any] | None:
    """What share of the support contacts is born in a process of the company: all but the unexplained. None without
    support contacts."""
    from trayecto.demand import failure_demand

    try:
        told = failure_demand(study.log).to_dict()
    except TrayectoError:
        return None
    if not told["contacts"]:
        return None
    rest = next((one["share"] for one in told["by_cause"] if one["born_at"] is None), NOTHING)
    inside = {
        low: 1 - rest[high] for low, high in (("low", "high"), ("expected", "expected"), ("high", "low"))
    }
    return {"contacts": told["contacts"], "inside": inside}


def _regular(study: Study) -> dict[str, Any]:
    """In the period that journey pages begin with, so that a click shows the same figure."""
    filters = default_filters(study)
    share = regular_share(study, filters)
    decided = share.decided.count
    between = wilson((share.share or 0.0) * decided, decided, NINE_IN_TEN)
    return {
        "share": share.share,
        "between": [between.low, between.high] if between else None,
        "journeys": decided,
        "target": study.blueprint.target,
        "query": filters.encode(),
    }
