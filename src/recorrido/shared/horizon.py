"""A commit-safe reading limit over a sequence that several transactions write to at once.

Ids are handed out before they are committed, so a reader that simply takes "everything after my bookmark" loses rows
of a slow writer for ever. Each writer therefore announces, before it takes ids, where the sequence stood (a shared
advisory lock whose number *is* that position; it vanishes with the transaction, however that ends). A reader takes
the sequence's position first and the announcements second: at or below the smaller of them every id is committed or
will never be. Only writers of this sequence count: a report that runs for hours elsewhere holds nobody up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recorrido.shared import sql

_POSITION_BITS = 48
_POSITION_MASK = (1 << _POSITION_BITS) - 1

_POSITION: Any = "SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {}"
_ANNOUNCE: Any = "SELECT pg_advisory_xact_lock_shared((%s::bigint << 48) | ({position}))"
# The one row comes from the announcement, so no id is taken before it.
_TAKE: Any = """
    WITH announced AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared((%s::bigint << 48) | ({position})))
    SELECT min(id), max(id)
    FROM (SELECT nextval(%s::regclass) AS id FROM announced, generate_series(1, %s)) taken
"""
_WRITERS = """
    SELECT min(((classid::bigint << 32) | objid::bigint) & %s)
    FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 1 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint >> 16 = %s
"""


def announce_writer(*, sequence: str, lock_class: int) -> None:
    """Say, until this transaction ends, that ids above the sequence's present position may still appear.

    ``sequence`` is a name from our own code, never input; ``lock_class`` (1…32767) keeps sequences apart.
    """
    sql.fetch(_ANNOUNCE.format(position=_POSITION.format(sequence)), lock_class)


def take_ids(*, sequence: str, lock_class: int, count: int) -> Sequence[int]:
    """Announce this writer and take that many ids, ascending, in one question. ``count``: 1 or more."""
    statement = _TAKE.format(position=_POSITION.format(sequence))
    ((first, last),) = sql.fetch(statement, lock_class, sequence, count)
    return sql.in_one_run(first, last, sequence, count)


def safe_position(*, sequence: str, lock_class: int) -> int:
    """The highest id up to which nothing can appear any more."""
    # Two statements on purpose: position first, writers second. A writer that announces in between takes its ids
    # above the position already read.
    ((position,),) = sql.fetch(_POSITION.format(sequence))
    ((writers,),) = sql.fetch(_WRITERS, _POSITION_MASK, lock_class)
    return position if writers is None else min(position, writers)
