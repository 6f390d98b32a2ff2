"""Ask for builds that the worker carries out: by hand, or because a log lacks something."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import AlreadyEnqueued

import trayecto
from recorrido.company.actions import audit
from recorrido.company.models import Staff
from recorrido.events.models import Event
from recorrido.events.queries import has_events, ledger_horizon, past_changed_after
from recorrido.journeys import bridge
from recorrido.journeys.errors import NoBlueprint, UnknownJourneyType
from recorrido.journeys.models import BlueprintVersion, BuildReason, BuildState, JourneyBuild
from recorrido.shared import clock, sql

LOCK_CLASS = 4_917  # advisory locks (class, hash of the journey type): who holds one is building
DAY, PATIENCE = timedelta(days=1), timedelta(minutes=10)
TASK = "recorrido.journeys.tasks.build_journey_log"


def new_build(journey_type: str, actor: Staff | None, reason: BuildReason) -> JourneyBuild:
    """The row of a build that is yet to begin; raises NoBlueprint or UnknownJourneyType."""
    version = BlueprintVersion.objects.newest()
    if version is None:
        raise NoBlueprint
    if journey_type not in version.read().journeys:
        raise UnknownJourneyType(_("The blueprint has no journeys “%(type)s”.") % {"type": journey_type})
    with transaction.atomic():
        build = JourneyBuild.objects.create(
            journey_type=journey_type, blueprint=version, reason=reason, requested_by=actor
        )
        detail = {"journeys": journey_type, "why": str(reason)}
        audit(
            actor=actor,
            action="journeys.build_asked",
            subject="journey_build",
            subject_id=build.id,
            detail=detail,
        )
    return build


def request_build(*, journey_type: str, actor: Staff | None, reason: BuildReason) -> JourneyBuild:
    """Queue a build for the worker. While one waits already, that one is returned: it will read all events so far."""
    task = app.configure_task(TASK, queueing_lock=_queueing_lock(journey_type))
    try:
        with transaction.atomic():  # a row without its job would wait for ever
            build = new_build(journey_type, actor, reason)
            task.defer(build_id=build.id)
    except AlreadyEnqueued:
        waiting = JourneyBuild.objects.filter(journey_type=journey_type, state=BuildState.QUEUED)
        return waiting.order_by("-id").first() or build
    return build


def _queueing_lock(journey_type: str) -> str:
    return f"journeys:{journey_type}"


def is_under_way(journey_type: str) -> bool:
    """Whether a build runs or waits for the worker. Asks for lock and job, not for a row that says so: a process that
    died leaves its row as it was."""
    jobs = ProcrastinateJob.objects.filter(queueing_lock=_queueing_lock(journey_type), status="todo")
    return jobs.exists() or _is_being_built(journey_type)


def request_stale_builds(*, reason: BuildReason) -> list[JourneyBuild]:
    """Queue a build of each journey type whose log lacks events of the ledger or speaks of an older blueprint.

    What is being built right now is left to that build, and the rest to the next call; so is an empty ledger.
    """
    blueprint = BlueprintVersion.objects.newest()
    if blueprint is None or not has_events():
        return []
    horizon = ledger_horizon()
    stale = [
        slug
        for slug in blueprint.read().journeys
        if _is_stale(slug, blueprint, horizon) and not _is_being_built(slug)
    ]
    return [request_build(journey_type=slug, actor=None, reason=reason) for slug in stale]


def _is_stale(journey_type: str, blueprint: BlueprintVersion, horizon: int) -> bool:
    """Whether a build would find something new. One that found no event to use finds none in the same events, and a log
    that is kept fresh needs one a day: for what patches do not tell it, such as counts of events that fit nowhere."""
    answered = JourneyBuild.objects.filter(
        Q(state=BuildState.DONE) | Q(state=BuildState.FAILED, events_used=0), journey_type=journey_type
    )
    last = answered.order_by("-id").first()
    if last is None or last.blueprint_id != blueprint.id:
        return True
    if last.state == BuildState.FAILED or clock.now() - last.created_at > DAY:
        return (last.bookmark or 0) < horizon
    if past_changed_after(last.bookmark or 0):
        return True
    return _stands_still(_position(journey_type), horizon)


def _stands_still(position: int, horizon: int) -> bool:
    """Whether an event waits for longer than a log that is followed leaves it waiting."""
    waiting = Event.objects.filter(id__gt=position, id__lte=horizon).order_by("id")
    since = waiting.values_list("received_at", flat=True).first()
    return since is not None and clock.now() - since > PATIENCE


def _position(journey_type: str) -> int:
    """How far the log was read; 0 where nothing says so."""
    try:
        position = trayecto.position_of(bridge.log_folder(journey_type))
    except trayecto.BadLog:
        return 0
    return position[0] if position else 0


def _is_being_built(journey_type: str) -> bool:
    return bool(sql.fetch(_HOLDERS, LOCK_CLASS, journey_type))


_HOLDERS = """
    SELECT pid FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND classid::bigint = %s AND objid::bigint = hashtext(%s)::bigint & 4294967295
"""
