"""The funnel page: how many journeys take chosen steps in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

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
    funnel_level,
    funnel_stop,
    in_link,
    select,
)
from recorrido.journeys.queries.study import Study
from trayecto import draw


@dataclass(frozen=True)
class FunnelQuestion:
    """The funnel of a page: its steps in order, the window from the first step ("" = none), strict = each directly
    after the one before. In the URL: ``step=a&step=b&within=7d&strict=1``."""

    steps: tuple[str, ...] = ()
    within: str = ""
    strict: bool = False

    @classmethod
    def decode(cls, query: str) -> FunnelQuestion:
        pairs = parse_qsl(query.removeprefix("?"))
        within = next((value.strip() for key, value in pairs if key == "within"), "")
        strict = any(key == "strict" and value not in ("", "0") for key, value in pairs)
        return cls(tuple(value for key, value in pairs if key == "step" and value), within, strict)

    def pairs(self) -> list[tuple[str, str]]:
        steps = [("step", step) for step in self.steps]
        return steps + [
            (k, v) for k, v in (("within", self.within), ("strict", "1" if self.strict else "")) if v
        ]

    def encode(self) -> str:
        return urlencode(self.pairs())


@dataclass(frozen=True)
class FunnelLevel:
    """One step of the funnel. Shares are of the weighted journeys where there are weights."""

    level: int
    step: str
    label: str
    owner: str
    journeys: Figure
    share_of_first: float
    share_of_previous: float
    stopped: Figure | None  # reach this level and not the next; None at the last


@dataclass(frozen=True)
class Funnel:
    """``journeys``: all that meet the filters, whether they enter the funnel or not."""

    filters: Filters
    question: FunnelQuestion
    journeys: Figure
    levels: tuple[FunnelLevel, ...]
    svg: str


@kept
def funnel(study: Study, filters: Filters, question: FunnelQuestion, *, link: str = "") -> Funnel:
    """The funnel of the journeys that meet the filters. ``link`` is the address of a list with ``{selection}`` in it,
    for clicks on the picture. Raises BadSelection for no steps, or a step or window that is not understood."""
    if not question.steps:
        raise BadSelection(_("Choose at least one step for the funnel."))
    steps = tuple(known_step(study, step) for step in question.steps)
    view = select(study, filters, all_journeys())
    try:
        result = view.funnel(steps, within=question.within or None, strict=question.strict)
    except trayecto.TrayectoError as error:
        raise BadSelection(str(error)) from error
    return Funnel(
        filters=filters,
        question=question,
        journeys=Figure(view.journey_count, all_journeys(), weight_of(view)),
        levels=tuple(_level(study, question, number, result) for number in range(1, len(steps) + 1)),
        svg=_draw(study, result, question, link),
    )


def _level(study: Study, question: FunnelQuestion, level: int, result: Any) -> FunnelLevel:
    row = result.steps[level - 1]
    weighted = row.weighted_journeys is not None
    place = (level, question.steps, question.within, question.strict)
    return FunnelLevel(
        level=level,
        step=row.step,
        label=study.label(row.step),
        owner=study.owner_label(row.step),
        journeys=Figure(row.journeys, funnel_level(*place), row.weighted_journeys),
        share_of_first=row.weighted_share_of_first if weighted else row.share_of_first,
        share_of_previous=row.weighted_share_of_previous if weighted else row.share_of_previous,
        stopped=_stopped(row, result.steps[level], funnel_stop(*place))
        if level < len(result.steps)
        else None,
    )


def _stopped(row: Any, after: Any, selection: Selection) -> Figure:
    weighted = None if row.weighted_journeys is None else row.weighted_journeys - after.weighted_journeys
    return Figure(row.journeys - after.journeys, selection, weighted)


def _draw(study: Study, result: Any, question: FunnelQuestion, link: str) -> str:
    def to(selection: Callable[..., Selection]) -> Callable[[int, str], str] | None:
        place = (question.steps, question.within, question.strict)
        return (lambda level, _step: in_link(link, selection(level, *place))) if link else None

    picture = draw.funnel(
        result,
        labels={step: study.label(step) for step in study.log.steps},
        step_href=to(funnel_level),
        lost_href=to(funnel_stop),
        lang=get_language() or "es",
        standalone=False,
        weighted=study.log.has_weights,
    )
    return str(picture.text)
