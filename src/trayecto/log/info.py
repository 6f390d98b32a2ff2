"""What a log says of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class LogInfo:
    """What is in a log folder."""

    path: str
    version: str
    key: str
    journeys: int
    events: int
    events_left_out: int
    steps: tuple[str, ...]
    attributes: tuple[str, ...]
    columns: tuple[str, ...]
    weighted: bool
    weights_differ: int  # journeys whose events name more than one weight; the first counts
    date_only_steps: tuple[str, ...]
    started: datetime | None
    ended: datetime | None
    as_of: datetime
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        facts = asdict(self)
        moments = {
            name: facts[name].isoformat() if facts[name] else None for name in ("started", "ended", "as_of")
        }
        lists = {name: list(facts[name]) for name in ("steps", "attributes", "columns", "date_only_steps")}
        return facts | moments | lists
