"""A map as it was, as it would have been, and what differs: places are the same in all three, so that they can be laid side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from trayecto.draw import layout, svg
from trayecto.draw.design import Design
from trayecto.draw.figures import FlowItem, StepItem, choose_flows, in_order, usual_path
from trayecto.draw.layout import Subject
from trayecto.draw.marking import marks_of
from trayecto.draw.markup import Svg
from trayecto.draw.options import Marks, Options
from trayecto.draw.words import decimal, words
from trayecto.errors import BadValue

if TYPE_CHECKING:
    from trayecto.whatif.shifts import Taken

SHOWN = ("before", "after", "difference")
LEAST, STRONG = (
    0.005,
    0.05,
)  # of those who took it: a smaller difference is grey, a larger one has the stronger colour


def supposed(
    taken: Sequence[Taken],
    *,
    shown: str = "difference",
    design: Design | None = None,
    labels: Mapping[str, str] | None = None,
    names: tuple[str, str] = ("A", "B"),
    title: str = "",
    lang: str = "es",
    standalone: bool = True,
    flows_shown: int | None = None,
    width: float = 1440.0,
) -> Svg:
    """Draws the steps and flows of a what-if answer (``WhatIf.taken``).

    ``shown``: *before* and *after* have their own counts and widths; *difference* has the widths of the larger and colours what
    differs by one attempt and half a hundredth or more: orange where it would be more, blue where less. ``names``: what before
    and after are called. Raises BadValue for an unknown language or picture.
    """
    if shown not in SHOWN:
        raise BadValue(f"Unknown picture {shown!r}; there are {', '.join(SHOWN)}.")
    about = _subject(taken, shown, design, labels or {}, flows_shown)
    options = Options(
        design=design, title=title, lang=lang, width=width, min_journeys=0, marks=_marks(taken, about, shown, names, lang),
    )  # fmt: skip
    return svg.write(layout.compose(about, options), mode="frequency", standalone=standalone)


def _size(one: Taken, shown: str) -> float:
    return {"before": one.before, "after": one.after}.get(shown, max(one.before, one.after))


def _subject(
    taken: Sequence[Taken],
    shown: str,
    design: Design | None,
    labels: Mapping[str, str],
    flows_shown: int | None,
) -> Subject:
    """The same steps and flows whatever is shown: those of the larger counts."""
    steps = {one.steps[0]: one for one in taken if len(one.steps) == 1}
    items = _items(steps, shown, design, labels)
    names = {one.step for one in items}
    pairs = [one for one in taken if len(one.steps) == 2 and set(one.steps) <= names]
    largest = sorted((_flow(one, "difference") for one in pairs), key=lambda one: (-one.journeys, one.key))
    spine = usual_path(items, largest)
    drawn = choose_flows(largest, names, set(), {}, flows_shown)
    flows = {flow.key: flow for flow in (_flow(one, shown) for one in pairs)}
    chosen = replace(drawn, drawn=tuple(flows[one.key] for one in drawn.drawn if flows[one.key].journeys > 0))
    outside = tuple(sorted(set(steps) - names))
    whole = max((_size(one, "difference") for one in steps.values()), default=1.0)
    return Subject(tuple(items), tuple(flows.values()), chosen, tuple(spine), whole, (), outside)


def _items(
    steps: Mapping[str, Taken], shown: str, design: Design | None, labels: Mapping[str, str]
) -> list[StepItem]:
    """In the design's order, also what nobody takes; without one by name."""
    if design is None:
        sizes = {name: _size(one, shown) for name, one in sorted(steps.items())}
        return [StepItem(name, labels.get(name, name), size, size, 0.0, 0.0) for name, size in sizes.items()]
    return [
        StepItem(
            one.step, one.label, *((size, size) if (size := _of(steps, one.step, shown)) else (0.0, 0.0)), 0.0, 0.0,
            one.gate, one.exceptional, one.measured,
        )
        for one in in_order(design)
    ]  # fmt: skip


def _of(steps: Mapping[str, Taken], step: str, shown: str) -> float:
    return _size(steps[step], shown) if step in steps else 0.0


def _flow(one: Taken, shown: str) -> FlowItem:
    size = _size(one, shown)
    return FlowItem(one.steps[0], one.steps[1], size, size, 0.0, None, None)


def _marks(taken: Sequence[Taken], about: Subject, shown: str, names: tuple[str, str], lang: str) -> Marks:
    said = words(lang)
    return marks_of(
        taken,
        about,
        tone=lambda one: _tone(one, shown),
        figure=lambda one: _figure(one, shown, lang),
        says=lambda one, label: _says(one, label, names, lang),
        keys=_keys(shown, names, said),
        caption=said[f"supposed_{shown}"].format(a=names[0], b=names[1]),
        name=said["supposed"],
    )


def _keys(shown: str, names: tuple[str, str], said: Mapping[str, str]) -> tuple[tuple[str, str, str], ...]:
    if shown != "difference":
        return ()
    return (
        ("line", "more-1", said["diff_more"].format(b=names[1])),
        ("line", "less-1", said["diff_less"].format(b=names[1])),
        ("line", "same", said["supposed_same"]),
    )


def _tone(one: Taken, shown: str) -> str:
    change, base = one.after - one.before, max(one.before, one.after, 1.0)
    if shown != "difference" or abs(change) < 1 or abs(change) < LEAST * base:
        return "same"
    return f"{'more' if change > 0 else 'less'}-{int(abs(change) >= STRONG * base)}"


def _figure(one: Taken, shown: str, lang: str) -> str:
    if shown != "difference":
        return decimal(round(_size(one, shown)) + 0.0, lang, 0)
    change = round(one.after - one.before)
    return (
        decimal(abs(change), lang, 0)
        if not change
        else f"{'−' if change < 0 else '+'}{decimal(abs(change), lang, 0)}"
    )


def _says(one: Taken, label: str, names: tuple[str, str], lang: str) -> tuple[str, ...]:
    figures = {"in_a": decimal(one.before, lang, 0), "in_b": decimal(one.after, lang, 0)}
    return (words(lang)["comparison_says"].format(a=names[0], b=names[1], label=label, **figures),)
