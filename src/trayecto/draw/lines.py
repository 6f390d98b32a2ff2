"""The flows of a map: how wide, in which colour, on which way."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from trayecto.draw import text, typeset
from trayecto.draw.figures import Chosen, FlowItem, grade
from trayecto.draw.ground import Ground
from trayecto.draw.options import Options
from trayecto.draw.placement import Placement
from trayecto.draw.routing import Route, Stop, route
from trayecto.draw.scene import Box, FlowLine, Label, Node
from trayecto.draw.typeset import FLOW
from trayecto.draw.words import duration, number

SLOW_BREAKS = (0.03, 0.08, 0.15, 0.3)  # share of all the time that journeys spend on the flow
_THINNEST = 1.2
_LOOP = 4.0  # a thicker loop at a step would hide it
_AT = (0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82)


def widest(placement: Placement) -> float:
    """Pixels of the largest flow."""
    return (0.9 if placement.reach > 18 else 0.75) * placement.reach


def stroke(journeys: float, most: float, widest: float) -> float:
    """Width of a flow: by the square root, so that a hundredth is still a line of its own."""
    return max(_THINNEST, widest * math.sqrt(journeys / most)) if most else _THINNEST


def flow_lines(
    chosen: Chosen, nodes: Sequence[Node], placement: Placement, ground: Ground, options: Options
) -> list[FlowLine]:
    """A line for every chosen flow; the trunk and the largest choose their way first."""
    labels = {node.step: text.clean(" ".join(node.label.lines)) for node in nodes}
    stops = {node.step: _stop(node, placement) for node in nodes}
    few = {node.step for node in nodes if node.css == "few"}
    most = max((flow.journeys for flow in chosen.drawn), default=0.0)
    order = sorted(chosen.drawn, key=lambda flow: (flow.key not in chosen.trunk, -flow.journeys, flow.key))
    slowness = _slowness(chosen.drawn)
    found = []
    for flow in order:
        wide = stroke(flow.journeys, most, widest(placement))
        wide = min(wide, _LOOP) if flow.source == flow.target else wide
        trunk = flow.key in chosen.trunk
        way = route(ground, stops[flow.source], stops[flow.target], wide)
        css = _tone(flow, trunk, slowness, few, options)
        said = says(flow, labels, trunk, options)
        found.append(_line(flow, way, wide, css, trunk=trunk, said=said, options=options))
    return _labelled(found, order, nodes, options) if options.mode == "time" else found


def _stop(node: Node, placement: Placement) -> Stop:
    row = max(bisect_right(placement.channels, node.y) - 1, 0)
    radius = 9.0 if node.shape == "gate" else node.radius
    return Stop(node.x, node.y, radius, (placement.channels[row], placement.channels[row + 1]))


def _line(
    flow: FlowItem, way: Route, wide: float, css: str, *, trunk: bool, said: tuple[str, ...], options: Options
) -> FlowLine:
    bold = wide >= 7.0
    arrow = way.arrow_midway(min(wide * 0.5, 7.0)) if bold else way.arrow_at_end(4.5 + 0.9 * wide)
    href = options.flow_href(flow.source, flow.target) if options.flow_href else None
    if options.marks is not None:
        href = options.marks.flow_hrefs.get((*flow.key, flow.kind))
    return FlowLine(
        source=flow.source,
        target=flow.target,
        points=way.curve,
        width=round(wide, 2),
        css=css + (" bold" if bold else ""),
        trunk=trunk,
        arrow=arrow,
        label=None,
        says=said,
        href=href,
    )


def _slowness(flows: Sequence[FlowItem]) -> dict[tuple[str, str], float]:
    """Share of all the time spent on drawn flows that is spent on each."""
    total = sum(flow.mean * flow.events for flow in flows)
    return {flow.key: flow.mean * flow.events / total if total else 0.0 for flow in flows}


def _tone(
    flow: FlowItem, trunk: bool, slowness: Mapping[tuple[str, str], float], few: set[str], options: Options
) -> str:
    """The class that colours a flow."""
    if options.marks is not None:
        return options.marks.flow_tones.get((*flow.key, flow.kind), "branch")
    if options.mode == "time":
        return f"slow-{grade(slowness[flow.key], SLOW_BREAKS)}"
    if trunk:
        return "trunk"
    pains = options.pains or {}
    pain = grade(pains.get(flow.target, 0.0))
    if options.mode == "frequency" and pain >= 3 and flow.target not in few and flow.source != flow.target:
        return f"pain-{pain}"
    return "branch"


def says(flow: FlowItem, labels: Mapping[str, str], trunk: bool, options: Options) -> tuple[str, ...]:
    """A flow's figures in words."""
    marked = options.marks.flow_says.get((*flow.key, flow.kind)) if options.marks is not None else None
    if marked is not None:
        return marked
    word, lang = options.words, options.lang
    counts = {"journeys": number(flow.journeys, lang), "events": number(flow.events, lang)}
    found = [word["flow_says"].format(source=labels[flow.source], target=labels[flow.target], **counts)]
    if flow.median is not None and flow.p90 is not None:
        found.append(
            word["wait_says"].format(median=duration(flow.median, lang), p90=duration(flow.p90, lang))
        )
    if trunk:
        found.append(word["usual_says" if options.regular is None else "regular_says"])
    return tuple(found)


def _labelled(
    found: Sequence[FlowLine], order: Sequence[FlowItem], nodes: Sequence[Node], options: Options
) -> list[FlowLine]:
    """The lines with their times written on them, where there is room: the largest flows first."""
    taken = [node.box for node in nodes] + [node.label.box for node in nodes]
    taken += [n.figure.box for n in nodes if n.figure is not None]
    lines = []
    for line, flow in zip(found, order, strict=True):
        label = _free_label(line, flow, taken, options)
        if label is not None:
            taken.append(label.box)
        lines.append(replace(line, label=label))
    return lines


def _free_label(line: FlowLine, flow: FlowItem, taken: Sequence[Box], options: Options) -> Label | None:
    """The times at the first place along the flow where they touch nothing."""
    times = [time for time in (flow.median, flow.p90) if time is not None] or [flow.mean]
    shown = " · ".join(duration(time, options.lang) for time in times)
    for at in _AT:
        x, y = _point(line.points, at)
        label = typeset.label([shown], x, y - typeset.leading(FLOW) / 2, FLOW, "time", anchor="middle")
        if not any(label.box.touches(box, 5.0) for box in taken):
            return label
    return None


def _point(points: Sequence[tuple[float, float]], at: float) -> tuple[float, float]:
    """The point ``at`` (0…1) of a chain of cubics, each counted alike."""
    cubics = (len(points) - 1) // 3
    number_ = min(int(at * cubics), cubics - 1)
    t = at * cubics - number_
    a, b, c, d = points[3 * number_ : 3 * number_ + 4]
    parts = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    x, y = (sum(part * p[axis] for part, p in zip(parts, (a, b, c, d), strict=True)) for axis in (0, 1))
    return x, y
