"""Incidents, and the persons they touch."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from psycopg import Cursor, sql

from recorrido.events.queries import event_relation
from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.matching import touchpoint_of_event
from recorrido.journeys.queries import blueprint_in_force
from recorrido.journeys.watch.detection import Kind
from recorrido.journeys.watch.errors import UnknownIncident
from recorrido.journeys.watch.models import Incident, IncidentQuerySet

PAGE = 50


def find_incidents(words: str = "") -> IncidentQuerySet:
    """Incidents, newest first, whose touchpoint or source holds the words."""
    return Incident.objects.found(words).select_related("acknowledged_by").order_by("-id")


def find_incident(incident_id: int) -> Incident:
    """Raises UnknownIncident."""
    found = Incident.objects.select_related("acknowledged_by").filter(pk=incident_id).first()
    if found is None:
        raise UnknownIncident
    return found


def incidents_together(incident: Incident) -> list[Incident]:
    """The others that belong to the same trouble."""
    root = incident.root_id
    return list(
        Incident.objects.filter(Q(pk=root) | Q(leader_id=root)).exclude(pk=incident.pk).order_by("id")
    )


def open_incidents() -> list[Incident]:
    return list(Incident.objects.open().order_by("-id"))


def open_by_subject() -> dict[str, Incident]:
    """The open incidents by touchpoint, or by the name of the silent source, for the journey map."""
    return {incident.touchpoint or f"source:{incident.source}": incident for incident in open_incidents()}


@dataclass(frozen=True)
class Affected:
    """A person whom an incident touched: how often, when first and last."""

    person_id: int
    times: int
    first_at: datetime
    last_at: datetime


def affected_persons(
    incident: Incident, *, now: datetime, after: int = 0, limit: int = PAGE
) -> list[Affected]:
    """Persons touched, by number, from the one after ``after``; of a touchpoint that dropped: those who came up to it."""
    rows = _fetch(
        "SELECT i.person_id, count(*), min(e.at), max(e.at) {events} AND i.person_id > {after}"
        " GROUP BY i.person_id ORDER BY i.person_id LIMIT {limit}",
        incident,
        now,
        after=sql.Literal(after),
        limit=sql.Literal(limit),
    )
    return [Affected(*row) for row in rows]


def count_affected(incident: Incident, *, now: datetime) -> int | None:
    """How many persons; None where nobody can know, as of a source that is silent."""
    if not _step_of(incident):
        return None
    ((persons,),) = _fetch("SELECT count(DISTINCT i.person_id) {events}", incident, now)
    return int(persons)


def _step_of(incident: Incident) -> str:
    """The touchpoint at which its persons stood."""
    return incident.touchpoint if incident.kind == Kind.SURGE else incident.of


def _fetch(
    statement: str, incident: Incident, now: datetime, **parts: sql.Composable
) -> list[tuple[Any, ...]]:
    step = _step_of(incident)
    if not step:
        return []
    blueprint = blueprint_in_force()[1]
    with connection.cursor():
        cursor = Cursor(connection.connection)
        types = dict(cursor.execute("SELECT name, id FROM events_eventtype").fetchall())
        events = _events(blueprint, types, step, incident.first_minute, incident.lasted_until(now))
        return cursor.execute(sql.SQL(statement).format(events=events, **parts)).fetchall()  # type: ignore[arg-type]


def _events(
    blueprint: Blueprint, types: dict[str, int], step: str, begin: datetime, end: datetime
) -> sql.Composed:
    """The events of a touchpoint from a minute on; the index over their times keeps it to the last pages."""
    return sql.SQL(
        "FROM (SELECT e.at, e.leaf_id, {touchpoint} AS step FROM {relation} e"
        " WHERE e.at >= {begin} AND e.at < {end} AND e.type_id = ANY({types}) OFFSET 0) e"
        " JOIN people_identifier i ON i.id = e.leaf_id WHERE e.step = {step}"
    ).format(
        touchpoint=touchpoint_of_event(blueprint, types),
        relation=sql.Identifier(event_relation()),
        begin=sql.Literal(begin),
        end=sql.Literal(end + timedelta(minutes=1)),
        types=sql.Literal([types[t.event] for t in blueprint.measured if t.key == step and t.event in types]),
        step=sql.Literal(step),
    )
