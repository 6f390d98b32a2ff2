"""Every consumer: where it stands in its stream, how far behind, and what stopped it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from recorrido.events.models import Bookmark, Event, Stream
from recorrido.events.queries.ledger import changes_horizon, ledger_horizon
from recorrido.people.models import PersonChange
from recorrido.shared import clock

WAITED = timedelta(minutes=1)


@dataclass(frozen=True)
class ConsumerState:
    """One consumer. ``events_behind`` counts ids, of which some may never have been used: at most so many."""

    consumer: str
    stream: str
    position: int
    horizon: int
    moved_at: datetime
    next_at: datetime | None
    error: str
    failed_at: datetime | None

    @property
    def events_behind(self) -> int:
        return max(0, self.horizon - self.position) if self.next_at else 0

    @property
    def time_behind(self) -> timedelta | None:
        """How long the next thing it has to take has been waiting."""
        return clock.now() - self.next_at if self.next_at else None


def consumers() -> list[ConsumerState]:
    """All consumers that ever took something, by name."""
    horizons = {Stream.EVENTS.value: ledger_horizon(), Stream.PEOPLE.value: changes_horizon()}
    return [
        ConsumerState(
            row.consumer,
            row.stream,
            row.position,
            horizons[row.stream],
            row.updated_at,
            _waiting_since(row.stream, row.position, horizons[row.stream]),
            row.error,
            row.failed_at,
        )
        for row in Bookmark.objects.order_by("consumer")
    ]


def position_at(stream: str, moment: datetime) -> int:
    """The position after which a stream goes on with what arrived from ``moment`` on.

    Found by halving: a dozen probes of the primary key, whatever the stream's length. Arrival follows the order of ids
    but for the seconds that a group may wait to be written, so it looks a minute further back: rather early than late.
    """
    moment -= WAITED
    low, high = 0, ledger_horizon() if stream == Stream.EVENTS else changes_horizon()
    while low < high:
        middle = (low + high) // 2
        arrived = _arrival(stream, middle, high)
        if arrived is None or arrived >= moment:
            high = middle
        else:
            low = middle + 1
    return low


def _waiting_since(stream: str, position: int, horizon: int) -> datetime | None:
    return _arrival(stream, position, horizon) if position < horizon else None


def _arrival(stream: str, after: int, up_to: int) -> datetime | None:
    """When the first row after an id arrived; None if there is none up to ``up_to``."""
    if stream == Stream.EVENTS:
        rows = Event.objects.filter(id__gt=after, id__lte=up_to).order_by("id")
        return rows.values_list("received_at", flat=True).first()
    changes = PersonChange.objects.filter(id__gt=after, id__lte=up_to).order_by("id")
    return changes.values_list("at", flat=True).first()
