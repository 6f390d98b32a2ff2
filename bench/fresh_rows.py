"""What lies in the ledger before freshness is measured: orders of a year and a bit, step by step, in arrival order.

Laid there by INSERT … SELECT, with the indexes built afterwards: a ledger as long as it would be, not as it was made.
"""

from __future__ import annotations

import sys
import time

from django.db import connection

STEPS = 30
EVENTS_PER_ORDER = 10
DAYS = 400
STAGES = (
    "consideration",
    "decision",
    "checkout",
    "payment",
    "delivery",
    "use",
    "service",
    "return",
    "loyalty",
)

BLUEPRINT_HEAD = """\
blueprint: bench
time_zone: America/Santiago
country: CL
currency: CLP
departments:
  web: {}
  warehouse: {}
  service: {}
touchpoints:
"""
BLUEPRINT_FOOT = """\
journeys:
  order:
    key: order
    goal: step_9
    attributes:
      region: {first: region, segment: yes}
      amount: {total: amount, of: step_0}
    value: amount
"""


def blueprint() -> str:
    """A design of thirty steps, two of them with a promise."""
    owners = ("web", "warehouse", "service")
    lines = [
        f"  step_{n}: {{event: Step {n}, stage: {STAGES[n * len(STAGES) // STEPS]}, owner: {owners[n % 3]}, importance: {1 + n % 5}"
        + (f", promise: {{within: {n}d, since: step_0}}" if n in (4, 9) else "")
        + "}"
        for n in range(STEPS)
    ]
    return BLUEPRINT_HEAD + "\n".join(lines) + "\n" + BLUEPRINT_FOOT


def fill(rows: int) -> int:
    """About ``rows`` events of a tenth as many orders; returns how many orders there are."""
    began = time.perf_counter()
    orders = rows // EVENTS_PER_ORDER
    facts = {"orders": orders, "steps": STEPS, "rows": rows, "daily": max(1, orders // DAYS), "days": DAYS}
    with connection.cursor() as cursor:
        for statement in (_DROP, _NAMES, _EVENTS, _PAIRS, _AGAIN):
            cursor.execute(statement, facts)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("CHECKPOINT")
    print(f"  filled {rows:,} events in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return orders


# Three orders to a customer; a customer is leaf 2n - 1, the visitor linked to it leaf 2n.
_NAMES = """
    INSERT INTO people_person (id) SELECT 2 * n - 1 FROM generate_series(1, %(orders)s / 3 + 1) n;
    INSERT INTO people_identifier (id, kind, value, person_id)
        SELECT 2 * n - 1, 'customer', 'C' || n, 2 * n - 1 FROM generate_series(1, %(orders)s / 3 + 1) n;
    SELECT setval('people_identifier_id_seq', 2 * %(orders)s);
    INSERT INTO events_source (name, country) VALUES ('past', 'CL');
    INSERT INTO events_eventtype (name) SELECT 'Step ' || n FROM generate_series(0, %(steps)s - 1) n;
    INSERT INTO events_objectref (id, kind, external_id)
        SELECT n, 'order', 'P' || n FROM generate_series(1, %(orders)s) n;
    SELECT setval('events_objectref_id_seq', %(orders)s);
"""
_DROP = """
    ALTER TABLE events_event DROP CONSTRAINT event_source_hash, DROP CONSTRAINT events_event_pkey;
    DROP INDEX event_block_leaf_at, event_at_brin;
    ALTER TABLE events_eventobject DROP CONSTRAINT events_eventobject_pkey;
"""
# The place p of order o comes p days after its first: seven of ten times the step of that number, else any.
_EVENTS = """
    INSERT INTO events_event (id, source_id, hash, type_id, channel, at, date_only, received_at, leaf_id, leaf_ids,
                              object_ids, properties)
        SELECT n, (SELECT id FROM events_source WHERE name = 'past'), gen_random_uuid(),
               (SELECT min(id) FROM events_eventtype)
                   + CASE WHEN abs(hashint8(n)) %% 10 < 7 THEN place ELSE abs(hashint8(n + 1)) %% %(steps)s END,
               CASE abs(hashint8(n + 2)) %% 4 WHEN 0 THEN 'web' WHEN 1 THEN 'app' WHEN 2 THEN 'store' END,
               moment, false, moment, 2 * (item / 3) + 1, ARRAY[2 * (item / 3) + 1], ARRAY[item + 1],
               jsonb_build_object('region', 'R' || item %% 16, 'amount', item %% 90000, 'currency', 'CLP')
        FROM (SELECT n, n %% 10 AS place, n / 10 - (n %% 10) * %(daily)s AS item,
                     now() - (1 - n::float8 / %(rows)s) * %(days)s * interval '1 day' AS moment
              FROM generate_series(1, %(rows)s - 1) n) told
        WHERE item >= 0;
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
