"""Subgroup search: which conjunctions of up to three values go with a higher outcome, in one half of the rows.

Every conjunction that occurs is counted (no beam, no sampling). A subgroup is *interesting* when its mean lies above that
of the other rows, and when each of its conditions is needed: it also lies above the rest of every subgroup that has
one condition less. A subgroup whose elevation is all due to a more special one is dropped for it (as in the relevance
of Garriga, Kralj and Lavrač, 2008, "Closed sets for labeled data").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.causes.features import Feature
from trayecto.kernels.cubes import COUNT, SQUARES, SUM, cube

Cells = NDArray[np.float64]
Condition = tuple[int, int]  # feature, value: places in the list of features and in its values
ELEVATED, NEEDED = 3.0, 2.0  # standard errors
KEPT_PER_CUBE = 40


@dataclass(frozen=True, slots=True)
class Subgroup:
    """``z``: standard errors between the mean of the subgroup and that of the other rows."""

    conditions: tuple[Condition, ...]
    rows: int
    mean: float
    z: float
    cells: tuple[float, float, float]


def search(
    features: Sequence[Feature],
    outcome: NDArray[np.float64],
    *,
    depth: int,
    least: int,
    most: int,
    given: Sequence[int] = (),
) -> list[Subgroup]:
    """The ``most`` interesting subgroups of at least ``least`` rows, most elevated first; the features ``given`` (their
    places) are circumstances, which explain nothing without another."""
    space = _Space.of(features, outcome, least)
    jobs = [
        places
        for size in range(1, depth + 1)
        for places in combinations(range(len(features)), size)
        if not set(places) <= set(given)
    ]
    found = [group for groups in engine.each(space.interesting, jobs) for group in groups]
    relevant = space.relevant(found)
    return sorted(relevant, key=lambda group: (-group.z, len(group.conditions), group.conditions))[:most]


@dataclass(frozen=True, eq=False)
class _Space:
    features: Sequence[Feature]
    outcome: NDArray[np.float64]
    least: int
    columns: tuple[NDArray[np.uint8], ...]
    total: Cells  # (3,)
    pairs: dict[tuple[int, ...], Cells]

    @classmethod
    def of(cls, features: Sequence[Feature], outcome: NDArray[np.float64], least: int) -> _Space:
        columns = tuple(np.ascontiguousarray(feature.codes, np.uint8) for feature in features)
        total = np.array([len(outcome), outcome.sum(), (outcome**2).sum()])
        space = cls(features, outcome, least, columns, total, {})
        small = [places for size in (1, 2) for places in combinations(range(len(features)), size)]
        space.pairs.update(zip(small, engine.each(space.cells, small), strict=True))
        return space

    @property
    def spread(self) -> float:
        """The standard deviation of the outcome over all rows."""
        rows, total, squares = self.total.tolist()
        return float(np.sqrt(max(squares / rows - (total / rows) ** 2, 0.0)))

    def cells(self, places: tuple[int, ...]) -> Cells:
        """The cells of some features, an axis each, and three figures per cell."""
        if places in self.pairs:
            return self.pairs[places]
        sizes = tuple(len(self.features[place].values) for place in places)
        missing = 3 - len(places)
        first, second, third = [self.columns[place] for place in places] + [self._zeros] * missing
        one, two, three = (*sizes, 1, 1)[:3]
        filled = cube(first, second, third, (one, two, three), self.outcome)
        return filled.reshape(*sizes, 3)

    @cached_property
    def _zeros(self) -> NDArray[np.uint8]:
        return np.zeros(len(self.outcome), np.uint8)

    def interesting(self, places: tuple[int, ...]) -> list[Subgroup]:
        cells = self.cells(places)
        if not cells.size:
            return []
        z = self.above(cells, self.total - cells)
        enough = (cells[..., COUNT] >= self.least) & (self.total[COUNT] - cells[..., COUNT] >= self.least)
        chosen = enough & (z >= ELEVATED) & self._explaining(places) & self._needed(places, cells)
        where = np.argwhere(chosen)
        best = where[np.argsort(-z[chosen], kind="stable")[:KEPT_PER_CUBE]]
        return [self._subgroup(places, tuple(map(int, cell)), cells, z) for cell in best]

    def above(self, part: Cells, rest: Cells) -> NDArray[np.float64]:
        """How many standard errors the mean of each part lies above that of its rest; 0 where one of them is empty."""
        with np.errstate(divide="ignore", invalid="ignore"):
            gap = part[..., SUM] / part[..., COUNT] - rest[..., SUM] / rest[..., COUNT]
            error = self.spread * np.sqrt(1 / part[..., COUNT] + 1 / rest[..., COUNT])
            return np.asarray(np.nan_to_num(gap / error, nan=0.0, posinf=0.0, neginf=0.0))

    def _explaining(self, places: tuple[int, ...]) -> NDArray[np.bool_]:
        masks = np.meshgrid(*(self.features[place].explains for place in places), indexing="ij", sparse=True)
        return np.asarray(np.logical_and.reduce(np.broadcast_arrays(*masks)))

    def _needed(self, places: tuple[int, ...], cells: Cells) -> NDArray[np.bool_]:
        """Whether each condition raises the mean above the rest of what the others select."""
        needed = np.ones(cells.shape[:-1], np.bool_)
        for axis in range(len(places)) if len(places) > 1 else ():
            wider = np.expand_dims(self.cells((*places[:axis], *places[axis + 1 :])), axis)
            needed &= self.above(cells, wider - cells) >= NEEDED
        return needed

    def _subgroup(
        self, places: tuple[int, ...], cell: tuple[int, ...], cells: Cells, z: NDArray[np.float64]
    ) -> Subgroup:
        rows, total, squares = cells[cell].tolist()
        conditions = tuple(zip(places, cell, strict=True))
        return Subgroup(conditions, int(rows), total / rows, float(z[cell]), (rows, total, squares))

    def relevant(self, groups: list[Subgroup]) -> Iterator[Subgroup]:
        """Those that are still elevated without each more special one."""
        of_wider: dict[frozenset[Condition], list[Subgroup]] = {}
        for group in groups:
            for wider in _wider(group.conditions):
                of_wider.setdefault(wider, []).append(group)
        for group in groups:
            narrower = of_wider.get(frozenset(group.conditions), [])
            if all(self._stands_without(group, other) for other in narrower):
                yield group

    def _stands_without(self, group: Subgroup, narrower: Subgroup) -> bool:
        left = np.array(group.cells) - np.array(narrower.cells)
        return bool(left[COUNT] > 0 and self.above(left, self.total - np.array(group.cells)) >= NEEDED)


def _wider(conditions: tuple[Condition, ...]) -> Iterator[frozenset[Condition]]:
    """The conjunctions of some, not all, of the conditions."""
    for size in range(1, len(conditions)):
        yield from map(frozenset, combinations(conditions, size))


assert (COUNT, SUM, SQUARES) == (0, 1, 2)
