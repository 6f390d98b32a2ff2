"""What the map says about each step and flow, before anything has a place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trayecto.draw.design import Design, DesignStep

if TYPE_CHECKING:
    from trayecto.questions.map import FlowFigures, MapResult, StepFigures

PAIN_BREAKS = (0.05, 0.12, 0.25, 0.45)
"""Where a pain score (0…1) passes into the next of the five classes, 0 (flows) to 4 (hurts)."""

FlowKey = tuple[str, str]


@dataclass(frozen=True, slots=True)
class StepItem:
    """A step to be drawn."""

    step: str
    label: str
    journeys: float
    events: float
    starts: float
    ends: float
    gate: bool = False
    exceptional: bool = False
    measured: bool = True


@dataclass(frozen=True, slots=True)
class FlowItem:
    """A flow that could be drawn."""

    source: str
    target: str
    journeys: float
    events: float
    mean: float
    median: float | None
    p90: float | None
    kind: str = ""  # of object; "" where there is but one

    @property
    def key(self) -> FlowKey:
        return (self.source, self.target)


def grade(value: float, breaks: Sequence[float] = PAIN_BREAKS) -> int:
    """The class 0…4 of a score."""
    return sum(value >= limit for limit in breaks)


def step_items(result: MapResult, design: Design | None, weighted: bool) -> list[StepItem]:
    """The steps of the design in its order (with or without events), else those of the result."""
    figures = {figures.step: figures for figures in result.steps}
    if design is not None:
        return [_designed(step, figures.get(step.step), weighted) for step in in_order(design)]
    plain = sorted(figures.values(), key=lambda one: one.step)
    return [StepItem(one.step, one.step, *_counts(one, weighted)) for one in plain]


def in_order(design: Design) -> list[DesignStep]:
    """The steps of a design, column by column, by position."""
    columns = {column.key: place for place, column in enumerate(design.columns)}
    return sorted(design.steps, key=lambda one: (columns[one.column], one.position, one.step))


def _designed(step: DesignStep, figures: StepFigures | None, weighted: bool) -> StepItem:
    counts = _counts(figures, weighted) if figures is not None else (0.0, 0.0, 0.0, 0.0)
    return StepItem(step.step, step.label, *counts, step.gate, step.exceptional, step.measured)


def _counts(one: StepFigures, weighted: bool) -> tuple[float, float, float, float]:
    prefix = "weighted_" if weighted else ""
    journeys, events, starts, ends = (
        float(getattr(one, prefix + name)) for name in ("journeys", "events", "starts", "ends")
    )
    return journeys, events, starts, ends


def flow_items(result: MapResult, weighted: bool) -> list[FlowItem]:
    """All flows, the most travelled first, ties by name."""
    found = [_flow(one, weighted) for one in result.flows]
    return sorted(found, key=lambda one: (-one.journeys, -one.events, one.key))


def _flow(one: FlowFigures, weighted: bool) -> FlowItem:
    prefix = "weighted_" if weighted else ""
    journeys, events = (float(getattr(one, prefix + name)) for name in ("journeys", "events"))
    took = one.seconds
    return FlowItem(one.source, one.target, journeys, events, took.mean, took.median, took.p90)


def usual_path(steps: Sequence[StepItem], flows: Sequence[FlowItem]) -> list[str]:
    """The path that begins where most journeys begin and always takes the most travelled flow ahead.

    It stops where more journeys end than go on, or where every way leads back.
    """
    if not steps:
        return []
    by_name = {item.step: item for item in steps}
    here = max(steps, key=lambda item: (item.starts, item.journeys, item.step))
    path = [here.step]
    onward: dict[str, list[FlowItem]] = {}
    for flow in flows:
        onward.setdefault(flow.source, []).append(flow)
    while True:
        ahead = [f for f in onward.get(path[-1], ()) if f.target not in path and f.target in by_name]
        if not ahead or by_name[path[-1]].ends > 2 * ahead[0].events:
            return path
        path.append(ahead[0].target)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The flows that are drawn, and what the caption must say of the others."""

    drawn: tuple[FlowItem, ...]
    trunk: frozenset[FlowKey]
    hidden: int
    hidden_share: float  # of all movements between the drawn steps and outside
    hidden_most: float  # journeys of the largest flow that is not drawn


def choose_flows(
    flows: Sequence[FlowItem],
    steps: Collection[str],
    trunk: Collection[FlowKey],
    pains: Mapping[str, float],
    shown: int | None,
) -> Chosen:
    """The trunk, the strongest way into and out of every step, then the most travelled up to ``shown``.

    ``shown=None`` draws two flows per step, but none that fewer than one journey in a hundred of the busiest
    flow takes.
    """
    known = [flow for flow in flows if flow.source in steps and flow.target in steps]
    limit = round(2.0 * len(steps)) if shown is None else shown
    floor = 0.01 * known[0].journeys if known and shown is None else 0.0
    needed = _needed(known, trunk, pains)[: max(limit, len(trunk))]
    picked = {flow.key for flow in needed}
    for flow in known:
        if len(picked) >= limit or flow.journeys < floor:
            break
        picked.add(flow.key)
    drawn = tuple(flow for flow in known if flow.key in picked)
    hidden = [flow for flow in flows if flow.key not in picked]
    moved = sum(flow.events for flow in flows)
    lost = sum(flow.events for flow in hidden) / moved if moved else 0.0
    most = max((flow.journeys for flow in hidden), default=0.0)
    return Chosen(drawn, frozenset(trunk) & frozenset(picked), len(hidden), lost, most)


def _needed(
    known: Sequence[FlowItem], trunk: Collection[FlowKey], pains: Mapping[str, float]
) -> list[FlowItem]:
    """Trunk first, then the best way in and out of each step (``known`` is sorted by journeys)."""
    into: dict[str, FlowItem] = {}
    out: dict[str, FlowItem] = {}
    for flow in known:
        if flow.source != flow.target:
            into.setdefault(flow.target, flow)
            out.setdefault(flow.source, flow)
    firsts = [flow for flow in known if flow.key in trunk]
    painful = sorted(
        into.values(), key=lambda flow: (-grade(pains.get(flow.target, 0.0)), -flow.journeys, flow.key)
    )
    rest = sorted(out.values(), key=lambda flow: (-flow.journeys, flow.key))
    return list(dict.fromkeys([*firsts, *painful, *rest]))
