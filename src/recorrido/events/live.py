"""Recording what comes in all the time: groups of several sources, from a process that stays.

Events may be checked ahead, as they come, in another thread than the one that writes: while the database works on the
group before, the next one is made ready. What was checked by rules, schemas or a source that are no longer in force
is checked again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence, Set
from datetime import timedelta
from typing import NamedTuple

from recorrido.events.actions import ensure_source
from recorrido.events.door import AHEAD, Group, Ready, Receipt, SourceRef, check_group, check_into, turn_away
from recorrido.events.ledger import Known
from recorrido.events.recording import record_group
from recorrido.events.records import NewEvent, RecordReport
from recorrido.events.schemas import SchemaBook
from recorrido.events.schemas_in_force import in_force
from recorrido.people import acquaintances, rules
from recorrido.people.resolution import Known as KnownLeaves
from recorrido.people.rules import Rules
from recorrido.shared import clock, sql

REMEMBERED = 300_000  # identifiers, and objects, some 100 MB: a process that stays must not grow without end
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


class Checked(NamedTuple):
    """Events that may enter, every one of them, and by what they were checked."""

    ready: Sequence[Ready]
    messages: Set[tuple[int, str]]
    source: SourceRef
    schemas: SchemaBook
    rules: Rules

    def holds(self, source: SourceRef, schemas: SchemaBook, rules: Rules) -> bool:
        return self.rules is rules and self.schemas is schemas and self.source == source


class Batch(NamedTuple):
    """Events of one origin, in their order, and what `LiveLedger.check` said of them."""

    origin: Origin
    events: Sequence[NewEvent]
    checked: Checked | None = None


class _InForce(NamedTuple):
    schemas: SchemaBook
    rules: Rules
    sources: dict[Origin, SourceRef]


class LiveLedger:
    """The ledger as a long-running writer sees it. For one thread, which owns its database connection."""

    def __init__(self) -> None:
        self._known = Known(people=KnownLeaves(limit=REMEMBERED, see=acquaintances.see), limit=REMEMBERED)
        self._sources: dict[Origin, tuple[SourceRef, float]] = {}
        self._in_force: _InForce | None = None

    def check(self, origin: Origin, events: Sequence[NewEvent]) -> Checked | None:
        """Check events ahead, from any thread, without the database.

        None where that cannot be done, as nothing of the origin was recorded lately, or where something has to be said
        of one of them: `record` does it then. Raises nothing.
        """
        now = self._in_force
        if now is None or (source := now.sources.get(origin)) is None:
            return None
        pairs = [(source, event) for event in events]
        try:
            group = check_group(pairs, now=clock.now(), schemas=now.schemas, rules=now.rules)
        except Exception:  # whoever records it, or item by item says which one it was, meets it again
            return None
        if len(group.ready) < len(events) or group.unread_identifiers:
            return None
        return Checked(group.ready, group.messages, source, now.schemas, now.rules)

    def record(self, told: Sequence[Batch], not_taken: Sequence[NotTaken] = ()) -> RecordReport:
        """Record up to 5,000 events of any sources, and quarantine others with their reasons, in one transaction.

        Positions in the report count through ``told`` and go on through ``not_taken``. Raises ``django.db.Error`` or
        ``psycopg.Error`` where the database cannot do it; what was learnt before stays true.
        """
        sql.keep_plans()
        for origin in {one.origin for one in told}:
            self._ref(origin)
        sources = {origin: ref for origin, (ref, _) in self._sources.items()}
        self._in_force = now = _InForce(in_force(), rules.current(), sources)
        group = _group_of(told, now)
        for position, (origin, event, code, detail) in enumerate(not_taken, len(group)):
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


def _group_of(told: Sequence[Batch], now: _InForce) -> Group:
    """What was checked by what is in force, as it is; the rest is checked now."""
    group, receipt = Group(), Receipt.at(clock.now(), now.schemas, now.rules)
    for origin, events, checked in told:
        source = now.sources[origin]
        if checked is None or not checked.holds(source, now.schemas, now.rules):
            check_into(group, ((source, event) for event in events), receipt)
        else:
            group.let_all_in(checked.ready, checked.messages)
    return group
