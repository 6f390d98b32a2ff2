"""The funnel page: how many journeys take chosen steps in order."""

from __future__ import annotations

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
from recorrido.journeys.queries.selections import all_journeys, funnel_level, select
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


@dataclass(frozen=True)
class Funnel:
    """``journeys``: all that meet the filters, whether they enter the funnel or not."""

    filters: Filters
    question: FunnelQuestion
    journeys: Figure
    levels: tuple[FunnelLevel, ...]
    svg: str


@kept
def funnel(study: Study, filters: Filters, question: FunnelQuestion) -> Funnel:
    """The funnel of the journeys that meet the filters. Raises BadSelection for no steps, or a step or window that
    is not understood."""
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
        levels=tuple(_level(study, question, number, row) for number, row in enumerate(result.steps, 1)),
        svg=_draw(study, result),
    )


def _level(study: Study, question: FunnelQuestion, level: int, row: Any) -> FunnelLevel:
    weighted = row.weighted_journeys is not None
    return FunnelLevel(
        level=level,
        step=row.step,
        label=study.label(row.step),
        owner=study.owner_label(row.step),
        journeys=Figure(
            row.journeys,
            funnel_level(level, question.steps, question.within, question.strict),
            row.weighted_journeys,
        ),
        share_of_first=row.weighted_share_of_first if weighted else row.share_of_first,
        share_of_previous=row.weighted_share_of_previous if weighted else row.share_of_previous,
    )


def _draw(study: Study, result: Any) -> str:
    labels = {step: study.label(step) for step in study.log.step_names}
    return str(draw.funnel(result, labels=labels, lang=get_language() or "es", standalone=False).text)
