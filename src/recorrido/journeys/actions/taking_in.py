"""What happened since a log was written, taken in: the touched journeys are read anew and appended as a patch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

import trayecto
from recorrido.events.queries import changes_horizon, event_relation, ledger_horizon
from recorrido.journeys import bridge
from recorrido.journeys.actions.export import plan_keys, read_journeys
from recorrido.journeys.actions.requests import LOCK_CLASS
from recorrido.journeys.actions.touched import Span, newest_of, touched_keys
from recorrido.journeys.blueprint import Blueprint, JourneyType
from recorrido.shared import clock

PORTION = 20_000  # ledger positions taken in at once
FRESH = timedelta(days=2)  # a ledger whose newest event is younger is alive
STILL = timedelta(
    minutes=1
)  # so long the moment a log speaks of may stand while nothing touches its journeys
WRITING_LOCK_CLASS = (
    LOCK_CLASS + 1
)  # (class, hash of the journey type): who holds it is publishing versions of the log

Position = tuple[int, int]  # in the ledger, and in the changes of persons
Append = Callable[..., object]


@dataclass(frozen=True)
class Kind:
    """One kind of journeys, as the log's blueprint has it."""

    blueprint: Blueprint
    journey_type: JourneyType


def horizons() -> Position:
    """Up to where both streams are settled."""
    return ledger_horizon(), changes_horizon()


def portion(since: Position, horizon: Position) -> Position:
    """The next position to take in up to. A horizon may seem to step back for a moment, nobody who follows it does."""
    return max(since[0], min(horizon[0], since[0] + PORTION)), max(since[1], horizon[1])


def take_in(kind: Kind, since: Position, until: Position, as_of: datetime, append: Append) -> None:
    """Append the journeys that something new is about; ``append`` is that of a log, or of a draft.

    ``as_of`` is the moment the log speaks of so far. When nothing touches its journeys, it is left as it is for a minute.
    """
    span = Span(since[0], until[0], since[1])
    with _one_moment():
        relation = event_relation()
        keys = touched_keys(kind.journey_type, span, relation)
        newest = newest_of(span)
        export = plan_keys(kind.blueprint, kind.journey_type, until[0], relation, keys)
        events = read_journeys(export) if keys.ids else None
    moment = moment_of(newest, as_of)
    if keys.ids or moment - as_of >= STILL:
        append(events, touched=keys.names, as_of=moment, position=until, untyped=True)


def moment_of(newest: datetime | None, as_of: datetime) -> datetime:
    """The moment a log speaks of: now while events arrive; of a ledger that stopped, its last event. It never goes back."""
    if newest is None:
        return as_of
    now = clock.now()
    return max(as_of, now if now - newest < FRESH else newest)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Everything is read as of one moment: between two statements a person might be merged, and events of theirs seen
    twice or not at all. In a caller's transaction it is as the caller has it."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL jit = off")  # compiling a statement takes longer than these run
        yield


@contextmanager
def writing(journey_type: str, *, wait: bool) -> Iterator[bool]:
    """Who publishes versions of a log takes turns with others, on all machines; yields whether it is our turn.

    The lock ends with the connection of a killed process.
    """
    take = (
        "SELECT pg_advisory_lock(%s, hashtext(%s))"
        if wait
        else "SELECT pg_try_advisory_lock(%s, hashtext(%s))"
    )
    with connection.cursor() as cursor:
        cursor.execute(take, [WRITING_LOCK_CLASS, journey_type])
        mine = wait or bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_advisory_unlock(%s, hashtext(%s))", [WRITING_LOCK_CLASS, journey_type]
                )


def carry_over(kind: Kind, aside: trayecto.Draft, since: Position) -> Position:
    """Take in what happened while a log was built, until hardly anything is left; returns up to where."""
    while (seen := published(kind, since))[0] - since[0] > PORTION:
        since = _take_next(kind, aside, since, seen)
    return since


def finish(kind: Kind, aside: trayecto.Draft, since: Position) -> Position:
    """Take in the rest; the caller keeps others from publishing meanwhile."""
    seen = published(kind, since)
    while since != (until := portion(since, seen)):
        since = _take_next(kind, aside, since, until)
    return since


def published(kind: Kind, since: Position) -> Position:
    """How far the log was read that is to be replaced: what lies beyond is the follower's, however fast it grows."""
    try:
        position = trayecto.position_of(bridge.log_folder(kind.journey_type.slug))
    except trayecto.BadLog:
        return since
    return (position[0], position[1]) if len(position) == 2 else since


def _take_next(kind: Kind, aside: trayecto.Draft, since: Position, horizon: Position) -> Position:
    until = portion(since, horizon)
    take_in(kind, since, until, aside.log.as_of, aside.append)
    return until
