"""What a database holds: per table its rows and a sum over their contents that does not depend on their order.

Tables that are not logged are left out, as they are of a backup: a crash may empty them at any moment.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

Sums = dict[str, list[str]]
"""Table → [rows, sum]; both as text, because the sums are larger than a JSON reader's numbers."""

_TABLES = """
    SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND n.nspname = 'public' ORDER BY 1, 2
"""
_SUM = "SELECT count(*)::text, coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {} AS t"


def sums_of(connection: psycopg.Connection[Any]) -> Sums:
    """Read every table once, within the connection's transaction (and so its snapshot)."""
    found: Sums = {}
    for schema, table in connection.execute(_TABLES).fetchall():
        row = connection.execute(sql.SQL(_SUM).format(sql.Identifier(schema, table))).fetchone()
        assert row is not None
        found[table] = list(row)
    return found


def differences(wanted: Sums, found: Sums) -> list[str]:
    """A sentence per table that is not the same."""
    return [
        f"{table}: {_words(wanted.get(table))} saved, {_words(found.get(table))} restored"
        for table in sorted(wanted.keys() | found.keys())
        if wanted.get(table) != found.get(table)
    ]


def _words(pair: list[str] | None) -> str:
    return f"{pair[0]} rows (sum {pair[1]})" if pair else "no table"
