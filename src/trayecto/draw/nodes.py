"""The steps of a map: how large, in which colour, with which words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from trayecto.draw import text, typeset
from trayecto.draw.figures import StepItem, grade
from trayecto.draw.ground import Ground
from trayecto.draw.options import Options
from trayecto.draw.placement import LABEL_GAP, Place, Placement
from trayecto.draw.scene import Label, Node
from trayecto.draw.typeset import FIGURE, INSIDE, STEP
from trayecto.draw.words import number, share, short

_SMALLEST = 7.5
_GATE_HEIGHT = 15.0
_RINGS = {"pain-2": 3.0, "pain-3": 4.0, "pain-4": 5.5}  # as the stylesheet draws them
_MARKED = 0.05  # share of all journeys from which a step is marked as a start or an end
LOST_BREAKS = (0.02, 0.05, 0.1, 0.2)  # share of a step's journeys that are lost there


def nodes(items: Sequence[StepItem], placement: Placement, journeys: float, options: Options) -> list[Node]:
    """One node for every place."""
    by_name = {item.step: item for item in items}
    most = max((item.journeys for item in items), default=0.0)
    return [
        _node(by_name[place.step], place, placement.reach, options, most=most, journeys=journeys)
        for place in placement.places
    ]


def put_on_ground(nodes: Sequence[Node], ground: Ground) -> None:
    for node in nodes:
        ground.put_node(node.box)
        ground.put_text(node.label.box)
        if node.figure is not None and "inside" not in node.figure.css:
            ground.put_text(node.figure.box)


def _node(
    item: StepItem, place: Place, reach: float, options: Options, *, most: float, journeys: float
) -> Node:
    radius = _radius(item, reach, most)
    figure = _figure(item, place, radius, options)
    css = tone(item, options)
    lost = (options.lost or {}).get(item.step, 0.0) if options.mode == "dropoff" and css != "few" else 0.0
    return Node(
        step=item.step,
        x=place.x,
        y=place.y,
        radius=radius,
        shape="gate" if item.gate else "circle",
        css=css,
        label=_label(item, place, radius, figure),
        figure=figure,
        starts=item.starts > _MARKED * journeys,
        ends=item.ends > _MARKED * journeys,
        arc=min(lost / item.journeys, 1.0) if item.journeys else 0.0,
        says=says(item, options),
        href=options.step_href(item.step) if options.step_href and item.measured else None,
    )


def _radius(item: StepItem, reach: float, most: float) -> float:
    if item.gate:
        return _GATE_HEIGHT
    if not item.measured or not most:
        return _SMALLEST + 1
    return _SMALLEST + (reach - _SMALLEST) * math.sqrt(item.journeys / most)


def tone(item: StepItem, options: Options) -> str:
    """The class that colours a step."""
    if options.marks is not None:
        return options.marks.tones.get(item.step, "neutral") if item.measured else "unmeasured"
    if not item.measured:
        return "unmeasured"
    if item.journeys < options.min_journeys:
        return "few"
    if options.mode == "dropoff":
        lost = (options.lost or {}).get(item.step, 0.0)
        return f"pain-{grade(lost / item.journeys, LOST_BREAKS) if item.journeys else 0}"
    if options.mode == "time" or options.pains is None:
        return "plain"
    return f"pain-{grade(options.pains.get(item.step, 0.0))}"


def _figure(item: StepItem, place: Place, radius: float, options: Options) -> Label | None:
    """The count inside a large node or under a small one."""
    if not item.measured:
        return None
    shown = short(item.journeys, options.lang)
    if options.marks is not None:
        shown = options.marks.figures.get(item.step, "")
        if not shown:
            return None
    if options.mode == "dropoff" and options.lost is not None:
        lost = options.lost.get(item.step, 0)
        if not lost:
            return None
        shown = f"−{short(lost, options.lang)}"
    ring = _RINGS.get(tone(item, options), 2.5)
    if not item.gate and text.width(shown, INSIDE) <= 2 * radius - ring:
        middle = place.y - typeset.leading(INSIDE) / 2
        return typeset.label([shown], place.x, middle, INSIDE, "figure inside", anchor="middle")
    return typeset.label([shown], place.x, place.y + radius + 2, FIGURE, "figure", anchor="middle")


def _label(item: StepItem, place: Place, radius: float, figure: Label | None) -> Label:
    tall = typeset.leading(STEP) * len(place.lines)
    if place.below:
        under = figure.box.bottom if figure is not None and "inside" not in figure.css else place.y + radius
        top = under + LABEL_GAP
    else:
        top = place.y - radius - LABEL_GAP - tall
    css = "step strong" if item.gate else "step"
    middle = place.x + place.lean
    return typeset.label(place.lines, middle, top, STEP, css, anchor="middle", bold=item.gate)


def says(item: StepItem, options: Options) -> tuple[str, ...]:
    """A step's figures in words."""
    word, lang, label = options.words, options.lang, text.clean(item.label)
    if options.marks is not None and item.step in options.marks.says:
        return options.marks.says[item.step]
    if not item.measured:
        return (word["unmeasured_says"].format(label=label),)
    counts = {"journeys": number(item.journeys, lang), "events": number(item.events, lang)}
    found = [word["step_says"].format(label=label, **counts)]
    if item.starts:
        found.append(word["starts_says"].format(n=number(item.starts, lang)))
    if item.ends:
        found.append(word["ends_says"].format(n=number(item.ends, lang)))
    lost = (options.lost or {}).get(item.step)
    if lost and item.journeys:
        found.append(word["lost_one"].format(n=number(lost, lang), share=share(lost / item.journeys, lang)))
    if item.gate:
        found.append(word["gate_says"])
    if item.journeys < options.min_journeys:
        found.append(word["few_says"])
    elif options.pains is not None and item.step in options.pains:
        found.append(word["pain_says"].format(class_=grade(options.pains[item.step])))
    return tuple(found)
