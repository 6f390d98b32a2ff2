"""What callers hand to the ledger and what they get back. No database in here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

CHANNELS = (
    "web",
    "app",
    "store",
    "phone",
    "email",
    "chat",
    "whatsapp",
    "sms",
    "social",
    "marketplace",
    "print",
)
"""How a customer can meet the company. Internal work has a source and no channel."""

MAX_GROUP = 5_000
"""Events per transaction: ledger writes stay short, imports included."""

MAX_SOURCE = 64
"""Characters of a source's name."""


class NewEvent(msgspec.Struct, frozen=True, gc=False):
    """Something that happened once, as its source tells it.

    ``message_id`` is the source's own id, the same on every retry: it is what makes recording twice harmless.
    ``at`` is aware; ``date_only`` says that its time of day means nothing.
    ``identifiers`` are (kind, value) pairs as the source writes them, the first one the principal: the event belongs
    to the person of that one. ``objects`` are (kind, external id) pairs.
    ``attributes`` are facts about the person (name, region, segment …), the newest event wins per key.
    """

    message_id: str
    type: str
    at: datetime
    channel: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    objects: tuple[tuple[str, str], ...] = ()
    properties: dict[str, Any] = msgspec.field(default_factory=dict)
    original_at: datetime | None = None
    sent_at: datetime | None = None
    received_at: datetime | None = None
    date_only: bool = False
    attributes: dict[str, Any] = msgspec.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """One event that went to quarantine: its position in the input, a code for machines, a sentence for people."""

    position: int
    message_id: str
    code: str
    detail: str


@dataclass(slots=True)
class RecordReport:
    """What became of a group. ``recorded + duplicates + quarantined`` is the number of events handed in.

    An event that was quarantined before, unchanged, counts as a duplicate. ``unread_identifiers`` counts identifier
    values nobody could read; their events are recorded and keep them in the property ``$unread_identifiers``.
    """

    recorded: int = 0
    duplicates: int = 0
    quarantined: int = 0
    unread_identifiers: int = 0
    refused: list[Refused] = field(default_factory=list)
    fresh: list[int] = field(default_factory=list)
    """Of one group: the positions of the events that were recorded now. Not added up."""

    def add(self, other: RecordReport) -> None:
        """Take another group's figures in (``refused`` keeps the first 1,000; all of them are in the table)."""
        self.recorded += other.recorded
        self.duplicates += other.duplicates
        self.quarantined += other.quarantined
        self.unread_identifiers += other.unread_identifiers
        self.refused.extend(other.refused[: max(0, 1_000 - len(self.refused))])
