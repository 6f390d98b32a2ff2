"""The panels of the map: one step, one flow."""

from __future__ import annotations

from dataclasses import dataclass

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import count
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters, known_step
from recorrido.journeys.queries.hurts import Hurt, where_it_hurts
from recorrido.journeys.queries.maps import MapFlow, map_figures, no_flow, trunk
from recorrido.journeys.queries.outcomes import limits
from recorrido.journeys.queries.selections import Selection, at_step
from recorrido.journeys.queries.study import Study


@dataclass(frozen=True)
class Before:
    """A step in the previous equal period; its figure's click keeps that period's filters."""

    filters: Filters
    journeys: Figure


@dataclass(frozen=True)
class StepFigures:
    """Everything about one step. ``limit_seconds``: a journey that waits longer here counts as lost."""

    filters: Filters
    step: str
    label: str
    owner: str
    phase: str
    nature: str
    gate_origin: str
    gate_mandatory: bool
    exceptional: bool
    cost: float | None
    date_only: bool
    events: int
    journeys: Figure
    starts: Figure
    ends: Figure
    open: Figure
    before: Before | None
    hurt: Hurt | None
    limit_seconds: float | None
    arrivals: tuple[MapFlow, ...]  # flows into the step, the largest first
    departures: tuple[MapFlow, ...]


@kept
def step_figures(study: Study, filters: Filters, step: str) -> StepFigures:
    """The panel of a step. Raises BadSelection for a step the log does not have."""
    known_step(study, step)
    steps, flows = map_figures(study, filters)
    row = next((row for row in steps if row.step == step), None)
    touchpoint = study.blueprint.by_key.get(step)
    gate = touchpoint.gate if touchpoint else None
    limit = limits(study).get(step)
    nobody = Figure(0, at_step(step), 0.0 if study.log.has_weights else None)
    return StepFigures(
        filters=filters,
        step=step,
        label=study.label(step),
        owner=study.owner_label(step),
        phase=touchpoint.phase if touchpoint else "",
        nature=touchpoint.nature if touchpoint else "",
        gate_origin=gate.origin if gate else "",
        gate_mandatory=bool(gate and gate.mandatory),
        exceptional=bool(touchpoint and touchpoint.exceptional),
        cost=touchpoint.cost if touchpoint else None,
        date_only=step in study.log.date_only_steps,
        events=row.events if row else 0,
        journeys=row.journeys if row else nobody,
        starts=row.starts if row else Figure(0, Selection("start", (step,)), nobody.weighted),
        ends=row.ends if row else Figure(0, Selection("end", (step,)), nobody.weighted),
        open=count(study, filters, Selection("open", (step,))),
        before=_before(study, filters, step),
        hurt=next((hurt for hurt in where_it_hurts(study, filters).steps if hurt.step == step), None),
        limit_seconds=limit.total_seconds() if limit else None,
        arrivals=tuple(flow for flow in flows if flow.target == step),
        departures=tuple(flow for flow in flows if flow.source == step),
    )


def _before(study: Study, filters: Filters, step: str) -> Before | None:
    before = filters.previous
    return Before(before, count(study, before, at_step(step))) if before else None


@dataclass(frozen=True)
class FlowFigures:
    """Everything about one flow. ``late`` counts journeys in which the target step came late, by whatever flow."""

    filters: Filters
    flow: MapFlow
    owner: str  # of the target: who makes the customer wait here
    share_of_source: float  # of the journeys with the source step
    regular: bool
    late: Figure | None


@kept
def flow_figures(study: Study, filters: Filters, source: str, target: str) -> FlowFigures:
    """The panel of a flow. Raises BadSelection for steps the log does not have."""
    for step in (source, target):
        known_step(study, step)
    steps, flows = map_figures(study, filters)
    flow = next((f for f in flows if (f.source, f.target) == (source, target)), None)
    origin = next((row.journeys for row in steps if row.step == source), None)
    hurt = next((hurt for hurt in where_it_hurts(study, filters).steps if hurt.step == target), None)
    shown = flow or no_flow(study, source, target)
    return FlowFigures(
        filters=filters,
        flow=shown,
        owner=study.owner_label(target),
        share_of_source=shown.journeys.share_of(origin) if origin else 0.0,
        regular=(source, target) in trunk(study, filters.on_all_paths),
        late=hurt.late if hurt else None,
    )
