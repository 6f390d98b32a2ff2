"""What is known of every journey before the outcome: coded columns, each with the moment from which it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trayecto.errors import BadValue

UNKNOWN = "–"
OTHERS = "…"
MOST_VALUES = 60  # of one feature; rarer ones are put together


@dataclass(frozen=True, eq=False)
class Feature:
    """``codes`` (rows,) name one of ``values`` each. ``order`` says when it is known, earlier ones first: what comes
    later may be a consequence, and is never held constant for what comes before. Values that are ``UNKNOWN`` or
    ``OTHERS`` are held constant like any, but explain nothing."""

    name: str
    values: tuple[str, ...]
    codes: NDArray[np.int32]
    order: int = 0

    @property
    def explains(self) -> NDArray[np.bool_]:
        """(values,) which values may stand in a cause."""
        return np.array([value not in {UNKNOWN, OTHERS} for value in self.values], np.bool_)


def words(name: str, values: Sequence[str | None], order: int = 0) -> Feature:
    """A feature of texts; None is unknown."""
    found, codes = np.unique(
        np.array([UNKNOWN if value is None else value for value in values]), return_inverse=True
    )
    return coded(name, tuple(found.tolist()), codes, order)


def coded(name: str, values: Sequence[str], codes: NDArray[np.integer], order: int = 0) -> Feature:
    """A feature of codes, -1 = unknown; all but the most frequent values become one."""
    known = np.where(codes < 0, len(values), codes)
    counts = np.bincount(known, minlength=len(values) + 1)
    names = (*values, UNKNOWN)
    kept = [code for code in np.argsort(-counts, kind="stable")[:MOST_VALUES].tolist() if counts[code]]
    place = np.full(len(names), len(kept), np.int32)
    place[kept] = np.arange(len(kept))
    pooled = (OTHERS,) if np.count_nonzero(counts) > len(kept) else ()
    return Feature(name, (*(names[code] for code in kept), *pooled), place[known], order)


def bands(name: str, numbers: NDArray[np.float64], count: int = 5, order: int = 0) -> Feature:
    """A feature of numbers, cut where equal shares of the rows lie between; NaN is unknown. Raises BadValue."""
    if count < 2:
        raise BadValue(f"{count} bands of '{name}' tell nothing apart: ask for two or more.")
    known = numbers[~np.isnan(numbers)]
    if not len(known):
        return coded(name, (), np.full(len(numbers), -1), order)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, count + 1)[1:-1]))
    edges = edges[edges < known.max()]
    codes = np.where(np.isnan(numbers), -1, np.searchsorted(edges, numbers, side="left"))
    return coded(name, _band_names(edges.tolist()), codes, order)


def _band_names(edges: list[float]) -> tuple[str, ...]:
    if not edges:
        return ("any",)
    between = (f"> {low:g} to {high:g}" for low, high in pairwise(edges))
    return (f"≤ {edges[0]:g}", *between, f"> {edges[-1]:g}")
