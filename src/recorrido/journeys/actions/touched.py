"""Whose journeys new events and changed persons touch: the keys that a patch must be complete for.

Every statement goes by indexes, one probe per event, identifier or object: with a few new events it takes milliseconds,
however long the ledger is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from django.db import connection
from psycopg import sql

from recorrido.journeys.actions.rows import PERSON, Keys
from recorrido.journeys.blueprint import JourneyType


@dataclass(frozen=True)
class Span:
    """What is new: events after one ledger position up to another, and what happened to persons after a change.

    All changes that can be seen count, also those no horizon vouches for yet: keys and events are read as of one
    moment, and a journey must leave its old key in the same patch in which it appears under the new one.
    """

    after: int
    up_to: int
    changes_after: int


def touched_keys(journey_type: JourneyType, span: Span, relation: str) -> Keys:
    """The persons or objects of a journey type that something new is about."""
    facts: dict[str, sql.Composable] = {
        "relation": sql.Identifier(relation),
        "after": sql.Literal(span.after),
        "up_to": sql.Literal(span.up_to),
        "changes_after": sql.Literal(span.changes_after),
        "kind": sql.Literal(journey_type.key),
        "told": sql.Literal(
            [attribute.property for attribute in journey_type.attributes if attribute.take == "person"]
        ),
    }
    statement = _PERSONS if journey_type.key == PERSON else _OBJECTS
    facts["of_person"] = sql.SQL(_OF_PERSON if relation == "events_event" else _OF_CORRECTED_PERSON)
    rows = _fetch(sql.SQL(statement).format(**facts))
    return Keys(tuple(row[0] for row in rows), tuple(str(row[-1]) for row in rows))


def newest_of(span: Span) -> datetime | None:
    """When the newest of the new events happened; None where there is none."""
    statement = sql.SQL("SELECT max(e.at) FROM events_event e WHERE e.id > {after} AND e.id <= {up_to}")
    ((newest,),) = _fetch(statement.format(after=sql.Literal(span.after), up_to=sql.Literal(span.up_to)))
    return newest  # type: ignore[no-any-return]


def _fetch(statement: sql.Composed) -> list[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection).execute(statement).fetchall()


_NEW: LiteralString = "{relation} e WHERE e.id > {after} AND e.id <= {up_to}"

# Both sides of a change, as they are called in logs written before it, and who answers for them today.
_CHANGED: LiteralString = (
    " SELECT side.id, today.person_id"
    " FROM (SELECT person_id, other_id FROM people_personchange WHERE id > {changes_after} OFFSET 0) c,"
    " LATERAL (VALUES (c.person_id), (c.other_id)) side(id)"
    " LEFT JOIN LATERAL (SELECT i.person_id FROM people_identifier i WHERE i.id = side.id OFFSET 0) today ON true"
)
_PERSONS: LiteralString = (
    "SELECT DISTINCT id FROM ("
    " SELECT p.person_id AS id FROM (SELECT leaf_id FROM " + _NEW + " AND leaf_id IS NOT NULL OFFSET 0) n,"
    " LATERAL (SELECT i.person_id FROM people_identifier i WHERE i.id = n.leaf_id OFFSET 0) p"
    " UNION ALL SELECT unnest(ARRAY[id, person_id]) FROM (" + _CHANGED + ") changed"
    ") touched WHERE id IS NOT NULL"
)  # fmt: skip

# An order carries facts about its person: it is touched when these were told anew, and when the person changed.
_OBJECTS: LiteralString = (
    "WITH person AS ("
    " SELECT DISTINCT person_id AS id FROM (" + _CHANGED + ") changed WHERE person_id IS NOT NULL"
    " UNION SELECT p.person_id FROM (SELECT leaf_id, at FROM " + _NEW + " AND leaf_id IS NOT NULL OFFSET 0) n,"
    " LATERAL (SELECT FROM people_attribute a"
    "          WHERE a.identifier_id = n.leaf_id AND a.key = ANY({told}) AND a.at = n.at LIMIT 1) fact,"
    " LATERAL (SELECT i.person_id FROM people_identifier i WHERE i.id = n.leaf_id OFFSET 0) p"
    ") SELECT DISTINCT k.id, k.external_id FROM ("
    " SELECT unnest(object_ids) AS id FROM (SELECT object_ids FROM " + _NEW + " OFFSET 0) n"
    " UNION SELECT unnest(d.object_ids) FROM person,"
    " LATERAL (SELECT i.id FROM people_identifier i WHERE i.person_id = person.id OFFSET 0) leaf, LATERAL ({of_person}) d"
    ") o, LATERAL (SELECT r.id, r.external_id FROM events_objectref r WHERE r.id = o.id AND r.kind = {kind} OFFSET 0) k"
)  # fmt: skip
_OF_PERSON: LiteralString = "SELECT v.object_ids FROM events_of_leaf(leaf.id) v OFFSET 0"
_OF_CORRECTED_PERSON: LiteralString = (
    "SELECT s.object_ids FROM (SELECT v.id FROM events_of_leaf(leaf.id) v"
    " UNION ALL SELECT c.event_id FROM events_eventoverlay c WHERE c.leaf_id = leaf.id OFFSET 0) hit,"
    " LATERAL (SELECT e.object_ids FROM events_seen e WHERE e.id = hit.id OFFSET 0) s OFFSET 0"
)
