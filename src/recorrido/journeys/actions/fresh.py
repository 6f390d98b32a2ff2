"""The follower that keeps logs fresh: what happened is on the map within a second.

A log knows how far it was read (its position), and so do two bookmarks per kind of journeys, which people can see and
set back; it goes on from the smaller. Position and journeys are published in one step: a crash before the bookmarks move
only makes the next step do the same again.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from functools import partial

from django.db import DatabaseError

import trayecto
from recorrido.events.consumers import move_bookmark, note_failure
from recorrido.events.models import Bookmark, Event, Stream
from recorrido.events.queries import past_changed_after
from recorrido.journeys import bridge
from recorrido.journeys.actions.requests import is_under_way, request_build
from recorrido.journeys.actions.taking_in import (
    Kind,
    Position,
    horizons,
    moment_of,
    portion,
    take_in,
    writing,
)
from recorrido.journeys.models import BlueprintVersion, BuildReason, BuildState, JourneyBuild
from recorrido.journeys.queries.study import read_version
from recorrido.shared import clock

NAME = "journeys.fresh"
TICK = timedelta(minutes=15)  # so long the moment a log speaks of may stand while nothing happens at all
FAR = 200_000  # events or changes; who is further behind is built anew rather than patched
REST = 10  # times as long as it took, a base is left to serve although its patches are past a tenth of it
PATIENCE = timedelta(minutes=15)  # after a build that failed

_log = logging.getLogger(__name__)


def follow() -> bool:
    """Bring every log up to the horizon, a portion of events at most; returns whether there may be more.

    One kind of journeys that cannot go on keeps no other from it; its error is raised in the end.
    """
    newest = BlueprintVersion.objects.newest()
    if newest is None:
        return False
    horizon, more, failed = horizons(), False, None
    for journey_type in read_version(newest.id).journeys:
        try:
            more = follow_log(journey_type, horizon) or more
        except (trayecto.TrayectoError, DatabaseError, OSError) as error:
            _log.warning("The log of the journeys %s could not be kept fresh: %s", journey_type, error)
            note_failure(consumer=bookmarks_of(journey_type)[0], error=error)
            failed = error
    if failed is not None:
        raise failed
    return more


def follow_log(journey_type: str, horizon: Position) -> bool:
    """Take the next portion into one log, if it has any; returns whether there may be more."""
    with writing(journey_type, wait=False) as mine:
        build = built(journey_type) if mine else None
        if build is None:
            return False
        try:
            return _follow(build, horizon)
        except trayecto.NeedsBuild as error:
            _log.info("The journeys %s must be built anew: %s", journey_type, error)
            ask_for_build(journey_type)
            return False


def built(journey_type: str) -> JourneyBuild | None:
    """The build that the current version of a log stands on; None where there is no log to be followed."""
    try:
        version = trayecto.current_version(bridge.log_folder(journey_type))
    except trayecto.BadLog:
        return None
    return JourneyBuild.objects.of_log(journey_type, version)


def _follow(build: JourneyBuild, horizon: Position) -> bool:
    folder = bridge.log_folder(build.journey_type)
    log = trayecto.JourneyLog.open(folder)
    since = _since(build.journey_type, log)
    if _is_far(since, horizon, log):
        ask_for_build(build.journey_type)
        return False
    if past_changed_after(build.bookmark or 0):
        ask_for_build(build.journey_type)
    until = portion(since, horizon)
    if until == since:
        _tick(log, until)
        return False
    blueprint = read_version(build.blueprint_id)
    kind = Kind(blueprint, blueprint.journeys[build.journey_type])
    take_in(kind, since, until, log.as_of, partial(trayecto.append, folder))
    set_bookmarks(build.journey_type, until)
    trayecto.compact(folder)
    if trayecto.JourneyLog.open(folder).has_outgrown_its_base and _has_paid(build):
        ask_for_build(build.journey_type)
    return until[0] < horizon[0]


def _has_paid(build: JourneyBuild) -> bool:
    """Whether a build lasted far longer than it took: else a flood of events would have the worker build all the time."""
    rest = timedelta(seconds=REST * (build.seconds or 0))
    return build.finished_at is None or clock.now() - build.finished_at >= rest


def _is_far(since: Position, horizon: Position, log: trayecto.JourneyLog) -> bool:
    return max(now - then for now, then in zip(horizon, since, strict=True)) > max(
        FAR, log.total_events // 10
    )


def _tick(log: trayecto.JourneyLog, position: Position) -> None:
    """Time passes also when nothing happens: open journeys become lost."""
    if clock.now() - log.as_of < TICK:
        return
    newest = Event.objects.order_by("-id").values_list("at", flat=True).first()
    moment = moment_of(newest, log.as_of)
    if moment - log.as_of >= TICK:
        trayecto.append(log.path, touched=(), as_of=moment, position=position)


def bookmarks_of(journey_type: str) -> tuple[str, str]:
    """The names of a log's bookmarks: in the ledger, and in the changes of persons."""
    return f"{NAME}.{journey_type}"[:64], f"{NAME}-people.{journey_type}"[:64]


def _since(journey_type: str, log: trayecto.JourneyLog) -> Position:
    """Where to go on: the position of the log, or bookmarks that somebody set back. NeedsBuild for a log without one."""
    if len(log.position) != 2:
        raise trayecto.NeedsBuild("The log does not say how far the ledger was read.")
    names = bookmarks_of(journey_type)
    known = dict(Bookmark.objects.filter(consumer__in=names).values_list("consumer", "position"))
    events, changes = (
        min(reached, known.get(name, reached)) for name, reached in zip(names, log.position, strict=True)
    )
    return events, changes


def set_bookmarks(journey_type: str, position: Position) -> None:
    """Say where a log stands, for people to see."""
    events, changes = bookmarks_of(journey_type)
    move_bookmark(consumer=events, position=position[0], stream=Stream.EVENTS)
    move_bookmark(consumer=changes, position=position[1], stream=Stream.PEOPLE)


def ask_for_build(journey_type: str) -> None:
    """Have a log built anew, unless that waits or runs already, or failed a moment ago."""
    if is_under_way(journey_type):
        return
    last = JourneyBuild.objects.newest(journey_type)
    if last is not None and last.state == BuildState.FAILED and clock.now() - last.created_at < PATIENCE:
        return
    request_build(journey_type=journey_type, actor=None, reason=BuildReason.SCHEDULE)
