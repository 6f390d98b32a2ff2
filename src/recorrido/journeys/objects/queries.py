"""The object map of a page: the types and flows that were chosen, with their picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import get_language

from recorrido.journeys.queries import Study
from recorrido.journeys.queries.sheets import csv_text
from trayecto import draw
from trayecto.objects import ObjectMap

FIRST = (
    "order",
    "shipment",
    "return",
    "case",
    "conversation",
    "invoice",
)  # what goes through a company; a store does not
SHARES = (0, 1, 2, 5, 10, 20, 50)  # least percent of a type's objects that take a flow


@dataclass(frozen=True)
class ObjectQuestion:
    """``types`` (none: those that go through the company), and the least percent of a type's objects that take a flow. In the URL:
    ``kind=order&kind=return&least=5``."""

    types: tuple[str, ...] = ()
    least: int = 1

    @classmethod
    def decode(cls, query: str) -> ObjectQuestion:
        pairs = parse_qsl(query.removeprefix("?"))
        told = dict(pairs).get("least", "")
        least = min(int(told), 100) if told.isdigit() else 1
        return cls(tuple(value for name, value in pairs if name == "kind" and value), least)


@dataclass(frozen=True)
class TypeChoice:
    name: str
    objects: int
    chosen: bool
    colour: int


@dataclass(frozen=True)
class ObjectFlowRow:
    """A flow of one type; ``examples`` are objects that take it; ``few``: under thirty objects."""

    type: str
    colour: int
    source: str
    target: str
    events: int
    objects: int
    total: int
    share: float
    median: float | None
    p90: float | None
    examples: tuple[str, ...]

    @property
    def few(self) -> bool:
        return self.objects < 30


@dataclass(frozen=True)
class ObjectStepRow:
    type: str
    colour: int
    step: str
    events: int
    objects: int
    starts: int
    ends: int


@dataclass(frozen=True)
class ObjectView:
    """What the page shows of a worked-out map."""

    question: ObjectQuestion
    types: tuple[TypeChoice, ...]
    events: int
    untouched: int
    unmatched: int
    steps: tuple[ObjectStepRow, ...]
    flows: tuple[ObjectFlowRow, ...]
    hidden: int
    svg: str


def object_view(
    study: Study, result: dict[str, Any], question: ObjectQuestion, labels: dict[str, str]
) -> ObjectView:
    """The chosen part of a result of ``ledger.map_of_ledger``. ``labels``: what types are called."""
    whole = ObjectMap.of_dict(result["map"])
    chosen = _chosen(whole, question)
    colours = {name: place % 8 for place, name in enumerate(_ordered(whole.types))}
    shown = whole.only(chosen, question.least / 100)
    examples = {tuple(flow): tuple(names) for *flow, names in result["examples"]}
    return ObjectView(
        question=question,
        types=tuple(TypeChoice(n, whole.objects[n], n in chosen, colours[n]) for n in _ordered(whole.types)),
        events=whole.events,
        untouched=whole.untouched,
        unmatched=result["unmatched"],
        steps=tuple(_step(study, one, colours) for one in sorted(shown.steps, key=_place(chosen))),
        flows=tuple(
            _flow(study, one, shown, colours, examples) for one in sorted(shown.flows, key=_place(chosen))
        ),
        hidden=len(whole.only(chosen).flows) - len(shown.flows),
        svg=_draw(study, shown, colours, labels),
    )


def _ordered(types: tuple[str, ...]) -> list[str]:
    return sorted(types, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))


def _chosen(whole: ObjectMap, question: ObjectQuestion) -> list[str]:
    asked = [name for name in _ordered(whole.types) if name in question.types]
    usual = [name for name in FIRST if name in whole.objects]
    return asked or usual or list(whole.types)


def _place(chosen: list[str]) -> Callable[[Any], int]:
    """Where the type of a step or flow stands among the chosen ones; the sort is stable, so the rest stays in order."""
    return lambda one: chosen.index(one.type)


def _step(study: Study, one: Any, colours: dict[str, int]) -> ObjectStepRow:
    label = study.label(one.step)
    return ObjectStepRow(one.type, colours[one.type], label, one.events, one.objects, one.starts, one.ends)


def _flow(
    study: Study, one: Any, shown: ObjectMap, colours: dict[str, int], examples: dict[Any, tuple[str, ...]]
) -> ObjectFlowRow:
    return ObjectFlowRow(
        one.type, colours[one.type], study.label(one.source), study.label(one.target), one.events, one.objects,
        one.total, one.objects / shown.objects[one.type], one.seconds.median, one.seconds.p90,
        examples.get((one.type, one.source, one.target), ()),
    )  # fmt: skip


def _draw(study: Study, shown: ObjectMap, colours: dict[str, int], labels: dict[str, str]) -> str:
    if not shown.flows:
        return ""
    names = {step: study.label(step) for step in shown.step_events}
    picture = draw.object_map(
        shown,
        labels=names,
        type_labels=labels,
        colours=colours,
        lang=get_language() or "es",
        standalone=False,
    )
    return str(picture.text)


def flows_as_csv(view: ObjectView, header: list[str]) -> str:
    """One row per flow that is shown."""
    rows = [
        [one.type, one.source, one.target, one.events, one.objects, one.total, one.share, one.median, one.p90]
        for one in view.flows
    ]
    return csv_text([header, *rows])
