"""The only writes to the ledger. (Consumers' bookmarks: ``consumers``; the log of imports: ``imports``.)"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from itertools import islice

from django.db import connection

from recorrido.events.door import AHEAD, Group, SourceRef, check_group
from recorrido.events.errors import GroupTooLarge
from recorrido.events.ledger import Known
from recorrido.events.models import Event, EventObject, ObjectRef, Source
from recorrido.events.recording import record_group
from recorrido.events.records import MAX_GROUP, NewEvent, RecordReport
from recorrido.events.schemas_in_force import in_force
from recorrido.people import rules
from recorrido.people.models import Attribute, Identifier
from recorrido.shared import clock
from recorrido.shared.streams import seldom_collected

OWN_SOURCE = "recorrido"  # of the events that we tell ourselves
Progress = Callable[[int], None]
"""Called with the number of events handled since the last call."""


def ensure_source(*, name: str, country: str = "") -> Source:
    """The source of this name, made on first use. ``country`` (two letters) reads phone numbers without a prefix."""
    source, _ = Source.objects.get_or_create(name=name, defaults={"country": country.upper()})
    return source


def refresh_statistics() -> None:
    """Tell PostgreSQL how large the ledger is now (a sample, under a second).

    Its own housekeeping comes a minute after a bulk load; a large read planned before that takes the tables for
    empty, and minutes instead of seconds.
    """
    tables = (Event, EventObject, ObjectRef, Identifier, Attribute)
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def record_events(*, source: Source, events: Sequence[NewEvent]) -> RecordReport:
    """Record up to 5,000 events of one source in one transaction, with their persons and objects.

    An event is unique by its message id within its source, for ever: recording it again changes nothing and counts as
    a duplicate. What cannot be understood goes to quarantine with its reason and never fails the others.

    Inside a caller's transaction it commits with the caller: call it once there, with all its events. (Two transactions
    that each record twice may lock each other up; PostgreSQL ends one of them, and that caller tries again.)
    Raises GroupTooLarge.
    """
    if len(events) > MAX_GROUP:
        raise GroupTooLarge(len(events), MAX_GROUP)
    ref = ref_of(source)
    group = check_group(
        [(ref, event) for event in events], now=clock.now(), schemas=in_force(), rules=rules.current()
    )
    return record_group(group, Known())


def record_many(
    *, source: Source, events: Iterable[NewEvent], progress: Progress | None = None
) -> RecordReport:
    """Record any number of events in short transactions, each durable before the next begins.

    A crash in the middle costs nothing: run it again, and what is there counts as duplicates.
    """
    ref = ref_of(source)
    return _record_stream(((ref, event) for event in events), progress)


def record_from_sources(
    *, events: Iterable[tuple[str, NewEvent]], country: str = "", progress: Progress | None = None
) -> RecordReport:
    """As ``record_many``, for a stream of (source name, event) in which several sources mix."""
    refs: dict[str, SourceRef] = {}

    def ref(name: str) -> SourceRef:
        if name not in refs:
            refs[name] = ref_of(ensure_source(name=name, country=country))
        return refs[name]

    return _record_stream(((ref(name), event) for name, event in events), progress)


def _record_stream(events: Iterable[tuple[SourceRef, NewEvent]], progress: Progress | None) -> RecordReport:
    total, known = RecordReport(), Known()
    with seldom_collected():
        for group in _checked_ahead(iter(events)):
            total.add(record_group(group, known))
            if progress is not None:
                progress(len(group))
    return total


def _checked_ahead(events: Iterator[tuple[SourceRef, NewEvent]]) -> Iterator[Group]:
    """Groups through the door, one prepared in a second thread while the database works on the one before."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ledger-door") as door:
        waiting: deque[Future[Group]] = deque()
        while batch := list(islice(events, MAX_GROUP)):
            waiting.append(
                door.submit(check_group, batch, now=clock.now(), schemas=in_force(), rules=rules.current())
            )
            if len(waiting) > 1:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def ref_of(source: Source) -> SourceRef:
    """What the door needs to know of a source."""
    ahead = AHEAD if source.ahead_hours is None else timedelta(hours=source.ahead_hours)
    return SourceRef(source.id, source.name, source.country, ahead)
