"""Two groups made alike: overlap weights, and the balance they leave.

Method. Values that only one of the groups has are set aside, again and again, until both have all that is left: whoever
has none like them in the other group is not compared. On the rest the chance to belong to the first group is fitted
(logistic regression on an indicator for each value), and everybody weighs as much as their chance to belong to the
*other* group (overlap weights: Li, Morgan and Zaslavsky, 2018). Such weights balance every value's share exactly. The
effective number of rows (Kish, 1965) must be at least ``LEAST`` on either side, else nothing is comparable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.causes.features import Feature

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEAST = 30.0  # effective rows on either side
ROUNDS = 30  # of Newton's method
RIDGE = 1e-6
ENOUGH = 1e-5  # of a step: nothing moves any more
BLOCKS = 1000  # of people, to draw anew
ENDS = (5.0, 95.0)  # of the 90 % interval
CLOSE = 0.1  # a standardised difference below this is called balanced


@dataclass(frozen=True, slots=True)
class Balance:
    """The largest standardised difference among the values of a feature, as it was and with the weights (Austin, 2009)."""

    feature: str
    before: float
    after: float

    def to_dict(self) -> dict[str, Any]:
        return {"feature": self.feature, "before": round(self.before, 4), "after": round(self.after, 4)}


@dataclass(frozen=True, eq=False)
class Alike:
    """``weight`` (rows,) is 0 for who is not compared. ``overlap``: the share of the first group that has its like in the
    other; ``ones``, ``others``: rows of either group that are compared."""

    one: Bools
    other: Bools
    weight: Floats
    overlap: float
    balance: tuple[Balance, ...]

    @property
    def ones(self) -> int:
        return int(np.count_nonzero(self.weight[self.one]))

    @property
    def others(self) -> int:
        return int(np.count_nonzero(self.weight[self.other]))

    @property
    def comparable(self) -> bool:
        """Whether enough is left on either side to say anything."""
        return min(_effective(self.weight[self.one]), _effective(self.weight[self.other])) >= LEAST

    def difference(self, values: Floats, times: Floats | None = None) -> float:
        """The mean of ``values`` in the first group less that in the other; rows with NaN are left out. ``times``: (rows,)
        how often each row was drawn."""
        weight = self.weight if times is None else self.weight * times
        return _mean(values, weight, self.one) - _mean(values, weight, self.other)

    def drawn(self, values: Floats, person: NDArray[np.int64], draws: int, seed: int = 1) -> Floats:
        """(draws,) the difference with persons drawn anew, with replacement."""
        known = ~np.isnan(values) & (self.weight > 0)
        people, of = np.unique(person[known], return_inverse=True)
        sums = np.zeros((len(people), 4))
        filled, weight = values[known], self.weight[known]
        for place, mask in enumerate((self.one[known], self.other[known])):
            sums[:, 2 * place] = np.bincount(of, weight * mask * filled, len(people))
            sums[:, 2 * place + 1] = np.bincount(of, weight * mask, len(people))
        total = redrawn(sums, draws, seed)
        return total[:, 0] / np.maximum(total[:, 1], 1e-12) - total[:, 2] / np.maximum(total[:, 3], 1e-12)

    def to_dict(self) -> dict[str, Any]:
        return {
            "overlap": round(self.overlap, 4),
            "ones": self.ones,
            "others": self.others,
            "balance": [one.to_dict() for one in self.balance],
        }


def redrawn(sums: Floats, draws: int, seed: int = 1) -> Floats:
    """(draws, columns) the column sums of (people, columns) when people are drawn with replacement: dealt at random into at
    most a thousand blocks, of which as many are drawn (a bootstrap over clusters)."""
    if not len(sums):
        return np.zeros((draws, sums.shape[1]))
    chance, count = np.random.default_rng(seed), min(BLOCKS, len(sums))
    block = chance.permutation(len(sums)) % count
    blocks = np.stack([np.bincount(block, column, count) for column in sums.T], axis=1)
    return np.asarray(chance.multinomial(count, np.full(count, 1 / count), size=draws) @ blocks)


def alike(features: Sequence[Feature], one: Bools, other: Bools) -> Alike:
    """Weights under which ``one`` and ``other`` (rows,) have every value of every feature equally often."""
    compared = _shared(features, one, other)
    weight = np.zeros(len(one))
    if compared.any():
        weight[compared] = _overlap(features, one, compared)
    overlap = float((compared & one).sum() / max(1, one.sum()))
    balance = tuple(_balance(feature, one, other, weight) for feature in features)
    return Alike(one, other, weight, overlap, balance)


def _shared(features: Sequence[Feature], one: Bools, other: Bools) -> Bools:
    """(rows,) whose values all occur in both groups, among those of whom the same holds."""
    kept = one | other
    while True:
        before = np.count_nonzero(kept)
        for feature in features:
            size = len(feature.values)
            both = [np.bincount(feature.codes[kept & group], minlength=size) > 0 for group in (one, other)]
            kept &= (both[0] & both[1])[feature.codes]
        if np.count_nonzero(kept) == before:
            return kept


def _overlap(features: Sequence[Feature], one: Bools, compared: Bools) -> Floats:
    """(compared,) the chance to belong to the other group: fitted on the combinations of values that occur."""
    codes = np.stack([feature.codes[compared] for feature in features], axis=1)
    cells, of = np.unique(codes, axis=0, return_inverse=True)
    of = of.reshape(-1)
    whole = np.bincount(of, minlength=len(cells)).astype(float)
    first = np.bincount(of, one[compared], len(cells)).astype(float)
    chance = _fitted(_indicators(cells), first, whole)[of]
    return np.where(one[compared], 1 - chance, chance)


def _indicators(cells: NDArray[np.integer[Any]]) -> Floats:
    """(cells, columns) a constant and one column per value but the first of each feature."""
    columns = [np.ones(len(cells))]
    for place in range(cells.shape[1]):
        columns += [(cells[:, place] == value).astype(float) for value in np.unique(cells[:, place])[1:]]
    return np.stack(columns, axis=1)


def _fitted(x: Floats, first: Floats, whole: Floats) -> Floats:
    """(cells,) chances by Newton's method; a touch of ridge keeps what separates the groups finite."""
    beta = np.zeros(x.shape[1])
    share = first.sum() / whole.sum()
    beta[0] = np.log(max(share, 1e-9) / max(1 - share, 1e-9))
    for _ in range(ROUNDS):
        chance = _logistic(x @ beta)
        slope = x.T @ (first - whole * chance) - RIDGE * whole.sum() * beta
        bend = (x * (whole * chance * (1 - chance))[:, None]).T @ x
        step = np.linalg.solve(bend + RIDGE * whole.sum() * np.eye(len(beta)), slope)
        beta += np.clip(step, -4, 4)
        if np.abs(step).max() < ENOUGH:
            break
    return _logistic(x @ beta)


def _logistic(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -30, 30))))


def _effective(weight: Floats) -> float:
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def _mean(values: Floats, weight: Floats, among: Bools) -> float:
    known = among & ~np.isnan(values)
    total = float(weight[known].sum())
    return float((weight[known] * values[known]).sum()) / total if total > 0 else 0.0


def _balance(feature: Feature, one: Bools, other: Bools, weight: Floats) -> Balance:
    return Balance(
        feature.name,
        _largest(feature, one.astype(float), other.astype(float)),
        _largest(feature, weight * one, weight * other),
    )


def _largest(feature: Feature, one: Floats, other: Floats) -> float:
    if not one.sum() or not other.sum():
        return 0.0
    size = len(feature.values)
    p, q = (np.bincount(feature.codes, each, size) / each.sum() for each in (one, other))
    spread = np.sqrt(np.maximum(p * (1 - p) + q * (1 - q), 0) / 2)
    return float(np.max(np.abs(p - q) / np.maximum(spread, 1e-9) * (spread > 1e-6), initial=0.0))
