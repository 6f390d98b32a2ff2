"""The blueprint as trayecto draws it: phases as columns, departments as lanes, touchpoints in their places."""

from __future__ import annotations

from collections.abc import Sequence

from recorrido.journeys.blueprint import Blueprint, Touchpoint
from trayecto.blueprint.words import PHASES
from trayecto.draw import Column, Design, DesignStep, Lane


def design_of(
    blueprint: Blueprint, language: str, happened: frozenset[str], off_path: frozenset[str]
) -> Design:
    """The design of a map: every touchpoint that happened in these journeys, and those that are not measured.

    A column without touchpoints and a department that owns none are left away; what happens in one journey type only
    (the refund of a return) leaves no hole in the map of another.
    """
    shown = [t for t in blueprint.touchpoints if not t.measured or t.key in happened]
    shown = _with_company(shown)
    return Design(
        steps=tuple(_step(blueprint, touchpoint, language, off_path) for touchpoint in shown),
        columns=_columns(blueprint, shown, language),
        lanes=_lanes(blueprint, shown, language),
    )


def _with_company(shown: Sequence[Touchpoint]) -> list[Touchpoint]:
    """Unmeasured touchpoints stay only in stages where something is measured."""
    stages = {touchpoint.phase for touchpoint in shown if touchpoint.measured}
    return [touchpoint for touchpoint in shown if touchpoint.measured or touchpoint.phase in stages]


def _step(
    blueprint: Blueprint, touchpoint: Touchpoint, language: str, off_path: frozenset[str]
) -> DesignStep:
    return DesignStep(
        step=touchpoint.key,
        label=touchpoint.label.text(language),
        column=_column_key(blueprint, touchpoint),
        lane=touchpoint.owner,
        position=touchpoint.position,
        gate=touchpoint.gate is not None,
        exceptional=touchpoint.key in off_path,
        measured=touchpoint.measured,
    )


def _column_key(blueprint: Blueprint, touchpoint: Touchpoint) -> str:
    number = next(n for n, column in enumerate(blueprint.columns) if touchpoint.stage in column.stages)
    return str(number)


def _columns(blueprint: Blueprint, shown: Sequence[Touchpoint], language: str) -> tuple[Column, ...]:
    used = {touchpoint.stage for touchpoint in shown}
    columns = []
    for number, column in enumerate(blueprint.columns):
        stages = [blueprint.stages[stage].text(language) for stage in column.stages if stage in used]
        if stages:
            phase = PHASES[column.phase]["en" if language.startswith("en") else "es"]
            columns.append(Column(str(number), phase, " · ".join(stages)))
    return tuple(columns)


def _lanes(blueprint: Blueprint, shown: Sequence[Touchpoint], language: str) -> tuple[Lane, ...]:
    owners = {touchpoint.owner for touchpoint in shown}
    departments = blueprint.departments.values()
    return tuple(Lane(d.slug, d.label.text(language)) for d in departments if d.slug in owners)
