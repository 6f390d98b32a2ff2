"""The page of comparisons: two sets of journeys side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.picture import design_of
from recorrido.journeys.queries.selections import all_journeys, at_flow, at_step, in_link, of_variant
from recorrido.journeys.queries.study import NOTHING, Study
from trayecto import draw

SHARE, TIME = "share", "time"
COMPARED = (SHARE, TIME)  # what the picture's colour speaks of
TOP = 12


@dataclass(frozen=True)
class Sides:
    """The filters of the two sets; in an address every field of one begins with ``a.``, of the other with ``b.``."""

    a: Filters
    b: Filters

    @classmethod
    def decode(cls, query: str) -> Sides | None:
        """None where an address names neither. Raises BadSelection."""
        pairs = parse_qsl(query.removeprefix("?"))
        if not any(name.startswith(("a.", "b.")) or name == "sets" for name, _value in pairs):
            return None
        found = [
            Filters.decode(urlencode([(name[2:], value) for name, value in pairs if name.startswith(side)]))
            for side in ("a.", "b.")
        ]
        return cls(*found)

    def pairs(self) -> list[tuple[str, str]]:
        """As fields of an address; ``sets`` says that they are said, also when neither has a filter."""
        told = [
            (f"{side}.{name}", value) for side in ("a", "b") for name, value in getattr(self, side).pairs()
        ]
        return [("sets", "1"), *told]


@dataclass(frozen=True)
class Apart:
    """How far the second set is from the first, with its interval; ``p``, ``q`` None: too little to test."""

    low: float
    expected: float
    high: float
    p: float | None
    q: float | None
    significant: bool


@dataclass(frozen=True)
class ComparedRow:
    """A step, flow or variant in both sets; ``few``: under thirty journeys in both together."""

    label: str
    a: Figure
    b: Figure
    share_a: float
    share_b: float
    share: Apart
    median_a: float | None
    median_b: float | None
    seconds: Apart | None
    few: bool


@dataclass(frozen=True)
class Comparison:
    filters: Filters
    sides: Sides
    mode: str
    a: Figure
    b: Figure
    persons_a: int
    persons_b: int
    both: int
    tests: int
    steps: tuple[ComparedRow, ...]
    flows: tuple[ComparedRow, ...]
    variants: tuple[ComparedRow, ...]
    svg: str

    @property
    def empty(self) -> bool:
        return not self.a.count or not self.b.count


@kept
def compare(
    study: Study, sides: Sides, *, mode: str = SHARE, names: tuple[str, str] = ("A", "B"), link: str = ""
) -> Comparison:
    """What differs between two sets of journeys. ``link``: the address of a list of the second set with ``{selection}``
    in it, for clicks on the picture. Raises BadSelection for filters that cannot be read."""
    try:
        conditions = [side.resolve(study) or ~NOTHING for side in (sides.a, sides.b)]
        result = study.log.compare(*conditions, top=TOP)
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error
    return Comparison(
        filters=sides.b,
        sides=sides,
        mode=mode,
        a=Figure(result.a.journeys, all_journeys(), result.a.weighted_journeys),
        b=Figure(result.b.journeys, all_journeys(), result.b.weighted_journeys),
        persons_a=result.a.persons,
        persons_b=result.b.persons,
        both=result.both,
        tests=result.tests,
        steps=tuple(_row(study, one) for one in result.steps),
        flows=tuple(_row(study, one) for one in result.flows),
        variants=tuple(_row(study, one) for one in result.variants),
        svg=_draw(study, result, mode, names, link) if result.a.journeys and result.b.journeys else "",
    )


def _row(study: Study, one: Any) -> ComparedRow:
    selection = (
        at_step(one.steps[0])
        if one.kind == "step"
        else at_flow(*one.steps)
        if one.kind == "flow"
        else of_variant(one.rank)
    )
    return ComparedRow(
        label=" → ".join(study.label(step) for step in one.steps),
        a=Figure(one.a.journeys, selection, one.a.weighted_journeys),
        b=Figure(one.b.journeys, selection, one.b.weighted_journeys),
        share_a=one.a.share.expected,
        share_b=one.b.share.expected,
        share=_apart(one.share),
        median_a=one.a.median,
        median_b=one.b.median,
        seconds=_apart(one.seconds) if one.seconds else None,
        few=one.a.journeys + one.b.journeys < 30,
    )


def _apart(found: Any) -> Apart:
    return Apart(found.low, found.expected, found.high, found.p, found.q, found.significant)


def _draw(study: Study, result: Any, mode: str, names: tuple[str, str], link: str) -> str:
    language = get_language() or "es"
    picture = draw.comparison(
        result,
        design=design_of(study.blueprint, language, study.steps, study.off_path),
        mode=mode,
        labels={step: study.label(step) for step in study.log.steps},
        names=names,
        title=_("%(b)s beside %(a)s") % {"a": names[0], "b": names[1]},
        step_href=(lambda step: in_link(link, at_step(step))) if link else None,
        flow_href=(lambda a, b: in_link(link, at_flow(a, b))) if link else None,
        lang=language,
        standalone=False,
    )
    return str(picture.text)
