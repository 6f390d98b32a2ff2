"""The weakest link and changes as pages ask for them: worked out by the worker, and the journeys behind each slip."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Kind, Progress
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.queries import Filters, Study, register_selection
from recorrido.journeys.queries.answers import kept
from trayecto.changes import Entry, changes
from trayecto.changes.calendar import GIVEN, nearest
from trayecto.drivers import drivers
from trayecto.drivers.rows import journeys_with_slips
from trayecto.filters import marked

DRIVERS, CHANGES, SELECTION = "drivers", "changes", "slip"
DESIGN = "blueprint"  # the kind of an entry whose label is the number of a blueprint version


def weigh_steps(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """As ``trayecto drivers`` says it, with the journeys behind each slip."""
    told = drivers(study.log, progress=lambda share: progress(0.95 * share)).to_dict()
    rows = _rows(study)
    for step in told["steps"]:
        step["behind"] = int(rows[step["step"], step["kind"]].sum())
    return told


def find_changes(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """As ``trayecto changes`` says it, with the blueprint versions and holidays that stand near."""
    return changes(study.log, design_entries(study), progress=progress).to_dict()


def design_entries(study: Study) -> list[Entry]:
    """The days on which blueprint versions were installed."""
    zone = ZoneInfo(study.blueprint.time_zone)
    rows = BlueprintVersion.objects.order_by("id").values_list("installed_at", "number")
    return [Entry(moment.astimezone(zone).date(), str(number), DESIGN) for moment, number in rows]


def entries_told(text: str) -> list[Entry]:
    """``2026-09-22 New release``, a line each; raises BadSelection for a line without a date."""
    return [_entry(line.strip(), place) for place, line in enumerate(text.splitlines(), 1) if line.strip()]


def _entry(line: str, place: int) -> Entry:
    day, _space, label = line.partition(" ")
    try:
        return Entry(datetime.date.fromisoformat(day), label.strip() or day, GIVEN)
    except ValueError:
        raise BadSelection(
            _("Line %(place)s of the calendar, “%(line)s”, does not begin with a date such as 2026-09-22.")
            % {"place": place, "line": line[:60]}
        ) from None


def nearest_to(change: Mapping[str, Any], entries: Iterable[Entry]) -> Entry | None:
    """What stands nearest to a change of a stored result: what it found itself, or one of more entries."""
    known = change["nearest"]
    own = [Entry(_day(known["date"]), known["label"], known["kind"])] if known else []
    days = (_day(change[name]) for name in ("since", "earliest", "latest"))
    return nearest([*own, *entries], *days)


def _day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


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


KINDS = (Kind(DRIVERS, run=weigh_steps, scheduled=True), Kind(CHANGES, run=find_changes, scheduled=True))
register_selection(SELECTION, journeys_slipping)
