"""The regular path, the ways off it, and the open journeys that leave it: worked out by the worker, asked for by pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from recorrido.journeys.analyses.models import Analysis, Parameters
from recorrido.journeys.analyses.queries import newest_result
from recorrido.journeys.analyses.registry import Kind, Progress
from recorrido.journeys.errors import BadSelection, JourneysError
from recorrido.journeys.queries import Filters, Study, blueprint_in_force, register_selection
from recorrido.journeys.queries.answers import kept
from trayecto.errors import BadValue
from trayecto.filters import marked
from trayecto.leaving import leaving
from trayecto.regular import Standing, regular
from trayecto.regular.branches import rows_by_branch

REGULAR, LEAVING, SELECTION = "regular", "leaving", "branch"
MOST = 5_000  # open journeys that are listed, the likeliest first


def has_goal(study: Study) -> bool:
    return bool(study.goal)


def work_out_regular(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """The share of the regular path and every branch off it, as ``trayecto regular`` says them."""
    return regular(study.log, progress).to_dict()


def work_out_leaving(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """The open journeys that left the regular path or are likely to; ``too_short`` says why there is no score."""
    progress(0.2)
    try:
        found = leaving(study.log).to_dict()
    except BadValue as error:
        return {"open": 0, "score": None, "journeys": [], "owners": {}, "listed": 0, "too_short": str(error)}
    owners = Counter(one["owner"] or "" for one in found["journeys"])
    listed = found["journeys"][:MOST]
    return found | {"journeys": listed, "owners": dict(owners), "listed": len(listed)}


@kept
def _branches(study: Study) -> Mapping[tuple[str, str], Any]:
    return rows_by_branch(Standing.of(study.log))


def journeys_of_branch(study: Study, _filters: Filters, kind: str, name: str) -> Any:
    """The journeys that take one branch off the regular path; raises BadSelection."""
    found = _branches(study).get((kind, name))
    if found is None:
        raise BadSelection(f"No journey leaves the regular path by '{name}'.")
    return marked(found)


def leaving_of_person(person_id: int) -> tuple[Analysis, dict[str, Any]] | None:
    """The open journey of a person that left the regular path or is likely to, and the analysis that says so."""
    try:
        _version, blueprint = blueprint_in_force()
    except JourneysError:
        return None
    analysis = newest_result(blueprint.default_journey, LEAVING)
    if analysis is None:
        return None
    found = _by_person(analysis.id).get(str(person_id))
    return None if found is None else (analysis, found)


@lru_cache(maxsize=4)
def _by_person(analysis_id: int) -> dict[str, dict[str, Any]]:
    """A result never changes, so one reading per process is enough."""
    result = Analysis.objects.values_list("result", flat=True).get(id=analysis_id) or {}
    return {one["person"]: one for one in reversed(result.get("journeys", [])) if one["person"]}


REGULAR_KIND = Kind(REGULAR, run=work_out_regular, scheduled=True, applies=has_goal)
LEAVING_KIND = Kind(LEAVING, run=work_out_leaving, scheduled=True, applies=has_goal)
register_selection(SELECTION, journeys_of_branch)
