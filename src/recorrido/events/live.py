"""Recording what comes in all the time: groups of several sources, from a process that stays."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from recorrido.events.actions import ensure_source
from recorrido.events.door import AHEAD, SourceRef, check_group, turn_away
from recorrido.events.ledger import Known
from recorrido.events.recording import record_group
from recorrido.events.records import NewEvent, RecordReport
from recorrido.events.schemas_in_force import in_force
from recorrido.people import rules
from recorrido.people.resolution import Known as KnownLeaves
from recorrido.shared import clock

REMEMBERED = 200_000  # leaves, links and objects, some 100 MB: a process that stays must not grow without end
SOURCES_KEPT = 60.0  # seconds until a source is looked up again: its country or limits may have been changed


class Origin(NamedTuple):
    """Who told an event: the source's name, and the country its phone numbers are read in ("" for the source's own)."""

    name: str
    country: str


class NotTaken(NamedTuple):
    """An event that was refused before the ledger saw it, and why."""

    origin: Origin
    event: NewEvent
    code: str
    detail: str


class LiveLedger:
    """The ledger as a long-running writer sees it. For one thread, which owns its database connection."""

    def __init__(self) -> None:
        self._known = Known(people=KnownLeaves(limit=REMEMBERED), limit=REMEMBERED)
        self._sources: dict[Origin, tuple[SourceRef, float]] = {}

    def record(
        self, told: Sequence[tuple[Origin, NewEvent]], not_taken: Sequence[NotTaken] = ()
    ) -> RecordReport:
        """Record up to 5,000 events of any sources, and quarantine others with their reasons, in one transaction.

        Positions in the report count through ``told`` and go on through ``not_taken``. Raises ``django.db.Error`` or
        ``psycopg.Error`` where the database cannot do it; what was learnt before stays true.
        """
        refs = {origin: self._ref(origin) for origin in {origin for origin, _ in told}}
        events = [(refs[origin], event) for origin, event in told]
        group = check_group(events, now=clock.now(), schemas=in_force(), rules=rules.current())
        for position, (origin, event, code, detail) in enumerate(not_taken, len(events)):
            group.turned.append(turn_away(position, self._ref(origin), event, code, detail))
        return record_group(group, self._known)

    def _ref(self, origin: Origin) -> SourceRef:
        known = self._sources.get(origin)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        source = ensure_source(name=origin.name, country=origin.country)
        ahead = AHEAD if source.ahead_hours is None else timedelta(hours=source.ahead_hours)
        ref = SourceRef(source.id, source.name, origin.country or source.country, ahead)
        self._sources[origin] = ref, time.monotonic() + SOURCES_KEPT
        return ref
