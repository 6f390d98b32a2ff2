"""Counts of journeys with their selection: rows, and the weighted estimate where journeys carry weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.figures import Figure
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.selections import Selection, select
from recorrido.journeys.queries.study import Study


def weight_of(view: Any) -> float | None:
    """The weighted number of journeys in a log or a part of it; None when journeys carry no weights."""
    if view.weights is None:
        return None
    return float(view.weights.sum() if view.chosen is None else view.weights[view.chosen].sum())


@kept
def count(study: Study, filters: Filters, selection: Selection) -> Figure:
    """How many journeys a selection holds under the filters."""
    view = select(study, filters, selection)
    return Figure(view.journey_count, selection, weight_of(view))


@dataclass(frozen=True)
class RegularShare:
    """Regular journeys ÷ journeys that began (had an anchor step) and are no longer open.

    ``share`` None: no journey is decided yet.
    """

    filters: Filters
    regular: Figure
    decided: Figure

    @property
    def share(self) -> float | None:
        return self.regular.share_of(self.decided) if self.decided.count else None


@kept
def regular_share(study: Study, filters: Filters) -> RegularShare:
    """See ``docs/measures.md``. A path filter would make the share 0 or 1, so it is left aside."""
    wide = filters.on_all_paths
    return RegularShare(
        wide, count(study, wide, Selection("regular")), count(study, wide, Selection("decided"))
    )
