"""Incidents: what is broken now for many, what was, and whom it touched."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_noop as _
from ninja import Query, Schema
from pydantic import Field

from recorrido.api.read.answers import answer, utc
from recorrido.api.read.cursors import AFFECTED
from recorrido.api.read.cursors import INCIDENTS as CURSORS
from recorrido.api.read.journeys import FIGURES, ROWS
from recorrido.api.read.service import operation, router
from recorrido.api.read.words import Flag, Id, Limit
from recorrido.journeys.watch import queries
from recorrido.journeys.watch.models import Incident
from recorrido.shared import clock

incidents = router("incidents")


class IncidentShape(Schema):
    """``expected``: how many events are usual in that time. ``persons`` null: nobody can know."""

    id: int
    kind: str
    label: str
    touchpoint: str
    source: str
    owner: str
    first_minute: str
    opened_at: str
    closed_at: str | None
    closed_by: str
    seen: int
    expected: float
    minutes: int
    persons: int | None
    leader_id: int | None
    verdict: str


class IncidentsPage(Schema):
    items: list[IncidentShape]
    next: str | None


class TouchedShape(Schema):
    person_id: int
    times: int
    first_at: str
    last_at: str


class TouchedPage(Schema):
    items: list[TouchedShape]
    next: str | None


class Searched(Schema):
    open: Annotated[Flag, Field(description=_("Only those that are open now."))] = False
    q: Annotated[
        str, Field(max_length=200, description=_("Part of the touchpoint's or the source's name."))
    ] = ""
    limit: Limit = 50
    after: CURSORS.parameter() = ""  # type: ignore[valid-type]


@operation(
    incidents, "GET", "/incidents", scopes=FIGURES, shape=IncidentsPage, summary=_("Incidents, newest first")
)
def list_incidents(request: HttpRequest, asked: Searched = Query(...)) -> HttpResponse:
    found, before = queries.find_incidents(asked.q.strip()), CURSORS.number(asked.after)
    found = found.open() if asked.open else found
    found = found if before is None else found.filter(pk__lt=before)
    rows = list(found[: asked.limit + 1])
    following = CURSORS.write(rows[asked.limit - 1].pk) if len(rows) > asked.limit else None
    return answer(request, {"items": [_shown(one) for one in rows[: asked.limit]], "next": following})


@operation(
    incidents, "GET", "/incidents/{incident_id}", scopes=FIGURES, shape=IncidentShape, found_by_name=True,
    summary=_("One incident"),
)  # fmt: skip
def incident(request: HttpRequest, incident_id: Id) -> HttpResponse:
    return answer(request, _shown(queries.find_incident(incident_id)))


@operation(
    incidents, "GET", "/incidents/{incident_id}/persons", scopes=ROWS, shape=TouchedPage, found_by_name=True,
    summary=_("The persons an incident touched, by id"),
)  # fmt: skip
def persons(
    request: HttpRequest,
    incident_id: Id,
    limit: Limit = Query(50),
    after: AFFECTED.parameter() = Query(""),  # type: ignore[valid-type]
) -> HttpResponse:
    found = queries.find_incident(incident_id)
    start = AFFECTED.number(after) or 0
    rows = queries.affected_persons(found, now=clock.now(), after=start, limit=limit + 1)
    items = [
        {
            "person_id": one.person_id,
            "times": one.times,
            "first_at": utc(one.first_at),
            "last_at": utc(one.last_at),
        }
        for one in rows[:limit]
    ]
    following = AFFECTED.write(rows[limit - 1].person_id) if len(rows) > limit else None
    return answer(request, {"items": items, "next": following})


def _shown(incident: Incident) -> dict[str, Any]:
    spanish = (get_language() or "es").startswith("es")
    return {
        "id": incident.pk,
        "kind": incident.kind,
        "label": incident.label_es if spanish else incident.label_en,
        "touchpoint": incident.touchpoint,
        "source": incident.source,
        "owner": incident.owner,
        "first_minute": utc(incident.first_minute),
        "opened_at": utc(incident.opened_at),
        "closed_at": utc(incident.closed_at) if incident.closed_at else None,
        "closed_by": incident.closed_by,
        "seen": incident.seen,
        "expected": incident.expected,
        "minutes": incident.minutes,
        "persons": incident.persons,
        "leader_id": incident.leader_id,
        "verdict": incident.verdict,
    }
