"""Two sets of journeys in one map: colour is what differs, grey what chance alone would do as well."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from trayecto.draw import layout, svg
from trayecto.draw.design import Design
from trayecto.draw.figures import FlowItem, StepItem, choose_flows, in_order, usual_path
from trayecto.draw.layout import Subject
from trayecto.draw.marking import marks_of
from trayecto.draw.markup import Svg
from trayecto.draw.options import FlowHref, Marks, Options, StepHref
from trayecto.draw.words import decimal, duration, share, words
from trayecto.errors import BadValue

if TYPE_CHECKING:
    from trayecto.questions.compare import Compared, CompareResult, Difference

STRONG = 0.1  # a difference of ten points, or of half the time, has the stronger colour
MODES = ("share", "time")


def comparison(
    result: CompareResult,
    *,
    design: Design | None = None,
    mode: str = "share",
    labels: Mapping[str, str] | None = None,
    names: tuple[str, str] = ("A", "B"),
    title: str = "",
    subtitle: str = "",
    step_href: StepHref | None = None,
    flow_href: FlowHref | None = None,
    lang: str = "es",
    standalone: bool = True,
    flows_shown: int | None = None,
    steps_shown: int = 60,
    width: float = 1440.0,
) -> Svg:
    """Draws the steps and flows of both sets, each coloured by its difference in share, or in median time (``mode``).

    Places are those of the map: by the ``design``, else by typical position. Sizes and widths are the larger share of
    the two. Colour is orange where the second set has more, blue where it has less, both told apart by every kind of
    colour sight; what is not significant is grey. ``names`` are what the sets are called.
    Raises BadValue for an unknown language or mode.
    """
    if mode not in MODES:
        raise BadValue(f"Unknown mode {mode!r}; a comparison shows {' or '.join(MODES)}.")
    about = _subject(result, design, labels or {}, flows_shown, steps_shown)
    marks = _marks(result, about, mode, names, lang)
    if flow_href is not None:
        keys = ((a, b) for a, b in (flow.key for flow in about.chosen.drawn))
        hrefs = {(a, b, ""): where for a, b in keys if (where := flow_href(a, b))}
        marks = Marks(**{**marks.__dict__, "flow_hrefs": hrefs})
    options = Options(
        design=design, title=title, subtitle=subtitle, step_href=step_href, lang=lang, width=width, marks=marks,
        min_journeys=0,
    )  # fmt: skip
    return svg.write(layout.compose(about, options), mode="frequency", standalone=standalone)


def _subject(
    result: CompareResult,
    design: Design | None,
    labels: Mapping[str, str],
    flows_shown: int | None,
    steps_shown: int,
) -> Subject:
    found = {one.steps[0]: _step(one, labels) for one in result.steps}
    items = (
        _designed(design, found) if design is not None else sorted(found.values(), key=lambda one: one.step)
    )
    kept = items if design is not None else _largest(items, steps_shown)
    names = {one.step for one in kept}
    flows = sorted(map(_flow, result.flows), key=lambda one: (-one.journeys, one.key))
    spine = usual_path(kept, [flow for flow in flows if flow.source in names and flow.target in names])
    significant = {
        one.steps
        for one in result.flows
        if one.share.significant or (one.seconds and one.seconds.significant)
    }
    chosen = choose_flows(
        flows, names, {flow.key for flow in flows[:12] if flow.key in significant}, {}, flows_shown
    )
    hidden = tuple(one for one in items if one.step not in names)
    outside = tuple(sorted(name for name in found if name not in {one.step for one in items}))
    return Subject(tuple(kept), tuple(flows), chosen, tuple(spine), 1000.0, hidden, outside)


def _largest(items: Collection[StepItem], shown: int) -> list[StepItem]:
    ranked = sorted(items, key=lambda item: (-item.journeys, item.step))[:shown]
    return [item for item in items if item in ranked]


def _designed(design: Design, found: Mapping[str, StepItem]) -> list[StepItem]:
    """In the design's order; what does not happen in these journeys is drawn without a figure."""
    return [
        StepItem(
            one.step, one.label, *((f.journeys, f.events, 0.0, 0.0) if (f := found.get(one.step)) else (0.0,) * 4),
            one.gate, one.exceptional, one.measured,
        )
        for one in in_order(design)
    ]  # fmt: skip


def _step(one: Compared, labels: Mapping[str, str]) -> StepItem:
    size = 1000.0 * max(one.a.share.expected, one.b.share.expected)
    return StepItem(
        one.steps[0],
        labels.get(one.steps[0], one.steps[0]),
        size,
        float(one.a.events + one.b.events),
        0.0,
        0.0,
    )


def _flow(one: Compared) -> FlowItem:
    size = 1000.0 * max(one.a.share.expected, one.b.share.expected)
    return FlowItem(one.steps[0], one.steps[1], size, float(one.a.events + one.b.events), 0.0, None, None)


def _marks(result: CompareResult, about: Subject, mode: str, names: tuple[str, str], lang: str) -> Marks:
    said = words(lang)
    more, less = ("diff_more", "diff_less") if mode == "share" else ("diff_longer", "diff_shorter")
    return marks_of(
        (*result.steps, *result.flows),
        about,
        tone=lambda one: _tone(one, mode),
        figure=lambda one: _figure(one, mode, lang),
        says=lambda one, label: _says(one, label, names, lang),
        keys=(
            ("line", "more-1", said[more].format(b=names[1])),
            ("line", "less-1", said[less].format(b=names[1])),
            ("line", "same", said["diff_none"]),
        ),
        caption=said["comparison_caption"].format(a=names[0], b=names[1]),
        name=said["comparison"],
    )


def _of(one: Compared, mode: str) -> Difference | None:
    return one.share if mode == "share" else one.seconds


def _tone(one: Compared, mode: str) -> str:
    found = _of(one, mode)
    if found is None or not found.significant:
        return "same"
    base = max(one.a.median or 0.0, one.b.median or 0.0)
    strong = abs(found.expected) >= STRONG if mode == "share" else abs(found.expected) >= 0.5 * base
    return f"{'more' if found.expected > 0 else 'less'}-{int(strong)}"


def _figure(one: Compared, mode: str, lang: str) -> str:
    found = _of(one, mode)
    if found is None:
        return ""
    if mode == "share":
        return _signed(decimal(abs(100 * found.expected), lang), found.expected)
    return _signed(duration(abs(found.expected), lang), found.expected)


def _signed(shown: str, value: float) -> str:
    return ("−" if value < 0 else "+") + shown


def _says(one: Compared, label: str, names: tuple[str, str], lang: str) -> tuple[str, ...]:
    said = words(lang)
    shares = {"a": names[0], "b": names[1], "label": label}
    shares |= {"in_a": share(one.a.share.expected, lang), "in_b": share(one.b.share.expected, lang)}
    found = [said["comparison_says"].format(**shares)]
    if one.a.median is not None and one.b.median is not None:
        times = {"in_a": duration(one.a.median, lang), "in_b": duration(one.b.median, lang)}
        found.append(said["comparison_times"].format(**{**shares, **times}))
    told = [one.share, *([one.seconds] if one.seconds else [])]
    found.append(said["diff_sure" if any(each.significant for each in told) else "diff_none"])
    return tuple(found)
