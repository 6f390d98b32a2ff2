"""The page of paths: what journeys do before and after a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from django.utils.translation import get_language
from django.utils.translation import gettext as _

import trayecto
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.counting import weight_of
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters, known_step
from recorrido.journeys.queries.selections import (
    Selection,
    all_journeys,
    in_link,
    register_selection,
    select,
)
from recorrido.journeys.queries.study import Study
from trayecto import draw

DEPTHS = (0, 1, 2, 3, 4, 5)
TOPS = (3, 5, 8, 12)


@dataclass(frozen=True)
class PathsQuestion:
    """``around`` a step ("" = not chosen yet), so many steps ``before`` and ``after`` it, ``within`` a window ("" = any
    time), the ``top`` steps of a level named. In the URL: ``around=…&before=3&after=3&within=7d&top=8``."""

    around: str = ""
    before: int = 3
    after: int = 3
    within: str = ""
    top: int = 8
    last: bool = False

    @classmethod
    def decode(cls, query: str) -> PathsQuestion:
        told = dict(parse_qsl(query.removeprefix("?")))
        return cls(
            told.get("around", ""),
            _one_of(told.get("before", ""), DEPTHS, 3),
            _one_of(told.get("after", ""), DEPTHS, 3),
            told.get("within", "").strip(),
            _one_of(told.get("top", ""), TOPS, 8),
            told.get("last", "") not in ("", "0"),
        )


def _one_of(text: str, known: tuple[int, ...], default: int) -> int:
    return int(text) if text.isdigit() and int(text) in known else default


@dataclass(frozen=True)
class PathNode:
    """A step at a level, ``label`` the rest's too; ``stopped`` go no further on this side, ``began`` (level 0) have nothing
    before. Shares are of the journeys that have the step."""

    level: int
    label: str
    journeys: Figure
    share: float
    stopped: Figure | None
    began: Figure | None


@dataclass(frozen=True)
class PathBand:
    level: int
    source: str
    target: str
    journeys: Figure
    share: float


@dataclass(frozen=True)
class Paths:
    """``journeys``: all that meet the filters; ``taking_part`` of them have the step."""

    filters: Filters
    question: PathsQuestion
    journeys: Figure
    taking_part: Figure
    nodes: tuple[PathNode, ...]
    bands: tuple[PathBand, ...]
    svg: str


@kept
def paths(study: Study, filters: Filters, question: PathsQuestion, *, link: str = "") -> Paths:
    """The paths of the journeys that meet the filters. ``link``: the address of a list with ``{selection}`` in it.

    Raises BadSelection for a step or a window that is not understood.
    """
    around = known_step(study, question.around)
    view = select(study, filters, all_journeys())
    try:
        result = view.sankey(
            around, question.before, question.after, question.within or None, question.top, last=question.last
        )
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error
    places = _Places(study, question, result)
    whole = result.taking_part if result.weighted_taking_part is None else result.weighted_taking_part
    return Paths(
        filters=filters,
        question=question,
        journeys=Figure(view.journey_count, all_journeys(), weight_of(view)),
        taking_part=Figure(result.taking_part, Selection("step", (around,)), result.weighted_taking_part),
        nodes=tuple(_node(places, node, whole) for node in result.nodes),
        bands=tuple(_band(places, band, whole) for band in result.bands),
        svg=_draw(places, link) if result.taking_part else "",
    )


@dataclass(frozen=True)
class _Places:
    """What leads from a step at a level to its journeys."""

    study: Study
    question: PathsQuestion
    result: Any

    def label(self, step: str | None) -> str:
        return _("others") if step is None else self.study.label(step)

    def _asked(self) -> tuple[str, str, str]:
        return self.question.around, self.question.within, "last" if self.question.last else ""

    def _end(self, level: int, step: str | None) -> str:
        if step is not None:
            return f"={step}"
        return "!" + "|".join(node.step for node in self.result.at(level) if node.step is not None)

    def at(self, level: int, step: str | None) -> Selection:
        return Selection("at", (*self._asked(), str(level), self._end(level, step)))

    def stops(self, level: int, step: str | None, side: int) -> Selection:
        return Selection("stops", (*self._asked(), str(level), self._end(level, step), str(side)))

    def band(self, level: int, source: str | None, target: str | None) -> Selection:
        ends = self._end(level, source), self._end(level + 1, target)
        return Selection("band", (*self._asked(), str(level), *ends))


def _node(places: _Places, node: Any, whole: float) -> PathNode:
    side = 1 if node.level >= 0 else -1
    reach = places.question.after if side > 0 else places.question.before
    weighted = node.weighted_journeys is not None
    stopped = None
    if abs(node.level) < reach:
        heavy = node.weighted_ended + node.weighted_cut if weighted else None
        stopped = Figure(node.ended + node.cut, places.stops(node.level, node.step, side), heavy)
    began = None
    if node.level == 0 and places.question.before and not weighted:
        began = Figure(node.began + node.cut_before, places.stops(0, node.step, -1))
    journeys = Figure(node.journeys, places.at(node.level, node.step), node.weighted_journeys)
    return PathNode(
        node.level, places.label(node.step), journeys, journeys.best / whole if whole else 0.0, stopped, began
    )


def _band(places: _Places, band: Any, whole: float) -> PathBand:
    selection = places.band(band.level, band.source, band.target)
    journeys = Figure(band.journeys, selection, band.weighted_journeys)
    return PathBand(
        band.level, places.label(band.source), places.label(band.target), journeys, journeys.best / whole
    )


def _draw(places: _Places, link: str) -> str:
    study = places.study
    picture = draw.sankey(
        places.result,
        labels={step: study.label(step) for step in study.log.steps},
        node_href=(lambda level, step: in_link(link, places.at(level, step))) if link else None,
        band_href=(lambda *band: in_link(link, places.band(*band))) if link else None,
        lang=get_language() or "es",
        standalone=False,
    )
    return str(picture.text)


# --- what the links of the page select; an END is ``=step``, or ``!one|two`` for any other step than these ---


def _end_filter(around: str, within: str, last: str, level: int, end: str) -> Any:
    def at(*steps: str) -> Any:
        return trayecto.around(around, level, steps, within or None, bool(last))

    if end.startswith("="):
        return at(end[1:])
    named = [step for step in end[1:].split("|") if step]
    return at() & ~at(*named) if named else at()


def _at(study: Study, filters: Filters, around: str, within: str, last: str, level: str, end: str) -> Any:
    """``at:AROUND,WITHIN,LAST,LEVEL,END``"""
    return _end_filter(around, within, last, int(level), end)


def _stops(
    study: Study, filters: Filters, around: str, within: str, last: str, level: str, end: str, side: str
) -> Any:
    """``stops:AROUND,WITHIN,LAST,LEVEL,END,SIDE``: those that go no further after (1) or before (-1) it."""
    further = trayecto.around(around, int(level) + int(side), within=within or None, last=bool(last))
    return _end_filter(around, within, last, int(level), end) & ~further


def _between(
    study: Study, filters: Filters, around: str, within: str, last: str, level: str, source: str, target: str
) -> Any:
    """``band:AROUND,WITHIN,LAST,LEVEL,END,END``"""
    one = _end_filter(around, within, last, int(level), source)
    return one & _end_filter(around, within, last, int(level) + 1, target)


register_selection("at", _at)
register_selection("stops", _stops)
register_selection("band", _between)
