"""What lies in the ledger before ingest is measured: known persons, and, where asked, millions of events."""

from __future__ import annotations

import sys
import time

from django.db import connection

EVENTS_PER_PERSON = 10
EVENTS_PER_OBJECT = 6
INTRODUCED = 10_000
"""So many persons are written down at a time."""
PAST_SOURCES = 3
"""Besides the source that will send, to which its part of the past belongs too: its messages are looked for among those."""


def fill(rows: int, persons: int, source: str) -> int:
    """Make the persons ``C1`` … that the load calls known, with past events of that source and of three others;
    returns how many persons there are."""
    persons = max(persons, rows // EVENTS_PER_PERSON)
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(_PERSONS, {"persons": persons})
        if rows:
            _fill_ledger(rows, persons, source)
    _introduce(persons)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    print(
        f"  filled {rows:,} events of {persons:,} persons in {time.perf_counter() - began:.0f} s",
        file=sys.stderr,
    )
    return persons


def _introduce(persons: int) -> None:
    """The door has met each of them before, under both identifiers."""
    from recorrido.people import acquaintances, rules

    for start in range(1, persons + 1, INTRODUCED):
        numbers = range(start, min(start + INTRODUCED, persons + 1))
        groups: dict[tuple[tuple[str, str], ...], list[int]] = {
            (("customer", f"C{n}"), ("anonymous", f"0b0e6b3c-7d41-4c39-a4f5-{n}")): [2 * n - 1, 2 * n]
            for n in numbers
        }
        acquaintances.remember(groups, rules.current())


def _fill_ledger(rows: int, persons: int, source: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DROP)
        cursor.execute(_SOURCES, {"source": source, "others": PAST_SOURCES})
        cursor.execute(_TYPES)
        cursor.execute(_OBJECTS, {"objects": rows // EVENTS_PER_OBJECT + 1})
        cursor.execute(_EVENTS, {"rows": rows, "persons": persons, "per_object": EVENTS_PER_OBJECT})
        cursor.execute(_PAIRS)
        cursor.execute(_AGAIN)


# Two leaves each, as the load names them: leaf 2n-1 is the customer, leaf 2n the anonymous visitor.
_PERSONS = """
    INSERT INTO people_person (id) SELECT 2 * n - 1 FROM generate_series(1, %(persons)s) n;
    INSERT INTO people_identifier (id, kind, value, person_id)
        SELECT 2 * n - 1, 'customer', 'C' || n, 2 * n - 1 FROM generate_series(1, %(persons)s) n;
    INSERT INTO people_identifier (id, kind, value, person_id)
        SELECT 2 * n, 'anonymous', '0b0e6b3c-7d41-4c39-a4f5-' || n, 2 * n - 1 FROM generate_series(1, %(persons)s) n;
    INSERT INTO people_link (low_id, high_id, reason, source, message, at)
        SELECT 2 * n - 1, 2 * n, 'same_message', 'past', gen_random_uuid(), now() FROM generate_series(1, %(persons)s) n;
    SELECT setval('people_identifier_id_seq', 2 * %(persons)s);
"""
_DROP = """
    ALTER TABLE events_event DROP CONSTRAINT event_source_hash, DROP CONSTRAINT events_event_pkey;
    DROP INDEX event_block_leaf_at, event_at_brin;
    ALTER TABLE events_eventobject DROP CONSTRAINT events_eventobject_pkey;
"""
_SOURCES = """
    INSERT INTO events_source (name, country) VALUES (%(source)s, 'CL');
    INSERT INTO events_source (name, country) SELECT 'past-' || n, 'CL' FROM generate_series(1, %(others)s) n;
"""
_TYPES = """
    INSERT INTO events_eventtype (name) SELECT 'Past ' || n FROM generate_series(1, 6) n;
"""
_OBJECTS = """
    INSERT INTO events_objectref (id, kind, external_id)
        SELECT n, 'order', 'past-' || n FROM generate_series(1, %(objects)s) n;
    SELECT setval('events_objectref_id_seq', %(objects)s);
"""
_EVENTS = """
    INSERT INTO events_event (id, source_id, hash, type_id, channel, at, date_only, received_at, leaf_id, leaf_ids,
                              object_ids, properties)
        SELECT n, (SELECT min(id) FROM events_source) + n %% (SELECT count(*) FROM events_source), gen_random_uuid(),
               (SELECT min(id) FROM events_eventtype) + n %% 6, 'web', moment, false, moment, leaf, ARRAY[leaf, leaf + 1],
               ARRAY[n / %(per_object)s + 1],
               '{"order_id":"past","total":42990,"currency":"CLP","delivery":"ship","region":"RM"}'
        FROM (SELECT n, now() - interval '400 days' + interval '400 days' * (n::float8 / %(rows)s) AS moment,
                     2 * (random() * (%(persons)s - 1))::bigint + 1 AS leaf
              FROM generate_series(1, %(rows)s) n) told;
    SELECT setval('events_event_id_seq', %(rows)s);
"""
_PAIRS = "INSERT INTO events_eventobject (object_id, event_id) SELECT object_ids[1], id FROM events_event"
_AGAIN = """
    SET maintenance_work_mem = '512MB';
    ALTER TABLE events_event ADD CONSTRAINT events_event_pkey PRIMARY KEY (id);
    ALTER TABLE events_event ADD CONSTRAINT event_source_hash UNIQUE (source_id, hash);
    CREATE INDEX event_block_leaf_at ON events_event ((id >> 22), leaf_id, at);
    CREATE INDEX event_at_brin ON events_event USING brin (at);
    ALTER TABLE events_eventobject ADD CONSTRAINT events_eventobject_pkey PRIMARY KEY (object_id, event_id);
"""
