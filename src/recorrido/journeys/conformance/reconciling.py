"""Where design and reality know nothing of each other: designed steps nobody takes, real ones nobody designed, owners
without steps, steps without an owner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import get_language

from recorrido.company.models import Department
from recorrido.journeys.blueprint import Blueprint, Touchpoint
from recorrido.journeys.errors import JourneysError
from recorrido.journeys.queries.study import Study, blueprint_in_force, open_study
from trayecto.blueprint.designed_paths import steps_in


@dataclass(frozen=True)
class Unused:
    """A designed step that no journey takes. ``event``: the type that nobody sends; "" = it is not measured."""

    step: str
    label: str
    owner: str
    event: str
    on_path: bool


@dataclass(frozen=True)
class Undesigned:
    """A kind of event that no touchpoint names."""

    type: str
    channel: str
    events: int


@dataclass(frozen=True)
class OffDesign:
    """A step that journeys of a type take though neither their path nor an exception has it."""

    journey_type: str
    type_label: str
    step: str
    label: str
    owner: str
    journeys: int


@dataclass(frozen=True)
class Owner:
    """A department of the blueprint (``designed``) or of the company without any step, or the owner of steps that the
    company does not have."""

    slug: str
    label: str
    designed: bool
    steps: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reconciliation:
    unused: tuple[Unused, ...]
    unmeasured: tuple[Unused, ...]
    undesigned: tuple[Undesigned, ...]
    off_design: tuple[OffDesign, ...]
    idle_owners: tuple[Owner, ...]
    unknown_owners: tuple[Owner, ...]
    without_log: tuple[str, ...]  # journey types whose journeys were not built yet

    @property
    def real(self) -> int:
        """How many real steps nobody designed."""
        return len(self.undesigned) + len(self.off_design)

    @property
    def whole(self) -> bool:
        """Whether design and reality agree in everything."""
        found = (self.unused, self.undesigned, self.off_design, self.idle_owners, self.unknown_owners)
        return not any(found)


def reconciliation() -> Reconciliation:
    """Of the blueprint in force and the newest logs of all its journey types. Raises NoBlueprint."""
    _version, blueprint = blueprint_in_force()
    studies, missing = _studies(blueprint)
    taken = {step for study in studies for step in study.steps}
    designed = {step for kind in blueprint.journeys.values() for step in steps_in(kind)}
    never = [one for one in blueprint.touchpoints if one.measured and one.key not in taken] if studies else []
    return Reconciliation(
        unused=tuple(_unused(blueprint, one, designed) for one in never),
        unmeasured=tuple(
            _unused(blueprint, one, designed) for one in blueprint.touchpoints if not one.measured
        ),
        undesigned=_undesigned(studies),
        off_design=tuple(row for study in studies for row in _off_design(study)),
        idle_owners=_idle(blueprint),
        unknown_owners=_unknown(blueprint),
        without_log=missing,
    )


def _studies(blueprint: Blueprint) -> tuple[list[Study], tuple[str, ...]]:
    found, missing = [], []
    for kind in blueprint.journeys.values():
        try:
            found.append(open_study(kind.slug))
        except JourneysError:
            missing.append(kind.label.text(_language()))
    return found, tuple(missing)


def _language() -> str:
    return get_language() or "es"


def _unused(blueprint: Blueprint, one: Touchpoint, designed: set[str]) -> Unused:
    owner = blueprint.owner(one.key)
    label = owner.label.text(_language()) if owner else ""
    return Unused(one.key, one.label.text(_language()), label, one.event or "", one.key in designed)


def _undesigned(studies: Iterable[Study]) -> tuple[Undesigned, ...]:
    """From the census of the builds; each type of journey counts the same ledger, so the largest count is told."""
    counts: dict[tuple[str, str], int] = {}
    for study in studies:
        for told in study.build.unmatched:
            key = str(told["type"]), str(told["channel"] or "")
            counts[key] = max(counts.get(key, 0), int(told["events"]))
    rows = (Undesigned(kind, channel, events) for (kind, channel), events in counts.items())
    return tuple(sorted(rows, key=lambda row: (-row.events, row.type)))


def _off_design(study: Study) -> list[OffDesign]:
    designed = steps_in(study.journey_type)
    if not designed:
        return []
    label = study.journey_type.label.text(_language())
    rows = [
        OffDesign(study.journey_type.slug, label, one.step, study.label(one.step), study.owner_label(one.step), one.journeys)
        for one in study.log.map().steps
        if one.step not in designed
    ]  # fmt: skip
    return sorted(rows, key=lambda row: -row.journeys)


def _idle(blueprint: Blueprint) -> tuple[Owner, ...]:
    owning = {one.owner for one in blueprint.touchpoints}
    named = {slug: one.label.text(_language()) for slug, one in blueprint.departments.items()}
    idle = [Owner(slug, label, True) for slug, label in named.items() if slug not in owning]
    others = Department.objects.exclude(slug__in=named)
    return (*idle, *(Owner(one.slug, one.name, False) for one in others))


def _unknown(blueprint: Blueprint) -> tuple[Owner, ...]:
    """Owners that the company's list of departments does not have; where it has none at all, nobody is missing."""
    known = set(Department.objects.values_list("slug", flat=True))
    if not known:
        return ()
    return tuple(
        Owner(slug, one.label.text(_language()), True, steps)
        for slug, one in blueprint.departments.items()
        if slug not in known and (steps := _steps_of(blueprint, slug))
    )


def _steps_of(blueprint: Blueprint, owner: str) -> tuple[str, ...]:
    return tuple(one.label.text(_language()) for one in blueprint.touchpoints if one.owner == owner)
