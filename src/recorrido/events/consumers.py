"""Taking a stream in order, once: a consumer's effect and its bookmark commit together.

Two streams: the ledger (``consume``) and the changes of persons (``consume_changes``). A consumer's name belongs to one
of them; who follows both has two names ("journeys", "journeys-people").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Coalesce

from recorrido.events.errors import AnotherStream
from recorrido.events.models import Bookmark, Stream
from recorrido.events.queries import Recorded, events_after, ledger_horizon
from recorrido.people.queries import Change, changes_after
from recorrido.shared import clock

T = TypeVar("T", Recorded, Change)


def consume(*, consumer: str, handle: Callable[[Sequence[Recorded]], None], limit: int = 1_000) -> int:
    """Hand the next events after the consumer's bookmark to ``handle``; returns how many there were.

    One transaction holds the bookmark's row, what ``handle`` writes and the move of the bookmark: a crash repeats
    the whole, never half of it, and two workers of one consumer take turns.
    """
    return _take(consumer, Stream.EVENTS, lambda position: events_after(position, limit=limit), handle)


def consume_changes(*, consumer: str, handle: Callable[[Sequence[Change]], None], limit: int = 1_000) -> int:
    """As ``consume``, for what happened to persons: merges and unmerges, in order."""
    return _take(consumer, Stream.PEOPLE, lambda position: changes_after(position, limit=limit), handle)


def consume_range(*, consumer: str, handle: Callable[[int, int], None], limit: int) -> int:
    """As ``consume``, for who counts in SQL: ``handle`` gets the ids (after, up to) of the next events.

    Returns how many ids lay between them.
    """
    try:
        with transaction.atomic():
            position = _held(consumer, Stream.EVENTS).position
            last = min(position + limit, ledger_horizon())
            if last > position:
                handle(position, last)
                _move(consumer, last)
    except Exception as error:
        _note_failure(consumer, Stream.EVENTS, error)
        raise
    return max(0, last - position)


def move_bookmark(*, consumer: str, position: int, stream: Stream = Stream.EVENTS) -> None:
    """Set a consumer's bookmark, also backwards: what lies after it will be handed out again.

    ``stream`` matters for a consumer that has no bookmark yet. Raises AnotherStream.
    """
    with transaction.atomic():
        _held(consumer, stream)
        _move(consumer, position)


def note_failure(*, consumer: str, error: Exception, stream: Stream = Stream.EVENTS) -> None:
    """For a consumer that moves its bookmark itself: say why it stands still."""
    _note_failure(consumer, stream, error)


def _take(
    consumer: str,
    stream: Stream,
    read: Callable[[int], Sequence[T]],
    handle: Callable[[Sequence[T]], None],
) -> int:
    try:
        with transaction.atomic():
            rows = read(_held(consumer, stream).position)
            if rows:
                handle(rows)
                _move(consumer, rows[-1].id)
    except Exception as error:
        _note_failure(consumer, stream, error)
        raise
    return len(rows)


def _held(consumer: str, stream: Stream) -> Bookmark:
    Bookmark.objects.get_or_create(consumer=consumer, defaults={"stream": stream})
    bookmark = Bookmark.objects.select_for_update().get(consumer=consumer)
    if bookmark.stream != stream:
        raise AnotherStream(consumer, bookmark.stream)
    return bookmark


def _move(consumer: str, position: int) -> None:
    Bookmark.objects.filter(consumer=consumer).update(
        position=position, updated_at=clock.now(), error="", failed_at=None
    )


def _note_failure(consumer: str, stream: Stream, error: Exception) -> None:
    """Beside the transaction that failed, so that the page of consumers can say why one stands still."""
    if connection.in_atomic_block:
        return  # the caller's transaction: what we write would go with it
    words = f"{type(error).__name__}: {error}"[:2_000].replace("\x00", "")
    with suppress(DatabaseError):  # a server that is gone is what ``error`` says already
        Bookmark.objects.get_or_create(consumer=consumer, defaults={"stream": stream})
        Bookmark.objects.filter(consumer=consumer).update(
            error=words, failed_at=Coalesce("failed_at", clock.now())
        )
