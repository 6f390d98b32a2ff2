"""What is read from the ledger for the export: events as analysis reads them, and whose their identifiers are.

Texts of properties are those of PostgreSQL's ``->>``, which the statements of journeys read as well. Identifiers go out as
numbers: mails, phones and names stay here. Of the attributes of persons go those that the blueprint makes use of.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from django.db import connection, transaction
from psycopg import sql

from recorrido.events.queries import event_relation

STRETCH = 500_000  # identifiers of a file of persons


@contextmanager
def at_one_moment() -> Iterator[None]:
    """What is read in this block is as it was when the first of it was read."""
    with transaction.atomic():
        with _cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


def events_between(after: int, up_to: int) -> bytes:
    """The events after one ledger position up to another, as CSV in the order of their ids."""
    return _events(sql.SQL("e.id > {} AND e.id <= {}").format(sql.Literal(after), sql.Literal(up_to)))


def events_named(ids: Sequence[int]) -> bytes:
    """Some events by their ids, as they are read today."""
    return _events(sql.SQL("e.id = ANY({}::bigint[])").format(sql.Literal(list(ids))))


def persons_of(number: int, keys: Sequence[str]) -> bytes:
    """Whose the identifiers of a stretch are: those that are another person's or of whom an attribute of ``keys`` is known."""
    bounds = {"low": sql.Literal(number * STRETCH), "high": sql.Literal((number + 1) * STRETCH)}
    return _copied(sql.SQL(_PERSONS).format(keys=sql.Literal(list(keys)), **bounds))


def stretches_of_persons() -> int:
    with _cursor() as cursor:
        ((last,),) = cursor.execute("SELECT coalesce(max(id), 0) FROM people_identifier").fetchall()
    return int(last) // STRETCH + 1


def last_exported(position: int) -> list[Any]:
    """The last event up to a position and its hash, which stays whatever happens: to know the ledger again by."""
    statement = "SELECT id, hash::text FROM events_event WHERE id <= %s ORDER BY id DESC LIMIT 1"
    with _cursor() as cursor:
        row = cursor.execute(statement, [position]).fetchone()
    return list(row) if row else []


def _events(condition: sql.Composable) -> bytes:
    relation = sql.Identifier(event_relation())
    return _copied(sql.SQL(_EVENTS).format(relation=relation, condition=condition))


def _copied(statement: sql.Composed) -> bytes:
    lines = io.BytesIO()
    copy_out = sql.SQL("COPY ({}) TO STDOUT (FORMAT csv, HEADER)").format(statement)
    with _cursor() as cursor, cursor.copy(copy_out) as copy:
        for block in copy:
            lines.write(block)
    return lines.getvalue()


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


# Properties whose names begin with $ are ours ($unread_identifiers holds mails and phones that nobody could read).
_EVENTS: LiteralString = (
    "SELECT e.id, t.name AS event_type, (extract(epoch FROM e.at) * 1000000)::bigint AS at, e.date_only, e.channel,"
    " s.name AS source, e.leaf_id AS identifier,"
    " (SELECT json_agg(json_build_array(r.kind, r.external_id) ORDER BY o.place)"
    "  FROM unnest(e.object_ids) WITH ORDINALITY o(id, place) JOIN events_objectref r ON r.id = o.id) AS objects,"
    " (SELECT json_object_agg(p.key, p.value) FROM jsonb_each_text(e.properties) p"
    "  WHERE p.value IS NOT NULL AND NOT starts_with(p.key, '$')) AS properties"
    " FROM {relation} e JOIN events_eventtype t ON t.id = e.type_id JOIN events_source s ON s.id = e.source_id"
    " WHERE {condition} ORDER BY e.id"
)
_PERSONS: LiteralString = (
    "WITH who AS (SELECT DISTINCT person_id FROM people_identifier WHERE id >= {low} AND id < {high}),"
    " told AS (SELECT DISTINCT ON (l.person_id, a.key) l.person_id, a.key, a.value #>> '{{}}' AS value"
    "  FROM who JOIN people_identifier l ON l.person_id = who.person_id"
    "  JOIN people_attribute a ON a.identifier_id = l.id AND a.key = ANY({keys}::text[])"
    "  ORDER BY l.person_id, a.key, a.at DESC, a.identifier_id),"
    " facts AS (SELECT person_id, json_object_agg(key, value ORDER BY key) AS attributes FROM told"
    "  WHERE value IS NOT NULL GROUP BY person_id)"
    " SELECT i.id AS identifier, i.person_id AS person, f.attributes FROM people_identifier i"
    " LEFT JOIN facts f ON f.person_id = i.person_id"
    " WHERE i.id >= {low} AND i.id < {high} AND (i.person_id <> i.id OR f.person_id IS NOT NULL) ORDER BY i.id"
)
