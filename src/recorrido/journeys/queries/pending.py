"""What the journeys of a page do not show yet, and will once they are built anew."""

from __future__ import annotations

from dataclasses import dataclass

from recorrido.events.queries import past_changed_after, past_is_changing
from recorrido.journeys.models import RUNNING_STATES, JourneyBuild
from recorrido.journeys.queries.study import Study

REREADING, REREAD, DESIGNED = "rereading", "reread", "designed"


@dataclass(frozen=True)
class Pending:
    """``why``: past events are about to be read differently · are read differently since this log was built · a newer
    blueprint is in force. ``percent``: how far the build is that will show it; None while none runs."""

    why: str
    percent: int | None


def pending_reading(study: Study) -> Pending | None:
    """Why the newest version's figures are not the last word; None where they are. Of older versions nothing is said:
    they have a newer one to look at."""
    if study.newest.partition(".")[0] != study.build.log_version:
        return None
    why = _why(study)
    return Pending(why, _percent(study.journey_type.slug)) if why else None


def _why(study: Study) -> str:
    if past_is_changing():
        return REREADING
    if past_changed_after(study.build.bookmark or 0):
        return REREAD
    return "" if study.in_force == study.build.blueprint_id else DESIGNED


def _percent(journey_type: str) -> int | None:
    running = JourneyBuild.objects.filter(journey_type=journey_type, state__in=RUNNING_STATES)
    return running.order_by("-id").values_list("percent", flat=True).first()
