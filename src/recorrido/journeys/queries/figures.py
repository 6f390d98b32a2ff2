"""A figure that is shown and can be clicked: its count is the number of rows behind its selection, always."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.selections import Selection


@dataclass(frozen=True)
class Figure:
    """``count`` rows; ``weighted`` is the estimate they stand for, when the journeys carry weights (None: they do not).

    Pages show "n", or "≈ weighted (n rows)"; the click on either leads to the n rows of ``selection``.
    """

    count: int
    selection: Selection
    weighted: float | None = None

    @property
    def best(self) -> float:
        """What shares are made of: the weighted estimate where there is one."""
        return self.count if self.weighted is None else self.weighted

    def share_of(self, whole: Figure) -> float:
        return self.best / whole.best if whole.best else 0.0


@dataclass(frozen=True)
class Clickable:
    """A figure with its place in a view (``steps.3.lost``) and the filters its click keeps."""

    label: str
    figure: Figure
    filters: Filters


def figures_of(view: Any) -> Iterator[Clickable]:
    """Every clickable figure of a view (any result of these queries, which all carry ``filters``), nested ones too.

    Pages render each of them as a link; a test walks all of them and compares ``count`` with ``journeys_behind``.
    """
    yield from _walk(view, "", view.filters)


def _walk(value: Any, label: str, filters: Filters) -> Iterator[Clickable]:
    if isinstance(value, Figure):
        yield Clickable(label, value, filters)
    elif is_dataclass(value) and not isinstance(value, type):
        filters = getattr(value, "filters", None) or filters
        for name in (field.name for field in fields(value)):
            yield from _walk(getattr(value, name), f"{label}.{name}".lstrip("."), filters)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _walk(item, f"{label}.{key}", filters)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from _walk(item, f"{label}.{number}", filters)
