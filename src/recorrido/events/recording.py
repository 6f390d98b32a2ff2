"""From a checked group to durable rows: repeats counted, culprits found by bisection, races tried again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import psycopg
from django.db import connection, transaction
from psycopg import errors as pg

from recorrido.events.door import Group, Ready, Turned, turn_away
from recorrido.events.ledger import (
    Known,
    ObjectKey,
    new_to_the_ledger,
    objects_ahead,
    write_events,
    write_quarantine,
)
from recorrido.events.records import RecordReport

RACES = (pg.UniqueViolation, pg.DeadlockDetected, pg.SerializationFailure)
REJECTED = (
    pg.DataError,
    pg.NotNullViolation,
    pg.CheckViolation,
    pg.ProgramLimitExceeded,
    pg.StatementTooComplex,
)
TRIES = 8

Objects = Mapping[ObjectKey, int] | None
"""The ids of the group's objects, where they were made ahead."""

Write = Callable[[list[Ready], Known, Objects, list[Turned]], tuple[list[Known], int]]
"""Writes events; returns what was learnt, and how many were written."""


def record_group(group: Group, known: Known) -> RecordReport:
    """Record one group in one transaction (a savepoint, if the caller has one open)."""
    write: Write = _write_together
    for _ in range(TRIES - 1):
        try:
            return _record_once(group, known, write)
        except REJECTED:
            write = _write_or_bisect
        except RACES:
            known.all_new = False
            # Inside a caller's transaction a lost deadlock has cost the caller's locks too: theirs to try again.
            if connection.in_atomic_block and connection.needs_rollback:
                raise
    return _record_once(group, known, write)


def _record_once(group: Group, known: Known, write: Write) -> RecordReport:
    report = RecordReport(unread_identifiers=group.unread_identifiers)
    turned = list(group.turned)
    # Where nothing was known so far the question costs more than it saves: the unique index asks it again anyway,
    # and a message that is there after all comes back as a UniqueViolation.
    fresh = group.ready if known.all_new else new_to_the_ledger(group.ready)
    objects = _made_ahead(fresh, known)
    with transaction.atomic():
        learnt, written = write(fresh, known, objects, turned)
        kept = write_quarantine(turned)
    for part in learnt:
        known.take_in(part)
    known.all_new = len(fresh) == len(group.ready)
    report.recorded = written
    report.quarantined = kept
    report.duplicates = len(group) - written - kept
    report.refused = [one.refused for one in turned]
    culprits = {one.position for one in report.refused}
    report.fresh = [one.position for one in fresh if one.position not in culprits]
    return report


def _made_ahead(ready: Sequence[Ready], known: Known) -> Objects:
    """None where they are made with the events: in a caller's transaction, and where one of them is refused."""
    if connection.in_atomic_block:
        return None
    try:
        return objects_ahead(ready, known)
    except (*REJECTED, *RACES):
        return None


def _write_together(
    ready: list[Ready], known: Known, objects: Objects, turned: list[Turned]
) -> tuple[list[Known], int]:
    """As nearly every group can be: without the savepoints that finding a culprit takes."""
    return ([write_events(ready, known, objects)], len(ready)) if ready else ([], 0)


def _write_or_bisect(
    ready: list[Ready], known: Known, objects: Objects, turned: list[Turned]
) -> tuple[list[Known], int]:
    """Write the events; where PostgreSQL rejects the lot, halve it until the culprits stand alone."""
    if not ready:
        return [], 0
    try:
        with transaction.atomic():
            return [write_events(ready, known, objects)], len(ready)
    except REJECTED as error:
        if len(ready) == 1:
            turned.append(_culprit(ready[0], error))
            return [], 0
    middle = len(ready) // 2
    left, right = (
        _write_or_bisect(half, known, objects, turned) for half in (ready[:middle], ready[middle:])
    )
    return left[0] + right[0], left[1] + right[1]


def _culprit(ready: Ready, error: psycopg.Error) -> Turned:
    detail = f"PostgreSQL does not take it: {error.diag.message_primary or error}."
    return turn_away(ready.position, ready.origin, ready.event, "rejected_by_database", detail)
