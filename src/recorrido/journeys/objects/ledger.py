"""The object map of everything in the ledger, as the blueprint names its steps."""

from __future__ import annotations

import io
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

import trayecto
from recorrido.events.queries import ledger_horizon
from recorrido.journeys.actions.export import plan_export
from recorrido.journeys.actions.rows import Export, moment_of, named_events
from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Progress
from recorrido.journeys.queries import Study
from trayecto.objects import ObjectLog, ask

KIND = "object-map"
EXAMPLES = 10  # objects named for every flow


def is_default(study: Study) -> bool:
    """The map speaks of the whole ledger: that of the journeys which the design names first serves all."""
    return study.journey_type.slug == study.blueprint.default_journey


def map_of_ledger(study: Study, parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """All events behind the horizon that a touchpoint names, with all objects they touch.

    ``{"map": ObjectMap as a dict, "examples": [[type, source, target, [names]]], "unmatched": events without touchpoint}``.
    """
    progress(0.05)
    export = plan_export(study.blueprint, study.journey_type, ledger_horizon())
    log = _read(export)
    progress(0.6)
    found = ask(log)
    progress(0.8)
    examples = [[*flow, names] for flow, names in log.examples(EXAMPLES).items()]
    return {"map": found.to_dict(), "examples": examples, "unmatched": _unmatched(export)}


def _read(export: Export) -> ObjectLog:
    lines = io.BytesIO()
    with _cursor() as cursor, cursor.copy(_statement(export)) as copy:
        for block in copy:
            lines.write(block)
    lines.seek(0)
    events = trayecto.read_events(
        lines, step="step", at="at", tz=export.blueprint.time_zone, format="csv", strict=True, texts=True
    )
    return ObjectLog.of_relations(events.table, event="event", type_="kind", object_="object")


def _statement(export: Export) -> sql.Composed:
    """A row per event and object it touches; events that touch none have one row without."""
    return sql.SQL(
        "COPY (SELECT e.id AS event, e.step, {at} AS at, k.kind, k.external_id AS object FROM {events}"
        " LEFT JOIN LATERAL unnest(e.object_ids) o(id) ON true LEFT JOIN events_objectref k ON k.id = o.id"
        " WHERE e.step IS NOT NULL ORDER BY e.id) TO STDOUT (FORMAT csv, HEADER)"
    ).format(at=moment_of(export), events=named_events(export))


def _unmatched(export: Export) -> int:
    statement = sql.SQL("SELECT count(*) FROM {events} WHERE e.step IS NULL")
    with _cursor() as cursor:
        return int(cursor.execute(statement.format(events=named_events(export))).fetchone()[0])  # type: ignore[index]


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
