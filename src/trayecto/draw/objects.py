"""The object-centric map: every type of object has flows of its own colour through common steps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from trayecto.draw import layout, svg, text
from trayecto.draw.figures import Chosen, FlowItem, StepItem, choose_flows, usual_path
from trayecto.draw.layout import Subject
from trayecto.draw.markup import Svg
from trayecto.draw.options import MarkedFlow, Marks, Options, StepHref
from trayecto.draw.theme import KINDS
from trayecto.draw.words import duration, number, short, words

if TYPE_CHECKING:
    from trayecto.objects import ObjectFlow, ObjectMap

TypedHref = Callable[[str, str, str], str | None]


def object_map(
    result: ObjectMap,
    *,
    labels: Mapping[str, str] | None = None,
    type_labels: Mapping[str, str] | None = None,
    colours: Mapping[str, int] | None = None,
    title: str = "",
    subtitle: str = "",
    step_href: StepHref | None = None,
    flow_href: TypedHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    flows_shown: int | None = None,
    steps_shown: int = 40,
    width: float = 1440.0,
) -> Svg:
    """Draws the flows of every type of the map through common steps.

    ``labels`` and ``type_labels`` give steps and types the names to show; ``colours`` keeps a type's colour (0 … 7) whatever
    other types are shown. ``flow_href(type, source, target)`` leads to the objects that take a flow. Of every type ``flows_shown``
    flows are drawn (default: two per step, none under a hundredth of its largest); the caption says what is left out.
    Raises BadValue for an unknown language.
    """
    called, typed = labels or {}, type_labels or {}
    colour = {name: place % KINDS for place, name in enumerate(result.types)} | dict(colours or {})
    about = _subject(result, called, flows_shown, steps_shown)
    marks = _marks(result, about, (called, typed), colour, lang)
    if flow_href is not None:
        drawn = ((flow.kind, *flow.key) for flow in about.chosen.drawn)
        hrefs = {(a, b, kind): where for kind, a, b in drawn if (where := flow_href(kind, a, b))}
        marks = replace(marks, flow_hrefs=hrefs)
    options = Options(
        title=title,
        subtitle=subtitle,
        step_href=step_href,
        lang=lang,
        width=width,
        marks=marks,
        min_journeys=0,
    )
    return svg.write(layout.compose(about, options), mode="frequency", standalone=standalone)


def _subject(
    result: ObjectMap, called: Mapping[str, str], flows_shown: int | None, steps_shown: int
) -> Subject:
    items = _items(result, called)
    shown = sorted(items, key=lambda one: (-one.events, one.step))[:steps_shown]
    names = {one.step for one in shown}
    by_type: dict[str, list[FlowItem]] = defaultdict(list)
    for flow in result.flows:
        by_type[flow.type].append(_flow(flow))
    chosen = [choose_flows(flows, names, (), {}, flows_shown) for flows in by_type.values()]
    merged = _together(result)
    spine = usual_path(shown, [flow for flow in merged if flow.source in names and flow.target in names])
    whole = Chosen(
        tuple(flow for one in chosen for flow in one.drawn), frozenset(), sum(one.hidden for one in chosen),
        max((one.hidden_share for one in chosen), default=0.0), max((one.hidden_most for one in chosen), default=0.0),
    )  # fmt: skip
    hidden = tuple(one for one in items if one.step not in names)
    order = [one for one in items if one.step in names]
    events = float(result.events - result.untouched)
    return Subject(tuple(order), tuple(merged), whole, tuple(spine), events, hidden, ())


def _items(result: ObjectMap, called: Mapping[str, str]) -> list[StepItem]:
    starts: dict[str, int] = defaultdict(int)
    ends: dict[str, int] = defaultdict(int)
    seen: set[str] = set()
    for one in result.steps:
        starts[one.step] += one.starts
        ends[one.step] += one.ends
        seen.add(one.step)
    return [
        StepItem(
            step, called.get(step, step), float(events), float(events), float(starts[step]), float(ends[step])
        )
        for step, events in sorted(result.step_events.items())
        if step in seen
    ]


def _flow(one: ObjectFlow) -> FlowItem:
    took = one.seconds
    return FlowItem(
        one.source,
        one.target,
        float(one.objects),
        float(one.events),
        took.mean,
        took.median,
        took.p90,
        one.type,
    )


def _together(result: ObjectMap) -> list[FlowItem]:
    """Flows whatever their type, by distinct pairs of events: where steps stand depends on them."""
    found: dict[tuple[str, str], float] = defaultdict(float)
    for one in result.flows:
        found[one.source, one.target] += one.events
    items = [FlowItem(a, b, events, events, 0.0, None, None) for (a, b), events in found.items()]
    return sorted(items, key=lambda one: (-one.journeys, one.key))


def _marks(
    result: ObjectMap, about: Subject, names: tuple[Mapping[str, str], Mapping[str, str]],
    colour: Mapping[str, int], lang: str,
) -> Marks:  # fmt: skip
    called, typed = names
    said = words(lang)
    flows = {(one.source, one.target, one.type): one for one in result.flows}
    drawn: list[MarkedFlow] = [(*flow.key, flow.kind) for flow in about.chosen.drawn]
    return Marks(
        figures={step: short(events, lang) for step, events in result.step_events.items()},
        says={step: _step_says(result, step, called, typed, lang) for step in result.step_events},
        flow_tones={key: f"kind-{colour[key[2]]}" for key in drawn},
        flow_says={key: _flow_says(flows[key], called, typed, lang) for key in drawn},
        keys=tuple(
            ("line", f"kind-{colour[name]}", f"{typed.get(name, name)} ({number(count, lang)})")
            for name, count in result.objects.items()
        ),
        caption=said["objects_caption"],
        name=said["object_map"],
    )


def _step_says(
    result: ObjectMap, step: str, called: Mapping[str, str], typed: Mapping[str, str], lang: str
) -> tuple[str, ...]:
    said = words(lang)
    events = number(result.step_events[step], lang)
    found = [said["object_step_says"].format(label=text.clean(called.get(step, step)), events=events)]
    for one in result.steps:
        if one.step == step:
            found.append(f"{typed.get(one.type, one.type)}: {number(one.objects, lang)}")
    return tuple(found)


def _flow_says(
    one: ObjectFlow, called: Mapping[str, str], typed: Mapping[str, str], lang: str
) -> tuple[str, ...]:
    said = words(lang)
    facts = {"source": called.get(one.source, one.source), "target": called.get(one.target, one.target)}
    facts |= {"type": typed.get(one.type, one.type), "objects": number(one.objects, lang)}
    facts |= {"events": number(one.events, lang)}
    wait = said["wait_says"].format(
        median=duration(one.seconds.median or 0.0, lang), p90=duration(one.seconds.p90 or 0.0, lang)
    )
    return said["object_flow_says"].format(**facts), wait
