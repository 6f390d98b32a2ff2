"""Group commit: requests queue what they bring; one thread writes all that waits in one transaction and answers all.

Nobody hears 200 before the commit. A database that is away is waited for, for seconds: libraries try again only a few
times, and a restart takes less than that. What cannot be written for a reason of its own is found by writing request
by request, then item by item, so that it fails alone.
"""

from __future__ import annotations

import atexit
import logging
import threading
import time
from asyncio import AbstractEventLoop, Future
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import psycopg
from django.db import Error as DjangoError
from django.db import connection

from recorrido.api.ingest.errors import Refusal, unavailable
from recorrido.api.ingest.limits import Limits
from recorrido.api.ingest.parcels import Parcel
from recorrido.company.actions import note_api_key_used
from recorrido.company.models import ApiKey
from recorrido.events.live import Batch, Checked, LiveLedger, NotTaken, Origin
from recorrido.events.records import MAX_GROUP, RecordReport, Refused

GATHER = 0.005  # seconds in which more requests are waited for, where the last group had several
PAUSE = 0.1
CLOSING = 10.0
USE_NOTED = 60.0

Told = list[tuple[str, str, str]]
"""For each item: its state (recorded, duplicate, quarantined), a code and a sentence."""

_log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Entry:
    """A request that waits for its commit."""

    key: ApiKey
    parcel: Parcel
    weight: int
    verbose: bool
    answer: Future[Told]
    checked: Checked | None = None
    since: float = field(default_factory=time.monotonic)

    @property
    def origin(self) -> Origin:
        return _origin_of(self.key)

    def not_taken(self) -> list[NotTaken]:
        return [NotTaken(self.origin, event, why.code, str(why)) for _, event, why in self.parcel.refused]


def _origin_of(key: ApiKey) -> Origin:
    return Origin(key.source, key.country)


Outcome = Told | Refusal


class Writer:
    """The queue and its thread, within the limits of the door. Answers in ``loop``."""

    def __init__(self, loop: AbstractEventLoop, limits: Limits) -> None:
        self._loop = loop
        self._limits = limits
        self._waiting: deque[Entry] = deque()
        self._weight = 0
        self._news = threading.Condition()
        self._closing = False
        self._last_size = 1
        self._ledger = LiveLedger()
        self._noted: dict[int, float] = {}
        self._thread = threading.Thread(target=self._run, name="ingest-writer", daemon=True)
        self._thread.start()
        atexit.register(self.close)

    def check(self, key: ApiKey, parcel: Parcel) -> Checked | None:
        """Check what a request brings while others are written. For any thread.

        What every item of a batch shares is written out when its turn has come: until then it lies here once.
        """
        return None if parcel.shares else self._ledger.check(_origin_of(key), parcel.events)

    def submit(self, entry: Entry) -> None:
        """Queue a request; its future is answered after the commit. Raises Refusal (503) where too much waits."""
        with self._news:
            if self._closing:
                raise unavailable("The server is stopping: send it again in a moment.")
            if self._weight + entry.weight > self._limits.most_waiting and self._waiting:
                raise unavailable("Too much waits to be written: send it again in a moment.", retry_after=1)
            self._waiting.append(entry)
            self._weight += entry.weight
            self._news.notify()

    def close(self) -> None:
        """Take nothing more, write what waits, and end. Safe to call twice."""
        with self._news:
            self._closing = True
            self._news.notify()
        self._thread.join(CLOSING)

    def _run(self) -> None:
        while group := self._gather():
            self._settle(group)
            self._note_use(group)
        connection.close()

    def _gather(self) -> list[Entry]:
        """The next group: all that waits, up to 5,000 events; empty once closed and drained."""
        with self._news:
            while not self._waiting:
                if self._closing:
                    return []
                self._news.wait()
            # Alone the last time, a request has nobody to wait for; among many, a moment's wait fills the group.
            until = time.monotonic() + GATHER if self._last_size > 1 else 0.0
            while len(self._waiting) < self._last_size and (left := until - time.monotonic()) > 0:
                self._news.wait(left)
            group = list(self._taken())
            self._last_size = len(group)
            return group

    def _taken(self) -> Iterator[Entry]:
        room = MAX_GROUP
        while self._waiting and (room := room - len(self._waiting[0].parcel)) >= 0:
            entry = self._waiting.popleft()
            self._weight -= entry.weight
            yield entry

    def _settle(self, group: Sequence[Entry]) -> None:
        """Write the group and answer its requests. While the database is away, those that waited long are sent off."""
        while group:
            try:
                self._answer(group, self._recorded(group))
                return
            except Exception as error:
                connection.close()
                if not is_away(error):
                    self._one_by_one(group, error)
                    return
                group = self._without_the_patient(group, error)
            time.sleep(PAUSE)

    def _without_the_patient(self, group: Sequence[Entry], error: Exception) -> list[Entry]:
        """Tell the requests that have waited long enough to come back; returns the others."""
        before = time.monotonic() - self._limits.patience
        if patient := [entry for entry in group if entry.since <= before]:
            _log.warning("The database is away (%s); clients are told to come back.", error)
            self._answer(patient, [unavailable("The database is away: send it again.")] * len(patient))
        return [entry for entry in group if entry.since > before]

    def _recorded(self, group: Sequence[Entry]) -> list[Outcome]:
        told = [Batch(entry.origin, entry.parcel.events, entry.checked) for entry in group]
        not_taken = [one for entry in group for one in entry.not_taken()]
        report = self._ledger.record(told, not_taken)
        return list(_outcomes(group, report))

    def _one_by_one(self, group: Sequence[Entry], error: Exception) -> None:
        """A group that failed for a reason we do not know: whose fault was it?"""
        if len(group) > 1:
            for entry in group:
                self._settle([entry])
            return
        _log.error("A request could not be written; its items are tried one by one.", exc_info=error)
        self._answer(group, [self._item_by_item(group[0])])

    def _item_by_item(self, entry: Entry) -> Outcome:
        outcome: Told = [("recorded", "", "")] * len(entry.parcel)
        try:
            for place, (sound, position) in enumerate(entry.parcel.places()):
                outcome[place] = self._alone(entry, sound, position)
        except Exception:
            connection.close()
            _log.exception("Not even the quarantine took it; the client is told to come back.")
            return unavailable("The database could not write this: send it again.")
        return outcome

    def _alone(self, entry: Entry, sound: bool, position: int) -> tuple[str, str, str]:
        parcel = entry.parcel
        if not sound:
            self._ledger.record([], [entry.not_taken()[position]])
            why = parcel.refused[position].reason
            return "quarantined", why.code, str(why)
        event = parcel.events[position]
        try:
            return _told_of(0, self._ledger.record([Batch(entry.origin, [event])]))
        except Exception as error:
            if is_away(error):
                raise
            connection.close()
            culprit = NotTaken(entry.origin, event, "unexpected", f"It could not be written: {error}.")
            self._ledger.record([], [culprit])
            return "quarantined", culprit.code, culprit.detail

    def _answer(self, group: Sequence[Entry], outcomes: Sequence[Outcome]) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody listens any more
            self._loop.call_soon_threadsafe(_resolve, list(zip(group, outcomes, strict=True)))

    def _note_use(self, group: Sequence[Entry]) -> None:
        """That the keys were used, seldom; not worth a word when it fails."""
        now = time.monotonic()
        for key in {entry.key.pk: entry.key for entry in group}.values():
            if self._noted.get(key.pk, 0.0) < now:
                self._noted[key.pk] = now + USE_NOTED
                try:
                    note_api_key_used(key=key)
                except (DjangoError, psycopg.Error):
                    connection.close()


def is_away(error: BaseException) -> bool:
    """Whether the database is to blame and not what it was given: gone, starting, full, read-only, without tables."""
    cause = error.__cause__ if isinstance(error.__cause__, psycopg.Error) else error
    if isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return True
    # 25006 read-only after a fail-over; 42P01, 42703 older than this program; 42501 and 28 forbidden to us
    return isinstance(cause, psycopg.Error) and (cause.sqlstate or "")[:5] in (
        "25006",
        "42P01",
        "42703",
        "42501",
    )


def _outcomes(group: Sequence[Entry], report: RecordReport) -> Iterator[Told]:
    """What to tell each request; the details only to those who asked."""
    start = 0
    refused = {one.position: one for one in report.refused}
    fresh = set(report.fresh) if any(entry.verbose for entry in group) else set()
    for entry in group:
        count = len(entry.parcel.events)
        yield list(_told(entry.parcel, start, fresh, refused)) if entry.verbose else []
        start += count


def _told(
    parcel: Parcel, start: int, fresh: set[int], refused: dict[int, Refused]
) -> Iterator[tuple[str, str, str]]:
    for sound, position in parcel.places():
        if not sound:
            why = parcel.refused[position].reason
            yield "quarantined", why.code, str(why)
        elif turned := refused.get(start + position):
            yield "quarantined", turned.code, turned.detail
        else:
            yield "recorded" if start + position in fresh else "duplicate", "", ""


def _told_of(position: int, report: RecordReport) -> tuple[str, str, str]:
    for one in report.refused:
        return "quarantined", one.code, one.detail
    return "recorded" if position in report.fresh else "duplicate", "", ""


def _resolve(settled: Sequence[tuple[Entry, Outcome]]) -> None:
    """In the loop's thread: wake the requests; some clients have gone meanwhile."""
    for entry, outcome in settled:
        if entry.answer.done():
            continue
        if isinstance(outcome, Refusal):
            entry.answer.set_exception(outcome)
        else:
            entry.answer.set_result(outcome)
