"""What a log says of itself."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from trayecto.log.version import Version
from trayecto.units import to_datetime


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
    base_events: int  # events when the base was built
    patches: int  # what was appended since
    patched_journeys: int
    patched_events: int
    position: tuple[int, ...]

    @property
    def patched_share(self) -> float:
        """The events of the patches against those of the base; past a tenth it is time to build again."""
        return self.patched_events / max(self.base_events, 1)

    def to_dict(self) -> dict[str, Any]:
        facts = asdict(self)
        moments = {
            name: facts[name].isoformat() if facts[name] else None for name in ("started", "ended", "as_of")
        }
        lists = {
            name: list(facts[name])
            for name in ("steps", "attributes", "columns", "date_only_steps", "position")
        }
        return facts | moments | lists


def info_of(version: Version) -> LogInfo:
    """Everything but the journeys themselves."""
    meta, facts = version.base.meta, version.facts
    journeys, events = version.totals
    tail = version.tail_rows
    return LogInfo(
        path=str(version.folder),
        version=version.name,
        key=meta["key"],
        journeys=journeys,
        events=events,
        events_left_out=meta["events_left_out"],
        steps=tuple(sorted(version.code_of)),
        attributes=tuple(meta["attributes"]),
        columns=tuple(facts["columns"]),
        weighted=version.weighted,
        weights_differ=version.weights_differ,
        date_only_steps=tuple(facts["date_only_steps"]),
        started=to_datetime(version.first_moment) if journeys else None,
        ended=to_datetime(version.last_moment) if journeys else None,
        as_of=version.as_of,
        bytes=version.bytes,
        base_events=meta["events"],
        patches=len(version.patches),
        patched_journeys=0 if tail is None else len(tail.table),
        patched_events=0 if tail is None else int(tail.offsets[-1]),
        position=version.position,
    )
