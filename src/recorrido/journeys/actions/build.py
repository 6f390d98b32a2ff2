"""Build the journey log of one type from the ledger: export, build aside, swap."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

import trayecto
from recorrido.company.models import Staff
from recorrido.events.actions import refresh_statistics
from recorrido.journeys import bridge
from recorrido.journeys.actions.export import (
    Census,
    Export,
    plan_export,
    room_to_sort,
    take_census,
    write_export,
)
from recorrido.journeys.actions.fresh import built, set_bookmarks
from recorrido.journeys.actions.requests import LOCK_CLASS, new_build
from recorrido.journeys.actions.taking_in import (
    FRESH,
    Kind,
    Position,
    carry_over,
    finish,
    horizons,
    writing,
)
from recorrido.journeys.blueprint import JourneyType
from recorrido.journeys.errors import BuildFailed, BuildRunning, JourneysError
from recorrido.journeys.models import (
    RUNNING_STATES,
    BuildReason,
    BuildState,
    JourneyBuild,
    ValueModelVersion,
)
from recorrido.shared import clock
from recorrido.shared.aside import AsideEnded, run_aside

Tell = Callable[[JourneyBuild], None]

_EXPORTED = 60  # percent when every event is on its way out of the database


def build_now(
    *,
    journey_type: str,
    actor: Staff | None,
    reason: BuildReason = BuildReason.MANUAL,
    tell: Tell | None = None,
) -> JourneyBuild:
    """Build in this process and return the finished row. ``tell`` hears the row after each step of progress.

    Raises BuildRunning while another process builds this type, BuildFailed when it stops; the old log stays then.
    """
    return run_build(build=new_build(journey_type, actor, reason), tell=tell)


def run_build(*, build: JourneyBuild, tell: Tell | None = None) -> JourneyBuild:
    """Carry out a queued build; see ``build_now``."""
    progress = _Progress(build, tell)
    try:
        with _only_build_of(build.journey_type):
            _settle_abandoned(build)
            return build if build.state == BuildState.DONE else _build(build, progress)
    except (trayecto.TrayectoError, JourneysError) as error:
        progress.set(state=BuildState.FAILED, error=str(error), finished_at=clock.now())
        if isinstance(error, JourneysError):
            raise
        raise BuildFailed(str(error)) from error
    except BaseException as error:
        progress.set(state=BuildState.FAILED, error=repr(error), finished_at=clock.now())
        raise


def carry_out(build_id: int) -> None:
    """Carry out a queued build; why one stopped stands in its row."""
    with suppress(JourneysError):
        run_build(build=JourneyBuild.objects.get(id=build_id))


def carry_out_aside(build_id: int) -> None:
    """Carry out a queued build in a process of its own, and write down if that process died."""
    try:
        run_aside("recorrido.journeys.actions:carry_out", build_id)
    except AsideEnded as ended:
        JourneyBuild.objects.filter(id=build_id, state__in=(BuildState.QUEUED, *RUNNING_STATES)).update(
            state=BuildState.FAILED, error=_how_it_ended(ended.code), finished_at=clock.now()
        )


def _how_it_ended(code: int) -> str:
    if code == -signal.SIGKILL:
        return _(
            "The process that built these journeys was ended from outside; perhaps the machine ran out of memory."
        )
    return _("The process that built these journeys ended.")


@contextmanager
def _only_build_of(journey_type: str) -> Iterator[None]:
    """One build at a time per journey type, on all machines; the lock ends with the connection of a killed process."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, hashtext(%s))", [LOCK_CLASS, journey_type])
        if not cursor.fetchone()[0]:
            raise BuildRunning(
                _("These journeys are being built right now. Try again when that build is done.")
            )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, hashtext(%s))", [LOCK_CLASS, journey_type])


def _settle_abandoned(build: JourneyBuild) -> None:
    """We hold the lock, so a row that still says it runs belongs to a process that died: at the very end perhaps, when
    its log was published already. That may be this very row, handed to us after the worker died that had it."""
    abandoned = JourneyBuild.objects.filter(journey_type=build.journey_type, state__in=RUNNING_STATES)
    published = built(build.journey_type)
    if published is not None and published.state != BuildState.DONE:
        log = trayecto.JourneyLog.open(bridge.log_folder(build.journey_type))
        JourneyBuild.objects.filter(id=published.id).update(**_done(log), finished_at=clock.now(), error="")
        build.refresh_from_db()
    abandoned.exclude(id=build.id).update(
        state=BuildState.FAILED,
        error=_("The process that built these journeys ended."),
        finished_at=clock.now(),
    )


def _done(log: trayecto.JourneyLog) -> dict[str, Any]:
    return {
        "state": BuildState.DONE,
        "percent": 100,
        "events_used": log.total_events,
        "journeys": log.total_journeys,
        "as_of": log.as_of,
    }


def _build(build: JourneyBuild, progress: _Progress) -> JourneyBuild:
    began = time.monotonic()
    blueprint = build.blueprint.read()
    journey_type = blueprint.journeys[build.journey_type]
    progress.set(state=BuildState.EXPORTING, started_at=clock.now(), percent=1)
    refresh_statistics()
    position = horizons()  # before anything is read: what happens from here on is carried over
    export = plan_export(blueprint, journey_type, position[0])
    with room_to_sort():
        census = take_census(export)
    progress.set(
        percent=10,
        events_total=census.total,
        events_without_key=census.without_key,
        events_left_out=census.left_out,
        unmatched=census.unmatched,
        bookmark=export.horizon,
    )
    if census.used == 0:
        progress.set(events_used=0)
        raise BuildFailed(_nothing_to_build(census))
    log = _export_and_build(export, census, position, progress)
    seconds = round(time.monotonic() - began, 2)
    progress.set(**_done(log), seconds=seconds, finished_at=clock.now())
    return build


def _nothing_to_build(census: Census) -> str:
    if census.total == 0:
        return _("There are no events yet. Import or simulate some, then build again.")
    return _(
        "None of the %(events)s events fits a touchpoint of these journeys. Compare the blueprint's event names."
    ) % {"events": census.total}


def _export_and_build(
    export: Export, census: Census, position: Position, progress: _Progress
) -> trayecto.JourneyLog:
    folder = Path(settings.RECORRIDO_DATA) / "tmp"
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder, prefix="export-") as scratch:
        path = Path(scratch) / "events.csv"
        share = (_EXPORTED - 10) / max(census.used, 1)
        with room_to_sort():
            write_export(export, path, lambda rows: progress.percent(min(_EXPORTED, 10 + int(rows * share))))
        progress.set(state=BuildState.BUILDING, percent=_EXPORTED)
        events = trayecto.read_events(
            path,
            journey="journey",
            step="step",
            at="at",
            tz=export.blueprint.time_zone,
            format="csv",
            strict=True,
        )
    progress.percent(80)
    with _drafted(export, events, census, position) as aside:
        del events
        # Named before it is published: whoever opens it looks for the build that made it.
        progress.set(log_version=aside.version, percent=90)
        return _publish(Kind(export.blueprint, export.journey_type), aside, position)


def _drafted(
    export: Export, events: trayecto.Events, census: Census, position: Position
) -> AbstractContextManager[trayecto.Draft]:
    journey_type: JourneyType = export.journey_type
    folder = bridge.log_folder(journey_type.slug)
    folder.parent.mkdir(parents=True, exist_ok=True)
    return trayecto.draft(
        events,
        folder,
        attributes=bridge.attributes(export.blueprint, journey_type),
        columns=bridge.kept_columns(export.blueprint),
        boundaries=bridge.boundaries(journey_type),
        weight="weight" if journey_type.weight else None,
        as_of=_as_of(census),
        order=bridge.step_order(export.blueprint),
        position=position,
        texts=bridge.texts_of(export.blueprint, journey_type) | _values(),
    )


def _values() -> dict[str, str]:
    version = ValueModelVersion.objects.newest()
    return {} if version is None else {"values": version.source}


def _publish(kind: Kind, aside: trayecto.Draft, position: Position) -> trayecto.JourneyLog:
    """Take in what happened since the export began, and swap: nothing that was on a map goes missing from it."""
    slug = kind.journey_type.slug
    position = carry_over(kind, aside, position)
    with writing(slug, wait=True):
        position = finish(kind, aside, position)
        log = aside.publish()
        set_bookmarks(slug, position)
    return log


def _as_of(census: Census) -> datetime:
    """Now while events arrive; of a ledger that stopped, its last event: else every old journey would look lost."""
    now = clock.now()
    last: datetime = census.last_at or now
    return now if now - last < FRESH else last


class _Progress:
    """Keeps the build's row up to date for who watches it, at most once a second while percents pass."""

    def __init__(self, build: JourneyBuild, tell: Tell | None) -> None:
        self._build = build
        self._tell = tell
        self._told = 0.0

    def set(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self._build, name, value)
        JourneyBuild.objects.filter(id=self._build.id).update(**changes)
        self._told = time.monotonic()
        if self._tell:
            self._tell(self._build)

    def percent(self, percent: int) -> None:
        if percent > self._build.percent and time.monotonic() - self._told >= 1:
            self.set(percent=percent)
