"""Taking the ledger in order, once: a consumer's effect and its bookmark commit together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from recorrido.events.models import Bookmark
from recorrido.events.queries import Recorded, events_after
from recorrido.shared import clock


def consume(*, consumer: str, handle: Callable[[Sequence[Recorded]], None], limit: int = 1_000) -> int:
    """Hand the next events after the consumer's bookmark to ``handle``; returns how many there were.

    One transaction holds the bookmark's row, what ``handle`` writes and the move of the bookmark: a crash repeats
    the whole, never half of it, and two workers of one consumer take turns.
    """
    with transaction.atomic():
        bookmark = _held(consumer)
        events = events_after(bookmark.position, limit=limit)
        if events:
            handle(events)
            _move(consumer, events[-1].id)
    return len(events)


def move_bookmark(*, consumer: str, position: int) -> None:
    """Set a consumer's bookmark, also backwards: what lies after it will be handed out again."""
    with transaction.atomic():
        _held(consumer)
        _move(consumer, position)


def _held(consumer: str) -> Bookmark:
    Bookmark.objects.get_or_create(consumer=consumer)
    return Bookmark.objects.select_for_update().get(consumer=consumer)


def _move(consumer: str, position: int) -> None:
    Bookmark.objects.filter(consumer=consumer).update(position=position, updated_at=clock.now())
