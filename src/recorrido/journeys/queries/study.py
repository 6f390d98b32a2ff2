"""A journey type's log, open at one version, with the blueprint it was built by: what every question is asked of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.blueprint import Blueprint, JourneyType
from recorrido.journeys.errors import (
    JourneysError,
    LogDamaged,
    LogVersionGone,
    NoBlueprint,
    NoLog,
    UnknownJourneyType,
)
from recorrido.journeys.models import BlueprintVersion, JourneyBuild

OPEN_LOGS = 8  # per process; a base is memory-mapped and shared, what each version adds is its tail


@dataclass(frozen=True, eq=False)
class Study:
    """One version of one journey type's log. ``build`` tells when it was made, from how many events."""

    blueprint: Blueprint
    journey_type: JourneyType
    build: JourneyBuild
    log: Any  # trayecto.JourneyLog
    newest: str  # the version a reload would show
    in_force: int  # the blueprint version that the next build will follow

    @property
    def version(self) -> str:
        """What a page pins in its URLs (``log=<version>``) so that clicks agree with figures."""
        return str(self.log.version)

    @property
    def is_newest(self) -> bool:
        return self.version == self.newest

    @property
    def weights_differ(self) -> int:
        """Journeys whose events name more than one weight; the first of each counts."""
        return int(self.log.info().weights_differ)

    @property
    def as_of(self) -> datetime:
        """The moment the figures speak of, in the blueprint's time zone."""
        return self.log.as_of.astimezone(ZoneInfo(self.blueprint.time_zone))  # type: ignore[no-any-return]

    def label(self, step: str) -> str:
        return self.blueprint.label(step, get_language() or "es")

    def owner_label(self, step: str) -> str:
        owner = self.blueprint.owner(step)
        return owner.label.text(get_language() or "es") if owner else ""

    @cached_property
    def steps(self) -> frozenset[str]:
        """The steps that occur."""
        return frozenset(self.log.steps)

    @cached_property
    def numbers(self) -> dict[str, Any]:
        """Journey attributes as floats, by name, once they were asked for."""
        return {}

    @cached_property
    def goal(self) -> tuple[str, ...]:
        """The goal steps that ever happened."""
        return tuple(step for step in self.journey_type.goal if step in self.steps)

    @cached_property
    def off_path(self) -> frozenset[str]:
        return frozenset(self.blueprint.off_path(self.journey_type))

    @cached_property
    def reached(self) -> Any:
        return trayecto.has(*self.goal) if self.goal else NOTHING

    @cached_property
    def exceptions(self) -> Any:
        """Journeys that left the regular path: an exceptional step, a support contact, a gate nobody has to pass."""
        off = [step for step in self.off_path if step in self.steps]
        return trayecto.has(*off) if off else NOTHING

    @cached_property
    def regular(self) -> Any:
        """Journeys that reach the goal on the regular path."""
        regular = self.reached & ~self.exceptions
        return regular if self.begun is None else self.begun & regular

    @cached_property
    def begun(self) -> Any | None:
        """Journeys that count for the share of regular ones: those with an anchor step; None = all of them."""
        cut = self.journey_type.boundaries
        anchors = [step for step in (cut.anchor if cut else ()) if step in self.steps]
        return trayecto.has(*anchors) if anchors else None


NOTHING: Any = trayecto.attribute("1 = 0")


@dataclass(frozen=True)
class JourneyTypeState:
    """What a list of journey types shows: its newest log, if any, and its newest build, if any."""

    journey_type: JourneyType
    newest: JourneyBuild | None  # done
    last: JourneyBuild | None  # whatever its state

    @property
    def ready(self) -> bool:
        return self.newest is not None


@dataclass(frozen=True)
class LogFacts:
    """What a log holds now: journeys, their steps, the moment it speaks of, and how many journeys were written anew
    since it was built."""

    journeys: int
    events: int
    as_of: datetime
    patched: int


def log_facts(state: JourneyTypeState) -> LogFacts | None:
    """Of the newest version of a journey type's log; None where there is none that can be opened."""
    try:
        log = open_study(state.journey_type.slug).log
    except JourneysError:
        return None
    return LogFacts(log.total_journeys, log.total_events, log.as_of, log.info().patched_journeys)


def blueprint_in_force() -> tuple[BlueprintVersion, Blueprint]:
    """The newest blueprint; raises NoBlueprint."""
    version = BlueprintVersion.objects.newest()
    if version is None:
        raise NoBlueprint
    return version, read_version(version.id)


def journey_types() -> tuple[JourneyTypeState, ...]:
    """The journey types of the blueprint in force, the default one first; raises NoBlueprint."""
    _version, blueprint = blueprint_in_force()
    ordered = sorted(blueprint.journeys.values(), key=lambda kind: kind.slug != blueprint.default_journey)
    builds = JourneyBuild.objects
    return tuple(
        JourneyTypeState(kind, builds.newest_done(kind.slug), builds.newest(kind.slug)) for kind in ordered
    )


def open_study(journey_type: str = "", version: str = "") -> Study:
    """Open the log of a journey type ("" = the blueprint's default) at a version ("" = the newest).

    Raises NoBlueprint, UnknownJourneyType, NoLog, or LogVersionGone with the newest version when the pinned one was
    removed.
    """
    in_force, blueprint = blueprint_in_force()
    slug = journey_type or blueprint.default_journey
    found = _newest(slug)
    if found is None:
        if slug not in blueprint.journeys:
            raise UnknownJourneyType(_("The blueprint has no journeys “%(type)s”.") % {"type": slug})
        raise NoLog(slug)
    newest, last = found
    wanted = version or newest
    build: JourneyBuild | None = (
        last if _stands_on(wanted, last) else JourneyBuild.objects.of_log(slug, wanted)
    )
    if build is None:
        raise LogVersionGone(wanted, newest)
    return _study(build, wanted, newest, in_force.id)


def newest_version(journey_type: str) -> str:
    """The newest log version of a journey type, "" when it was never built; cheap enough to be asked every second."""
    found = _newest(journey_type)
    return found[0] if found else ""


def _newest(journey_type: str) -> tuple[str, JourneyBuild] | None:
    """The newest version and the build it stands on: what the log's manifest says, else what the last build made. A
    build may have published its log and died before its row said so."""
    last = JourneyBuild.objects.newest_done(journey_type)
    made = None if last is None else (last.log_version, last)
    try:
        version = trayecto.current_version(bridge.log_folder(journey_type))
    except trayecto.BadLog:
        return made
    build = last if _stands_on(version, last) else JourneyBuild.objects.of_log(journey_type, version)
    return (version, build) if build else made


def _stands_on(version: str, build: JourneyBuild | None) -> bool:
    return build is not None and version.partition(".")[0] == build.log_version


def _study(build: JourneyBuild, version: str, newest: str, in_force: int) -> Study:
    try:
        log = _open_log(build.journey_type, version, str(bridge.log_folder(build.journey_type)))
    except trayecto.TrayectoError as error:
        if version != newest:
            raise LogVersionGone(version, newest) from error
        raise LogDamaged(str(error)) from error
    blueprint = read_version(build.blueprint_id)
    return Study(blueprint, blueprint.journeys[build.journey_type], build, log, newest, in_force)


@lru_cache(maxsize=OPEN_LOGS)
def _open_log(journey_type: str, version: str, folder: str) -> Any:
    return trayecto.JourneyLog.open(folder, version=version)


@lru_cache(maxsize=OPEN_LOGS)
def read_version(version_id: int) -> Blueprint:
    """A blueprint version by its id. They never change, so one reading per process is enough."""
    return BlueprintVersion.objects.get(id=version_id).read()


def forget_studies() -> None:
    """Open logs and blueprints that were read; for tests, which use the same numbers for other things."""
    _open_log.cache_clear()
    read_version.cache_clear()


def step_labels(study: Study) -> Mapping[str, str]:
    return {step: study.label(step) for step in study.log.steps}
