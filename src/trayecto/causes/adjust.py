"""The effect of belonging to a subgroup, with what else differs held constant.

Method. Rows are compared within strata that are alike in everything that makes journeys comparable (fixed effects);
the other features that were known by then are held constant by least squares on their values, one indicator each.
The effect is the coefficient of the subgroup's indicator: the residual of the indicator against that of the outcome
(Frisch and Waugh, 1933; Lovell, 1963). Its interval comes from drawing blocks of persons anew (bootstrap; all rows of a
person lie in one block). Where next to nothing of the indicator is left once the rest is held constant, there is
nothing comparable and no effect is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.causes.blocks import BLOCKS
from trayecto.causes.features import Feature
from trayecto.causes.search import Condition
from trayecto.kernels.moments import gram, residual_sums

DRAWS = 1_000
LEAST_LEFT = 0.02  # share of a subgroup's indicator that must be left, else nothing is comparable
RIDGE = 1e-9

Conditions = tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Effect:
    """In units of the outcome; ``low`` and ``high`` bound 90 %. ``z``: effect in standard errors. ``left``: the share of
    the subgroup's indicator that other columns do not explain. ``draws``: the effect in each draw of blocks; the blocks drawn
    are the same for every effect."""

    effect: float
    low: float
    high: float
    z: float
    left: float
    draws: NDArray[np.float64] = field(repr=False, compare=False)


@dataclass(frozen=True, eq=False)
class Rows:
    """The rows on which effects are measured: ``outcome`` (rows,), ``blocks`` (rows,) the block of each row's person."""

    features: Sequence[Feature]
    outcome: NDArray[np.float64]
    blocks: NDArray[np.int32]
    comparable: tuple[int, ...]  # places of the features that make strata
    groups: tuple[Conditions, ...]  # the subgroups whose effects may be asked

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """The first column of each feature."""
        return tuple(accumulate((len(feature.values) for feature in self.features), initial=0))

    @cached_property
    def codes(self) -> NDArray[np.int32]:
        """(rows, features) the column of each value."""
        columns = [feature.codes + start for feature, start in zip(self.features, self.starts, strict=False)]
        return np.ascontiguousarray(np.stack(columns, axis=1), np.int32)

    @cached_property
    def extra(self) -> NDArray[np.float64]:
        """(rows, groups + 1) the indicator of each subgroup, and the outcome."""
        columns = [self._members(conditions).astype(np.float64) for conditions in self.groups]
        return np.ascontiguousarray(np.stack([*columns, self.outcome], axis=1))

    def _members(self, conditions: Conditions) -> NDArray[np.bool_]:
        return np.logical_and.reduce([self.features[place].codes == value for place, value in conditions])

    @cached_property
    def _moments(self) -> dict[tuple[int, ...], _Moments]:
        return {}

    def moments(self, comparable: tuple[int, ...]) -> _Moments:
        if comparable not in self._moments:
            self._moments[comparable] = _Moments.of(self, comparable)
        return self._moments[comparable]

    def effects(self, groups: Sequence[int], beside: Sequence[int] = ()) -> list[Effect | None]:
        """``effect`` of several subgroups, on all cores."""
        for group in groups:  # what they share is made once, before threads ask for it
            self.moments(self._strata_of(self.groups[group]))
        return _effects(engine.each(lambda group: self._residuals(group, beside), groups))

    def _strata_of(self, conditions: Conditions) -> tuple[int, ...]:
        """The features that make strata, but for the one whose value alone is asked about."""
        own = conditions[0][0] if len(conditions) == 1 else None
        return tuple(place for place in self.comparable if place != own)

    def effect(self, group: int, beside: Sequence[int] = ()) -> Effect | None:
        """The effect of a subgroup, with the subgroups ``beside`` held constant too; None: nothing is comparable."""
        return _effects([self._residuals(group, beside)])[0]

    def _residuals(self, group: int, beside: Sequence[int]) -> _Residuals | None:
        conditions = self.groups[group]
        own = conditions[0][0] if len(conditions) == 1 else None
        strata = self._strata_of(conditions)
        held = self._columns_known_before(conditions, {*strata, own})
        held += [self.starts[-1] + place for place in beside]
        return self.moments(strata).residuals(self, group, held)

    def _columns_known_before(self, conditions: Conditions, left_out: set[int | None]) -> list[int]:
        known = max(self.features[place].order for place, _ in conditions)
        places = [
            place
            for place, feature in enumerate(self.features)
            if place not in left_out and feature.order <= known
        ]
        return [column for place in places for column in range(self.starts[place], self.starts[place + 1])]


@dataclass(frozen=True, eq=False)
class _Residuals:
    """``sums`` (blocks, 2): residual × outcome's residual, and squared residual; ``left`` as in Effect."""

    sums: NDArray[np.float64]
    left: float


@dataclass(frozen=True, eq=False)
class _Moments:
    """Products of all columns within strata, and the level of each column in each stratum."""

    strata: NDArray[np.int32]  # (rows,)
    products: NDArray[np.float64]  # (columns, columns)
    levels: NDArray[np.float64]  # (strata, columns)

    @classmethod
    def of(cls, rows: Rows, comparable: tuple[int, ...]) -> _Moments:
        strata, count = _strata([rows.features[place] for place in comparable], len(rows.outcome))
        products, sums, counts = gram(rows.codes, rows.extra, strata, rows.starts[-1], count)
        levels = sums / counts[:, None]
        return cls(strata, products - sums.T @ levels, levels)

    def residuals(self, rows: Rows, group: int, held: list[int]) -> _Residuals | None:
        treated, outcome = rows.starts[-1] + group, len(self.products) - 1
        explained, outcome_explained = self._coefficients(held, treated), self._coefficients(held, outcome)
        whole = self.products[treated, treated]
        left = (whole - explained @ self.products[:, treated]) / whole if whole > 0 else 0.0
        if left < LEAST_LEFT:
            return None
        sums = residual_sums(
            rows.codes, rows.extra, self.strata,
            explained, self.levels[:, treated] - self.levels @ explained,
            outcome_explained, self.levels[:, outcome] - self.levels @ outcome_explained,
            group, rows.blocks, BLOCKS,
        )  # fmt: skip
        return _Residuals(sums, float(left))

    def _coefficients(self, held: list[int], target: int) -> NDArray[np.float64]:
        """(columns,) least squares of a column on those held constant; 0 for the others."""
        found = np.zeros(len(self.products))
        if held:
            inner = self.products[np.ix_(held, held)]
            inner = inner + np.eye(len(held)) * RIDGE * max(1.0, float(np.trace(inner)))
            found[held] = np.linalg.solve(inner, self.products[held, target])
        return found


def _strata(features: Sequence[Feature], rows: int) -> tuple[NDArray[np.int32], int]:
    """The stratum of each row: the rows that are alike in all features."""
    combined = np.zeros(rows, np.int64)
    for feature in features:
        combined = combined * len(feature.values) + feature.codes
    found, strata = np.unique(combined, return_inverse=True)
    return strata.astype(np.int32), len(found)


@cache
def _draws() -> NDArray[np.float64]:
    """(draws, blocks) how often each block was drawn, with replacement; the same draws for every effect."""
    drawn = np.random.default_rng(1909).multinomial(BLOCKS, np.full(BLOCKS, 1 / BLOCKS), DRAWS)
    return drawn.astype(np.float64)


def _effects(residuals: Sequence[_Residuals | None]) -> list[Effect | None]:
    """All of them drawn in one product: one by one, most of the time went into reading the draws again."""
    there = [one for one in residuals if one is not None]
    if not there:
        return [None] * len(residuals)
    again = _draws() @ np.concatenate([one.sums for one in there], axis=1)
    drawn = iter(np.ascontiguousarray((again[:, 0::2] / again[:, 1::2]).T))
    return [None if one is None else _effect(one, next(drawn)) for one in residuals]


def _effect(residuals: _Residuals, drawn: NDArray[np.float64]) -> Effect:
    effect = float(residuals.sums[:, 0].sum() / residuals.sums[:, 1].sum())
    low, high = np.quantile(drawn, (0.05, 0.95)).tolist()
    error = float(drawn.std())
    return Effect(effect, low, high, effect / error if error > 0 else 0.0, residuals.left, drawn)


def block_draws(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """(draws,) the total of a quantity by block (BLOCKS,) in each draw, the same blocks as effects are drawn from."""
    return _draws() @ sums
