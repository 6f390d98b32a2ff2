"""A log held against a blueprint: alignments with the path, and its rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from trayecto.blueprint import Blueprint, JourneyType
from trayecto.conformance.costs import Costs
from trayecto.conformance.paths import NOTHING, steps_of
from trayecto.conformance.rules import other_of
from trayecto.designed.build import BLUEPRINT
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.questions.alignments import AlignmentsResult
from trayecto.questions.rules import RulesResult


def align(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> AlignmentsResult:
    """Every variant against the regular path and the exceptional variants of the design, at the design's costs.

    Raises BadValue where the design has no path for these journeys.
    """
    names = step_names(log, blueprint)
    path = blueprint.allowed(journey_type, names)
    if path == NOTHING:
        raise BadValue(
            f"The blueprint says no path for the journeys '{journey_type.slug}': "
            f"write journeys.{journey_type.slug}.path, a list of touchpoints."
        )
    costs = journey_type.costs
    known = {*log.steps, *steps_of(path)}
    return log.alignments(
        path, Costs(_known(costs.inserted, names, known), _known(costs.skipped, names, known))
    )


def _known(costs: Mapping[str, float], names: Mapping[str, str], known: Collection[str]) -> dict[str, float]:
    """By step; a touchpoint that neither a journey nor the path has costs nobody anything."""
    called = {names.get(touchpoint, touchpoint): cost for touchpoint, cost in costs.items()}
    return {step: cost for step, cost in called.items() if step in known}


def rules_of(log: JourneyLog, journey_type: JourneyType) -> RulesResult:
    """How many journeys keep each rule of the design whose steps the log has."""
    known = set(log.steps)
    return log.rules([rule for rule in journey_type.rules if {rule.step, other_of(rule)} <= known])


def step_names(log: JourneyLog, blueprint: Blueprint) -> dict[str, str]:
    """Touchpoint → step. A log that no blueprint built calls its steps as their events are called."""
    if BLUEPRINT in log.texts:
        return {}
    steps = set(log.steps)
    return {
        one.key: one.event
        for one in blueprint.measured
        if one.event is not None and one.key not in steps and one.event in steps
    }
