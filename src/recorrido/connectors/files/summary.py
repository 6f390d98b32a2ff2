"""What became of every row. The figures of a line always add up; a test holds them to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from recorrido.events.records import RecordReport


@dataclass(slots=True)
class TableCount:
    """``read = rejected + used + enriching + unused``: rows that made an event or a person, that stood beside such a
    row, or that no rule picked and no used row met. ``unread`` lines were no records at all (they count as read)."""

    table: str
    read: int = 0
    rejected: int = 0
    used: int = 0
    enriching: int = 0
    unused: int = 0


@dataclass(slots=True)
class RuleCount:
    """``rows = other_condition + without_time + rejected + made``, for one event type or for persons."""

    rule: str
    table: str
    rows: int = 0
    other_condition: int = 0
    without_time: int = 0
    rejected: int = 0
    made: int = 0


@dataclass(slots=True)
class ImportSummary:
    """All of it, JSON-ready by ``to_dict``."""

    run: int
    tables: list[TableCount] = field(default_factory=list)
    rules: list[RuleCount] = field(default_factory=list)
    recorded: int = 0
    duplicates: int = 0
    quarantined: int = 0
    unread_identifiers: int = 0
    rejected: int = 0
    rejects_file: str = ""

    def take_in(self, report: RecordReport) -> None:
        self.recorded += report.recorded
        self.duplicates += report.duplicates
        self.quarantined += report.quarantined
        self.unread_identifiers += report.unread_identifiers

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)
