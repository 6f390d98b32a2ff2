"""Export the ledger's events, and keep what was exported equal to the ledger: new events, merges, erasures, corrections.

How far a place is stands in the place itself. What was taken out of the ledger leaves the place first, before anything is
added to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

import trayecto
from recorrido.events.consumers import move_bookmark, note_failure
from recorrido.events.queries import changes_horizon, ledger_horizon, past_changes_after, words_of_types
from recorrido.journeys.exporting import rows
from recorrido.journeys.exporting.errors import ExportError, ExportFailed, ExportRunning
from recorrido.journeys.exporting.models import EventExport, ExportState
from recorrido.journeys.exporting.queries import state_of_export
from recorrido.journeys.models import BlueprintVersion
from recorrido.shared import clock
from recorrido.shared.aside import AsideEnded, run_aside
from trayecto.events.exported import Update, place_of

CONSUMER = "export"
LOCK_CLASS = 4_931  # advisory locks (class, hash of the place): who holds one is exporting there
PORTION = 200_000  # ledger positions read at once
MOST = 10_000_000  # positions that one run of the worker takes, for others wait for their turn
REST = 4  # times as long as it took, the worker leaves an export alone

Tell = Callable[[EventExport], None]


def export_events(
    *, destination: str, tell: Tell | None = None, most: int | None = None
) -> EventExport | None:
    """Bring a place up to the horizon of the ledger; returns the run, None where there was nothing to do.

    ``destination``: a folder, or ``s3://bucket/path``. ``tell`` hears the run after each step. ``most``: ledger
    positions that this run takes, the next goes on (None: all). Raises ExportRunning, ExportFailed.
    """
    with _only_export_to(_named(destination)):
        try:
            update = Update(destination)
            run = _run(update, destination, tell, most) if _is_due(update) else None
        except (trayecto.TrayectoError, OSError) as error:
            why = f"{destination}: {error}" if isinstance(error, OSError) else str(error)
            _note_stop(destination, why)
            raise ExportFailed(why) from error
        if destination == settings.RECORRIDO_EXPORT:
            move_bookmark(consumer=CONSUMER, position=update.manifest.position)
        return run


def _named(destination: str) -> str:
    """One name for a place, however it is written. A place that cannot be one is kept nowhere: it may hold a password."""
    try:
        return place_of(destination).name
    except trayecto.TrayectoError as error:
        raise ExportFailed(str(error)) from error


def export_as_set() -> None:
    """The export that the settings ask for; why it stopped stands in its run and with the consumer."""
    if _rests():
        return
    try:
        export_events(destination=settings.RECORRIDO_EXPORT, most=MOST)
    except ExportRunning:
        return
    except ExportError as error:
        note_failure(consumer=CONSUMER, error=error)


def _rests() -> bool:
    """Whether the last run took so long that the next had better wait: persons are looked through in each."""
    done = state_of_export().done
    if done is None or done.finished_at is None:
        return False
    return clock.now() - done.finished_at < REST * (done.finished_at - done.started_at)


def export_aside() -> None:
    """As ``export_as_set``, in a process of its own. Where no place is set there is nothing to do."""
    if not settings.RECORRIDO_EXPORT:
        return
    try:
        run_aside("recorrido.journeys.exporting.actions:export_as_set")
    except AsideEnded as ended:
        note_failure(consumer=CONSUMER, error=ended)


@contextmanager
def _only_export_to(place: str) -> Iterator[None]:
    """One run at a time per place, on all machines; the lock ends with the connection of a killed process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, place])
        if not cursor.fetchone()[0]:
            raise ExportRunning(_("Events are being exported to this place right now."))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCK_CLASS, place])


# --- what there is to do ---


def _is_due(update: Update) -> bool:
    """Whether anything happened since: events, persons, changes of the past, attributes that the blueprint wants now; or an
    hour went by since files were left for their readers."""
    known = update.manifest.state
    return (
        update.published is None
        or not _is_of_this_ledger(update)
        or update.has_leftovers
        or update.manifest.position != ledger_horizon()
        or known.get("persons") != _persons_mark()
        or known.get("words") != words_of_types()
        or past_changes_after(known.get("past", 0)).position > known.get("past", 0)
    )


def _persons_mark() -> list[Any]:
    return [changes_horizon(), _wanted_attributes()]


def _is_of_this_ledger(update: Update) -> bool:
    """A ledger that was restored from a backup may have given ids anew: its export begins anew as well. (A horizon that lies
    before our place says nothing: a slow writer may come to be seen late.)"""
    last = update.manifest.state.get("last", [])
    return not last or rows.last_exported(last[0]) == last


def _wanted_attributes() -> list[str]:
    """The attributes of persons that the blueprint in force makes attributes of journeys."""
    version = BlueprintVersion.objects.newest()
    kinds = version.read().journeys.values() if version else ()
    return sorted({one.property or "" for kind in kinds for one in kind.attributes if one.take == "person"})


# --- one run ---


@dataclass
class _Progress:
    """Keeps the run's row up to date for who watches it."""

    run: EventExport
    tell: Tell | None

    def set(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self.run, name, value)
        EventExport.objects.filter(id=self.run.id).update(**changes)
        if self.tell:
            self.tell(self.run)


def _run(update: Update, destination: str, tell: Tell | None, most: int | None) -> EventExport:
    _settle_abandoned(destination)
    progress = _Progress(EventExport.objects.create(destination=destination), tell)
    try:
        _bring_up(update, progress, most)
    except BaseException as error:
        progress.set(state=ExportState.FAILED, error=str(error) or repr(error), finished_at=clock.now())
        raise
    return progress.run


def _note_stop(destination: str, why: str) -> None:
    """In the row of the run that stopped; runs that stop one after the other share one."""
    newest = EventExport.objects.filter(destination=destination).order_by("-id").first()
    if newest is None or newest.state == ExportState.DONE:
        newest = EventExport.objects.create(destination=destination)
    EventExport.objects.filter(id=newest.id).update(
        state=ExportState.FAILED, error=why, finished_at=clock.now()
    )


def _settle_abandoned(destination: str) -> None:
    """We hold the lock, so a run that still says it is under way belongs to a process that died."""
    EventExport.objects.filter(destination=destination, state=ExportState.RUNNING).update(
        state=ExportState.FAILED, error=_("The process that exported ended."), finished_at=clock.now()
    )


def _bring_up(update: Update, progress: _Progress, most: int | None) -> None:
    if not _is_of_this_ledger(update):
        update.begin_anew()
    _renew(update, progress)
    _add_events(update, progress, most)
    _say_persons(update)
    done = update.publish(at_once=False)
    progress.set(
        state=ExportState.DONE,
        percent=100,
        rows=done.rows,
        bytes=done.size,
        position=done.position,
        finished_at=clock.now(),
    )


def _renew(update: Update, progress: _Progress) -> None:
    """What was taken out of the ledger, or is read differently, is so there at once."""
    if rewritten := _follow_the_past(update):
        _say_persons(update)
        update.publish(at_once=True)
        progress.set(rewritten=progress.run.rewritten + rewritten)


def _follow_the_past(update: Update) -> int:
    """Write the files anew whose events were emptied, forgotten, corrected or renamed; returns how many."""
    known = update.manifest.state
    changes, words = past_changes_after(known.get("past", 0)), words_of_types()
    before = known.get("words", {})
    renamed = {name for name in {*words, *before} if words.get(name) != before.get(name)}
    types = {before.get(name, name) for name in renamed}
    count = update.rewrite(changes.ranges, types, rows.events_named)
    update.keep({**known, "past": changes.position, "words": words})
    return count


def _add_events(update: Update, progress: _Progress, most: int | None) -> None:
    began, horizon, events = _begun(update), ledger_horizon(), 0
    if most is not None:
        horizon = min(horizon, began + most)
    for after in range(began, horizon, PORTION):
        until = min(after + PORTION, horizon)
        content = _read(update, progress, after, until)
        update.keep({**update.manifest.state, "last": rows.last_exported(until)})
        events += update.add(content, until)
        progress.set(events=events, percent=min(95, 95 * (until - began) // (horizon - began)))


def _begun(update: Update) -> int:
    """Behind the last event that lies there: a ledger that was restored may give the numbers up to our place anew."""
    last = update.manifest.state.get("last", [])
    return min(update.manifest.position, last[0]) if last else 0


def _read(update: Update, progress: _Progress, after: int, until: int) -> bytes:
    """Events in the words that the files there speak: else a word that is changed and changed back between two runs stays."""
    while True:
        with rows.at_one_moment():
            if words_of_types() == update.manifest.state["words"]:
                return rows.events_between(after, until)
        _renew(update, progress)


def _say_persons(update: Update) -> None:
    """Whose the identifiers are: after the events, so that no event names one that is not known there. All as of one moment,
    or persons who are joined meanwhile would be so in one file only."""
    mark, keys = _persons_mark(), _wanted_attributes()
    with rows.at_one_moment():
        for number in range(rows.stretches_of_persons()):
            update.set_persons(number, rows.persons_of(number, keys))
    update.keep({**update.manifest.state, "persons": mark})
