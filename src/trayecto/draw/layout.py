"""From figures and design to a scene: what is drawn, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from trayecto.draw import lanes, layers, text, typeset
from trayecto.draw.callouts import callouts
from trayecto.draw.figures import (
    Chosen,
    FlowItem,
    StepItem,
    choose_flows,
    flow_items,
    step_items,
    usual_path,
)
from trayecto.draw.ground import Ground
from trayecto.draw.legend import captions, legend
from trayecto.draw.lines import flow_lines, widest
from trayecto.draw.nodes import nodes, put_on_ground
from trayecto.draw.options import Options
from trayecto.draw.placement import Placement
from trayecto.draw.scene import Box, Label, Scene
from trayecto.draw.typeset import SUBTITLE, TITLE
from trayecto.draw.words import number

if TYPE_CHECKING:
    from trayecto.questions.map import MapResult

_MARGIN = 24.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What the picture is about, before anything has a place."""

    steps: tuple[StepItem, ...]
    flows: tuple[FlowItem, ...]
    chosen: Chosen
    spine: tuple[str, ...]
    journeys: float
    hidden_steps: tuple[StepItem, ...]
    outside: tuple[str, ...]


def subject(result: MapResult, options: Options) -> Subject:
    """The steps and flows to draw, the trunk, and what stays out."""
    items = step_items(result, options.design, options.weighted)
    flows = flow_items(result, options.weighted)
    kept, hidden = _busiest(items, options.steps_shown) if options.design is None else (items, [])
    names = {item.step for item in kept}
    designed = {item.step for item in items}
    outside = tuple(sorted(figures.step for figures in result.steps if figures.step not in designed))
    inside = [flow for flow in flows if flow.source in names and flow.target in names]
    spine = usual_path(kept, inside)
    trunk = set(pairwise(spine)) if options.regular is None else set(options.regular)
    chosen = choose_flows(flows, names, trunk, options.pains or {}, options.flows_shown)
    journeys = result.weighted_journeys if options.weighted and result.weighted_journeys else result.journeys
    return Subject(tuple(kept), tuple(flows), chosen, tuple(spine), float(journeys), tuple(hidden), outside)


def _busiest(items: Sequence[StepItem], shown: int) -> tuple[list[StepItem], list[StepItem]]:
    ranked = sorted(items, key=lambda item: (-item.journeys, item.step))
    kept = set(ranked[:shown])
    return [item for item in items if item in kept], ranked[shown:]


def scene(result: MapResult, options: Options) -> Scene:
    """The whole picture as geometry."""
    return compose(subject(result, options), options)


def compose(about: Subject, options: Options) -> Scene:
    """What is to be drawn, as geometry."""
    heading, top = typeset.heading(
        ((options.title, TITLE, "title"), (options.subtitle, SUBTITLE, "subtitle")), _MARGIN, options.width
    )
    placement = _place(about, options, top)
    room = max(placement.chart.right + _MARGIN, 760.0)
    return _compose(about, placement, heading, replace(options, width=room))


def _place(about: Subject, options: Options, top: float) -> Placement:
    if options.design is not None:
        return lanes.place(options.design, options.width, top)
    return layers.place(about.steps, about.flows, about.spine, options.width, top)


def _compose(about: Subject, placement: Placement, heading: Sequence[Label], options: Options) -> Scene:
    drawn = nodes(about.steps, placement, about.journeys, options)
    ground = Ground(options.width, placement.chart.bottom + 60.0, placement.chart)
    put_on_ground(drawn, ground)
    flows = flow_lines(about.chosen, drawn, placement, ground, options)
    area = _callout_area(placement, options)
    for flow in flows:
        if flow.label is not None:
            ground.put_solid(flow.label.box)
    remarks, strip = callouts(options.notes, drawn, ground, area)
    most = max((flow.journeys for flow in about.chosen.drawn), default=0.0)
    below = placement.chart.bottom + strip + 14.0
    keys, below = legend(drawn, flows, below, options, most=most, widest=widest(placement))
    said, below = captions(about.chosen, about.hidden_steps, about.outside, below, options)
    return Scene(
        width=round(options.width, 1),
        height=round(below + 16.0, 1),
        lang=options.lang,
        title=text.clean(options.title) or (options.marks.name if options.marks else options.words["map"]),
        description=_description(about, options),
        heading=tuple(heading),
        bands=placement.bands,
        tracks=placement.tracks,
        flows=tuple(flows),
        nodes=tuple(drawn),
        callouts=tuple(remarks),
        legend=tuple(keys),
        captions=tuple(said),
    )


def _callout_area(placement: Placement, options: Options) -> Box:
    chart = placement.chart
    return Box(chart.x, chart.y, max(chart.width, options.width - _MARGIN - chart.x), chart.height)


def _description(about: Subject, options: Options) -> str:
    counts: Mapping[str, str] = {
        "steps": number(len(about.steps), options.lang),
        "flows": number(len(about.chosen.drawn), options.lang),
        "journeys": number(about.journeys, options.lang),
    }
    return options.words["map_says"].format(**counts)
