"""The events of one journey type, from the ledger to a file that ``trayecto.read_events`` reads.

One row per step: an event that touches two orders is a step of both. COPY hands the rows over in blocks, so neither
side holds them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

from recorrido.events.queries import event_relation
from recorrido.journeys import bridge
from recorrido.journeys.blueprint import Attribute, Blueprint, JourneyType, Touchpoint
from recorrido.journeys.matching import property_deadline, property_number, property_text, touchpoint_of_event

PERSON = "person"
OWN_COLUMNS = ("channel", "source")  # an event's own words, which ``first:`` may name beside properties


@dataclass(frozen=True)
class Export:
    """What the export of one journey type needs to know; ``horizon`` is the last ledger position it reads."""

    blueprint: Blueprint
    journey_type: JourneyType
    horizon: int
    type_ids: dict[str, int]
    has_dates: bool

    @property
    def step(self) -> sql.Composable:
        return touchpoint_of_event(self.blueprint, self.type_ids)


def plan_export(blueprint: Blueprint, journey_type: JourneyType, horizon: int) -> Export:
    with _cursor() as cursor:
        type_ids = dict(cursor.execute("SELECT name, id FROM events_eventtype").fetchall())
        statement = "SELECT EXISTS (SELECT FROM events_event WHERE date_only AND id <= %s)"
        has_dates = bool(cursor.execute(statement, [horizon]).fetchone()[0])  # type: ignore[index]
    return Export(blueprint, journey_type, horizon, type_ids, has_dates)


@dataclass(frozen=True)
class Census:
    """Events behind the horizon: all, those no touchpoint names (by type and
    channel), those the journey type leaves out, those of no journey."""

    total: int
    unmatched: list[dict[str, Any]]
    left_out: int
    without_key: int
    last_at: Any

    @property
    def used(self) -> int:
        unmatched = sum(entry["events"] for entry in self.unmatched)
        return self.total - self.left_out - self.without_key - unmatched


def take_census(export: Export) -> Census:
    """Count what the export will hold and what it will leave out, so that nothing is dropped silently."""
    statement = sql.SQL(
        "SELECT t.name, e.channel, e.place, sum(e.events)::bigint, max(e.last_at) FROM ("
        "  SELECT e.type_id, e.channel, count(*) AS events, max(e.at) AS last_at,"
        "         CASE WHEN e.step IS NULL THEN 'unmatched' WHEN e.step = ANY({without}) THEN 'left out'"
        "              WHEN {keyed} THEN 'used' ELSE 'without key' END AS place"
        "  FROM {events} GROUP BY e.type_id, e.channel, place"
        ") e JOIN events_eventtype t ON t.id = e.type_id GROUP BY 1, 2, 3 ORDER BY 1, 2"
    ).format(
        without=sql.Literal(list(export.journey_type.without)),
        keyed=_has_key(export.journey_type),
        events=_named_events(export),
    )
    with _cursor() as cursor:
        return _census(cursor.execute(statement).fetchall())


def _census(rows: list[tuple[Any, ...]]) -> Census:
    by_place: Counter[str] = Counter()
    for _name, _channel, place, events, _last in rows:
        by_place[place] += events
    return Census(
        total=by_place.total(),
        unmatched=[
            {"type": name, "channel": channel or "", "events": events}
            for name, channel, place, events, _last in rows
            if place == "unmatched"
        ],
        left_out=by_place["left out"],
        without_key=by_place["without key"],
        last_at=max((row[4] for row in rows), default=None),
    )


def _has_key(journey_type: JourneyType) -> sql.Composable:
    if journey_type.key == PERSON:
        return sql.SQL("e.leaf_id IS NOT NULL")
    return sql.SQL(
        "coalesce((SELECT bool_or(o IN (SELECT id FROM events_objectref WHERE kind = {kind}))"
        " FROM unnest(e.object_ids) o), false)"
    ).format(kind=sql.Literal(journey_type.key))


def write_export(export: Export, path: Path, progress: Callable[[int], None]) -> int:
    """Write the steps as CSV with a header; returns how many. ``progress`` hears the rows written so far (a line
    break inside a value counts as a row there)."""
    rows = -1  # the header
    tell = _silent if connection.in_atomic_block else progress
    with _copying_cursor() as cursor, path.open("wb") as file, cursor.copy(copy_statement(export)) as copy:
        for block in copy:
            file.write(block)
            rows += bytes(block).count(b"\n")
            tell(rows)
    return rows


def _silent(rows: int) -> None:
    """Inside a transaction the COPY has the connection to itself: writing progress over it would wait for ever."""


@contextmanager
def _copying_cursor() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """A connection for the COPY alone, so that progress is written over Django's; in a transaction it must be
    Django's, which alone sees its rows."""
    if connection.in_atomic_block:
        with _cursor() as cursor:
            yield cursor
        return
    aside = connection.copy()
    aside.ensure_connection()
    try:
        with psycopg.Cursor(aside.connection) as cursor:
            yield cursor
    finally:
        aside.close()


def copy_statement(export: Export) -> sql.Composed:
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(_rows(export))


def _rows(export: Export) -> sql.Composed:
    columns = [_column(attribute, export.journey_type) for attribute in export.journey_type.attributes]
    columns += [
        _late_column(export, touchpoint) for touchpoint in bridge.promised_on_events(export.blueprint)
    ]
    weight = export.journey_type.weight
    if weight:
        columns.append(sql.SQL("{} AS weight").format(property_number(weight)))
    return sql.SQL(
        "SELECT {journey} AS journey, e.step, {at} AS at, e.channel, s.name AS source, i.person_id AS person{columns}"
        " FROM {events}"
        " JOIN events_source s ON s.id = e.source_id {key_join} {joins}"
        " WHERE e.step IS NOT NULL AND e.step <> ALL({without}) ORDER BY e.id"
    ).format(
        journey=_journey(export.journey_type),
        at=_moment(export),
        columns=sql.SQL("").join(sql.SQL(", {}").format(column) for column in columns),
        events=_named_events(export),
        without=sql.Literal(list(export.journey_type.without)),
        key_join=_key_join(export.journey_type),
        joins=sql.SQL(" ").join([*_person_joins(export.journey_type), *_left_out_joins(export)]),
    )


def _named_events(export: Export) -> sql.Composable:
    """The events behind the horizon as they are read today, with their touchpoint; OFFSET 0 has it told once per event."""
    return sql.SQL("(SELECT e.*, {} AS step FROM {} e WHERE e.id <= {} OFFSET 0) e").format(
        export.step, sql.Identifier(event_relation()), sql.Literal(export.horizon)
    )


def _journey(journey_type: JourneyType) -> sql.Composable:
    return sql.SQL("i.person_id" if journey_type.key == PERSON else "k.external_id")


def _key_join(journey_type: JourneyType) -> sql.Composable:
    if journey_type.key == PERSON:
        return sql.SQL("JOIN people_identifier i ON i.id = e.leaf_id")
    return sql.SQL(
        "CROSS JOIN LATERAL unnest(e.object_ids) o(id)"
        " JOIN events_objectref k ON k.id = o.id AND k.kind = {}"
        " LEFT JOIN people_identifier i ON i.id = e.leaf_id"
    ).format(sql.Literal(journey_type.key))


def _person_joins(journey_type: JourneyType) -> list[sql.Composable]:
    """One join per attribute of the person: the newest value among all identifiers the person has today."""
    return [
        sql.SQL(
            "LEFT JOIN (SELECT DISTINCT ON (l.person_id) l.person_id, a.value FROM people_attribute a"
            " JOIN people_identifier l ON l.id = a.identifier_id WHERE a.key = {key}"
            " ORDER BY l.person_id, a.at DESC, a.identifier_id) {alias} ON {alias}.person_id = i.person_id"
        ).format(key=sql.Literal(attribute.property), alias=_alias(attribute))
        for attribute in journey_type.attributes
        if attribute.take == "person"
    ]


def _left_out_joins(export: Export) -> list[sql.Composable]:
    """One join per attribute that comes from touchpoints which are no steps of these journeys (a survey's score)."""
    return [
        sql.SQL(
            "LEFT JOIN (SELECT DISTINCT ON (k.id) k.id, {value} AS value FROM {events}"
            " JOIN events_source s ON s.id = e.source_id {key_join}"
            " WHERE e.step = ANY({steps}) AND {value} IS NOT NULL"
            " ORDER BY k.id, e.at {direction}, e.id {direction}) {alias} ON {alias}.id = k.id"
        ).format(
            value=_value(attribute),
            events=_named_events(export),
            key_join=_key_join(export.journey_type),
            steps=sql.Literal(list(attribute.of)),
            direction=sql.SQL("DESC" if attribute.take == "last" else "ASC"),
            alias=_alias(attribute),
        )
        for attribute in export.journey_type.attributes
        if _is_left_out(attribute, export.journey_type)
    ]


def _is_left_out(attribute: Attribute, journey_type: JourneyType) -> bool:
    return bool(attribute.of) and set(attribute.of) <= set(journey_type.without)


def _alias(attribute: Attribute) -> sql.Identifier:
    return sql.Identifier(f"x_{attribute.name}")


def _moment(export: Export) -> sql.Composable:
    """Times as PostgreSQL writes them; a time of day that means nothing is left away, which is how dates are told."""
    if not export.has_dates:
        return sql.SQL("e.at")
    return sql.SQL(
        "CASE WHEN e.date_only THEN to_char(e.at AT TIME ZONE {}, 'YYYY-MM-DD') ELSE e.at::text END"
    ).format(sql.Literal(export.blueprint.time_zone))


def _column(attribute: Attribute, journey_type: JourneyType) -> sql.Composable:
    value = _value(attribute)
    if _is_left_out(attribute, journey_type):
        value = sql.SQL("{}.value").format(_alias(attribute))
    elif attribute.of:
        value = sql.SQL("CASE WHEN e.step = ANY({}) THEN {} END").format(
            sql.Literal(list(attribute.of)), value
        )
    return sql.SQL("{} AS {}").format(value, sql.Identifier(bridge.column_name(attribute)))


def _late_column(export: Export, touchpoint: Touchpoint) -> sql.Composable:
    """1 where the event came after the moment promised on itself, else 0."""
    assert touchpoint.promise and touchpoint.promise.property
    return sql.SQL("CASE WHEN e.step = {} THEN coalesce((e.at > {})::int, 0) ELSE 0 END AS {}").format(
        sql.Literal(touchpoint.key),
        property_deadline(touchpoint.promise.property, export.blueprint.time_zone),
        sql.Identifier(bridge.late_attribute(touchpoint)),
    )


def _value(attribute: Attribute) -> sql.Composable:
    if attribute.take == "person":
        return sql.SQL("({}.value #>> '{{}}')").format(_alias(attribute))
    if attribute.take == "count":
        return sql.SQL("1")
    if attribute.take == "total":  # a column of nothing but NULL would be no number
        return sql.SQL("coalesce({}, 0)").format(property_number(attribute.property or ""))
    if attribute.property in OWN_COLUMNS:
        return sql.SQL("e.channel" if attribute.property == "channel" else "s.name")
    name = attribute.property or ""
    return property_number(name) if attribute.type == "number" else property_text(name)


@contextmanager
def room_to_sort() -> Iterator[None]:
    """Memory for joins and the sort of an export, for this session only while it runs: spilling to disk doubles it."""
    with connection.cursor() as cursor:
        cursor.execute("SET work_mem = '192MB'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET work_mem")


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)
