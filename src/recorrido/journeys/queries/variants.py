"""The variants page: the distinct sequences of steps, most frequent first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from django.utils.translation import get_language

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.selections import all_journeys, in_link, of_variant, select
from recorrido.journeys.queries.study import Study
from trayecto import draw

TOP = 30


@dataclass(frozen=True)
class Variant:
    """One sequence of steps. ``place`` counts from 1 in this list, ``rank`` in the whole log (the click's key)."""

    place: int
    rank: int
    steps: tuple[str, ...]
    labels: tuple[str, ...]
    journeys: Figure
    share: float
    median_seconds: float
    regular: bool


@dataclass(frozen=True)
class Variants:
    """``coverage``: how few variants cover 80 % of the journeys, weighted where there are weights (the regular path is another figure)."""

    filters: Filters
    journeys: Figure
    distinct: int
    coverage: int
    coverage_share: float
    variants: tuple[Variant, ...]
    svg: str


@kept
def variants(study: Study, filters: Filters, *, top: int = TOP, link: str = "") -> Variants:
    """The ``top`` most frequent variants of the journeys that meet the filters. ``link`` is the address of a list with
    ``{selection}`` in it, for clicks on the picture."""
    view = select(study, filters, all_journeys())
    result = view.variants(top=top)
    ranks = _ranks(view, len(result.variants))
    off_path, goal = study.off_path, set(study.goal)
    rows = tuple(
        Variant(
            place=row.rank,
            rank=rank,
            steps=row.steps,
            labels=tuple(study.label(step) for step in row.steps),
            journeys=Figure(row.journeys, of_variant(rank), row.weighted_journeys),
            share=row.share if row.weighted_share is None else row.weighted_share,
            median_seconds=row.median_seconds,
            regular=bool(goal & set(row.steps)) and not off_path & set(row.steps),
        )
        for row, rank in zip(result.variants, ranks, strict=True)
    )
    coverage = result.weighted_coverage_80 or result.coverage_80
    return Variants(
        filters=filters,
        journeys=Figure(result.journeys, all_journeys(), result.weighted_journeys),
        distinct=result.distinct,
        coverage=coverage.variants,
        coverage_share=coverage.share,
        variants=rows,
        svg=_draw(study, result, ranks, link),
    )


def _ranks(view: Any, top: int) -> list[int]:
    """The ranks in the whole log of the most frequent variants of a view, in the view's order (ties by rank)."""
    numbers = view.attributes["variant"].to_numpy()
    counts = np.bincount(numbers if view.chosen is None else numbers[view.chosen], minlength=1)
    return [int(number) + 1 for number in np.argsort(-counts, kind="stable")[:top]]


def _draw(study: Study, result: Any, ranks: list[int], link: str) -> str:
    if not result.journeys:
        return ""
    picture = draw.variants(
        result,
        labels={step: study.label(step) for step in study.log.steps},
        href=(lambda place: in_link(link, of_variant(ranks[place - 1]))) if link else None,
        lang=get_language() or "es",
        standalone=False,
        weighted=study.log.has_weights,
    )
    return str(picture.text)
