"""The weakest link and changes as pages ask for them: worked out by the worker, and the journeys behind each slip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.queries import result_of_version
from recorrido.journeys.analyses.registry import Kind, Progress
from recorrido.journeys.calendar.queries import known_entries
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import Filters, Study, register_selection
from recorrido.journeys.queries.answers import kept
from trayecto.changes import changes, named_anew
from trayecto.drivers import drivers
from trayecto.drivers.rows import journeys_with_slips
from trayecto.filters import marked

DRIVERS, CHANGES, SELECTION = "drivers", "changes", "slip"


def weigh_steps(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """As ``trayecto drivers`` says it, with the journeys behind each slip."""
    told = drivers(study.log, progress=lambda share: progress(0.95 * share)).to_dict()
    rows = _rows(study)
    for step in told["steps"]:
        step["behind"] = int(rows[step["step"], step["kind"]].sum())
    return told


def find_changes(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """As ``trayecto changes`` says it, by the company's calendar and the versions of its design. Where only the calendar is
    another than when this log was looked at, what was found stands, and what stands near it is named anew."""
    entries = known_entries(study.blueprint)
    found = result_of_version(study, CHANGES)
    if found is not None and found.get("first"):
        return named_anew(found, entries)
    return changes(study.log, entries, progress=progress).to_dict()


@kept
def _rows(study: Study) -> Mapping[tuple[str, str], Any]:
    return journeys_with_slips(study.log)


def journeys_slipping(study: Study, _filters: Filters, step: str, kind: str) -> Any:
    """The journeys in which a step goes badly in one way; raises BadSelection."""
    found = _rows(study).get((step, kind))
    if found is None:
        raise BadSelection(
            _("In these journeys no step “%(step)s” is “%(kind)s”.") % {"step": step, "kind": kind}
        )
    return marked(found)


KINDS = (
    Kind(DRIVERS, run=weigh_steps, scheduled=True),
    Kind(CHANGES, run=find_changes, scheduled=True, by_calendar=True),
)
register_selection(SELECTION, journeys_slipping)
