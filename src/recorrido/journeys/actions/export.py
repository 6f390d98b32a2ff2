"""The events of one journey type, from the ledger to a file that ``trayecto.read_events`` reads.

One row per step: an event that touches two orders is a step of both. COPY hands the rows over in blocks, so neither
side holds them all.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql

import trayecto
from recorrido.events.queries import event_relation
from recorrido.journeys.actions.rows import Export, Keys, has_key, named_events, rows
from recorrido.journeys.blueprint import Blueprint, JourneyType


def plan_export(blueprint: Blueprint, journey_type: JourneyType, horizon: int) -> Export:
    with _cursor() as cursor:
        type_ids = dict(cursor.execute("SELECT name, id FROM events_eventtype").fetchall())
        statement = "SELECT EXISTS (SELECT FROM events_event WHERE date_only AND id <= %s)"
        has_dates = bool(cursor.execute(statement, [horizon]).fetchone()[0])  # type: ignore[index]
    return Export(blueprint, journey_type, horizon, type_ids, has_dates, event_relation())


def plan_keys(
    blueprint: Blueprint, journey_type: JourneyType, horizon: int, relation: str, keys: Keys
) -> Export:
    """As ``plan_export``, for some keys only. That there might be dates is taken for granted: asking costs more."""
    with _cursor() as cursor:
        type_ids = dict(cursor.execute("SELECT name, id FROM events_eventtype").fetchall())
    return Export(blueprint, journey_type, horizon, type_ids, True, relation, keys)


def read_journeys(export: Export) -> trayecto.Events:
    """The steps of the keys' journeys; numbers stay texts, for the log knows what it has numbers in."""
    lines = io.BytesIO()
    with _cursor() as cursor, cursor.copy(copy_statement(export)) as copy:
        for block in copy:
            lines.write(block)
    lines.seek(0)
    return trayecto.read_events(
        lines, journey="journey", step="step", at="at", tz=export.blueprint.time_zone,
        format="csv", strict=True, texts=True,
    )  # fmt: skip


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
        keyed=has_key(export.journey_type),
        events=named_events(export),
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


def write_export(export: Export, path: Path, progress: Callable[[int], None]) -> int:
    """Write the steps as CSV with a header; returns how many. ``progress`` hears the rows written so far (a line
    break inside a value counts as a row there)."""
    written = -1  # the header
    tell = _silent if connection.in_atomic_block else progress
    with _copying_cursor() as cursor, path.open("wb") as file, cursor.copy(copy_statement(export)) as copy:
        for block in copy:
            file.write(block)
            written += bytes(block).count(b"\n")
            tell(written)
    return written


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
    return sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(rows(export))


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
