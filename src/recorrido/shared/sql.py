"""Plain SQL on Django's own connection, inside the caller's transaction.

Django binds parameters on the client; arrays of thousands of values are faster and safer bound by the server,
so the set-based statements of ``people`` and ``events`` go through here.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, LiteralString
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection, transaction

ASKED_AGAIN = 5
"""So often a statement is asked before its plan is kept."""
PLANS_KEPT = 60.0  # seconds

_BINARY = b"PGCOPY\n\xff\r\n\x00" + bytes(8)  # no flags, nothing more in the head
_BINARY_END = b"\xff\xff"

LINES = 5_000
"""So many lines of a COPY are sent at a time."""


def fetch(statement: LiteralString, *parameters: Any) -> list[tuple[Any, ...]]:
    """Run one statement with server-side parameters and return its rows. Raises ``psycopg.Error``."""
    with _cursor() as cursor:
        return cursor.execute(statement, parameters).fetchall()


def execute(statement: LiteralString, *parameters: Any) -> int:
    """Run one statement with server-side parameters and return how many rows it touched."""
    with _cursor() as cursor:
        return cursor.execute(statement, parameters).rowcount


def copy_in(statement: LiteralString, lines: Iterable[str]) -> None:
    """Send text lines, already in COPY's own escaping and each ending in a newline, to ``COPY … FROM STDIN``.

    The server works on the first of them while a generator makes the next.
    """
    waiting = iter(lines)
    with _cursor() as cursor, cursor.copy(statement) as copy:
        while some := "".join(islice(waiting, LINES)):
            copy.write(some)


def copy_in_binary(statement: LiteralString, rows: Sequence[bytes]) -> None:
    """Send rows in COPY's binary form, without its beginning and end, to ``COPY … FROM STDIN (FORMAT binary)``."""
    with _cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(b"".join((_BINARY, *rows, _BINARY_END)))


def allot_lazily(sequence: LiteralString, count: int) -> Sequence[int]:
    """As ``allot``, outside of transactions: a transaction of its own that does not wait for the disk."""
    return _allotted(_ALLOT_LAZILY, sequence, count)


def allot(sequence: LiteralString, count: int) -> Sequence[int]:
    """That many new ids of a sequence, ascending. ``sequence`` is a name from our own code, never input."""
    return _allotted(_ALLOT, sequence, count)


def _allotted(statement: LiteralString, sequence: LiteralString, count: int) -> Sequence[int]:
    if not count:
        return ()
    ((first, last),) = fetch(statement, sequence, count)
    return in_one_run(first, last, sequence, count)


def in_one_run(first: int, last: int, sequence: str, count: int) -> Sequence[int]:
    """The ids just taken, of which these are the first and the last. Nearly always nobody else takes ids in between, and
    two numbers say them all; else those are let go, and others taken one by one."""
    if last - first < count:
        return range(first, last + 1)
    return [id_ for (id_,) in fetch(_ALLOT_EACH, sequence, count)]


def keep_plans() -> None:
    """Let the server keep the plans of what this connection asks again and again, and plan each for arrays of any length.

    Planning a statement takes longer than a few index probes. For connections that ask in index probes only: a plan may
    be older than the table is large, so none of them reads a table from end to end where an index can say it, and each
    is made anew after a minute. Call it between transactions, before every few statements; within one it does nothing.
    """
    if connection.in_atomic_block:
        return
    connection.ensure_connection()
    raw, now = connection.connection, time.monotonic()
    kept_until = _keeping.get(raw)
    if kept_until is None:
        raw.prepare_threshold = ASKED_AGAIN
    if kept_until is None or kept_until < now:
        raw.execute(_KEEP_PLANS)
        _keeping[raw] = now + PLANS_KEPT


def commit_lazily() -> None:
    """Let this transaction end without waiting for the disk. A later one that waits, or ``wait_for_disk``, waits for it
    too: what is committed is written in order."""
    execute("SET LOCAL synchronous_commit = off")


def wait_for_disk() -> None:
    """Until all that this and earlier transactions committed survives a crash of the machine."""
    with transaction.atomic():
        execute("SET LOCAL synchronous_commit = on")
        fetch(
            "SELECT pg_logical_emit_message(true, 'recorrido', '')"
        )  # a commit without a record would not wait


def copy_field(text: str) -> str:
    """Any text without NUL as one field of a line for ``copy_in``."""
    if text.isprintable() and "\\" not in text:
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def array(items: Iterable[int | str]) -> str:
    """The text form of an array of numbers or of hashes in hex: nothing that needs quotes, and never the word NULL.

    The driver quotes arrays element by element; on thousands of ids that costs more than the statement they feed.
    """
    return "{" + ",".join(map(str, items)) + "}"


def text_array(texts: Iterable[str]) -> str:
    """The text form of an array of any texts."""
    listed = list(texts)
    if not listed:
        return "{}"
    body = '","'.join(listed)
    if "\\" in body or body.count('"') > 2 * (len(listed) - 1):
        body = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in listed)
    return f'{{"{body}"}}'


def _cursor() -> psycopg.Cursor[tuple[Any, ...]]:
    connection.ensure_connection()
    return psycopg.Cursor(connection.connection)


_ALLOT = """
    SELECT min(id), max(id) FROM (SELECT nextval(%s::regclass) AS id FROM generate_series(1, %s)) taken
"""
_ALLOT_LAZILY = """
    WITH lazily AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
    SELECT min(id), max(id) FROM (SELECT nextval(%s::regclass) AS id FROM lazily, generate_series(1, %s)) taken
"""
_ALLOT_EACH = "SELECT nextval(%s::regclass) FROM generate_series(1, %s)"
# Compiling: the price that older servers put on a table read from end to end would have them compile each question.
_KEEP_PLANS = (
    "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET jit = off; DISCARD PLANS"
)
_keeping: WeakKeyDictionary[Any, float] = WeakKeyDictionary()
