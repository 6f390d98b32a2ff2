"""Two groups made alike: overlap weights, and the balance they leave.

Method. Values that only one of the groups has are set aside, again and again, until both have all that is left: whoever
has none like them in the other group is not compared. On the rest the chance to belong to the first group is fitted
(logistic regression on an indicator for each value), and everybody weighs as much as their chance to belong to the
*other* group (overlap weights: Li, Morgan and Zaslavsky, 2018). Such weights balance every value's share exactly. The
effective number of rows (Kish, 1965) must be at least ``LEAST`` on either side, else nothing is comparable.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.causes.features import Feature
from trayecto.comparable.chances import chances
from trayecto.kernels.arrays import frozen

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEAST = 30.0  # effective rows on either side
SPARSE = 50  # numbers to a row, beyond which sorting them is cheaper than a table of them all
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
        people, of = numbered(person[known])
        sums = np.zeros((people, 4))
        filled, weight = values[known], self.weight[known]
        for place, mask in enumerate((self.one[known], self.other[known])):
            sums[:, 2 * place] = np.bincount(of, weight * mask * filled, people)
            sums[:, 2 * place + 1] = np.bincount(of, weight * mask, people)
        total = redrawn(sums, draws, seed)
        return total[:, 0] / np.maximum(total[:, 1], 1e-12) - total[:, 2] / np.maximum(total[:, 3], 1e-12)

    def to_dict(self) -> dict[str, Any]:
        return {
            "overlap": round(self.overlap, 4),
            "ones": self.ones,
            "others": self.others,
            "balance": [one.to_dict() for one in self.balance],
        }


def numbered(person: NDArray[np.int64]) -> tuple[int, NDArray[np.int64]]:
    """How many persons there are, and (rows,) a number for each row's, without gaps and in order."""
    if int(person.max(initial=0)) > SPARSE * len(person) + SPARSE:
        people, of = np.unique(person, return_inverse=True)
        return len(people), of
    there = np.zeros(int(person.max(initial=-1)) + 1, np.int64)
    there[person] = 1
    return int(there.sum()), (np.cumsum(there) - 1)[person]


def redrawn(sums: Floats, draws: int, seed: int = 1) -> Floats:
    """(draws, columns) the column sums of (people, columns) when people are drawn with replacement: dealt at random into at
    most a thousand blocks, of which as many are drawn (a bootstrap over clusters)."""
    if not len(sums):
        return np.zeros((draws, sums.shape[1]))
    block, drawn = _dealt(len(sums), draws, seed)
    blocks = np.stack([np.bincount(block, column, drawn.shape[1]) for column in sums.T], axis=1)
    return np.asarray(drawn @ blocks)


@lru_cache(maxsize=2)  # many questions in a row are of the same people
def _dealt(people: int, draws: int, seed: int) -> tuple[NDArray[np.int64], Floats]:
    """(people,) the block of each, and (draws, blocks) how often each block was drawn."""
    chance, count = np.random.default_rng(seed), min(BLOCKS, people)
    block = chance.permutation(people) % count
    drawn = chance.multinomial(count, np.full(count, 1 / count), size=draws)
    return frozen(block), frozen(drawn.astype(float))


def alike(features: Sequence[Feature], one: Bools, other: Bools) -> Alike:
    """Weights under which ``one`` and ``other`` (rows,) have every value of every feature equally often."""
    rows = np.flatnonzero(one | other)
    among = [replace(feature, codes=feature.codes[rows]) for feature in features]
    weight = np.zeros(len(one))
    weight[rows], overlap, balance = _weighed(among, one[rows], other[rows])
    return Alike(one, other, weight, overlap, balance)


def _weighed(
    features: Sequence[Feature], one: Bools, other: Bools
) -> tuple[Floats, float, tuple[Balance, ...]]:
    """The weights, the overlap and the balance, of rows that all belong to one of the groups."""
    compared = _shared(features, one, other)
    weight = np.zeros(len(one))
    if compared.any():
        weight[compared] = _overlap(features, one, compared)
    overlap = float((compared & one).sum() / max(1, one.sum()))
    return weight, overlap, tuple(_balance(feature, one, other, weight) for feature in features)


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
    """(compared,) the chance to belong to the other group."""
    codes = [feature.codes[compared] for feature in features]
    chance = chances(codes, [len(feature.values) for feature in features], one[compared])
    return np.where(one[compared], 1 - chance, chance)


def _effective(weight: Floats) -> float:
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares > 0 else 0.0


def _mean(values: Floats, weight: Floats, among: Bools) -> float:
    known = among & ~np.isnan(values)
    total = float(weight[known].sum())
    return float((weight[known] * values[known]).sum()) / total if total > 0 else 0.0


def _balance(feature: Feature, one: Bools, other: Bools, weight: Floats) -> Balance:
    codes = [feature.codes[group] for group in (one, other)]
    size = len(feature.values)
    before = [np.bincount(each, minlength=size) for each in codes]
    after = [np.bincount(each, weight[group], size) for each, group in zip(codes, (one, other), strict=True)]
    return Balance(feature.name, _largest(*before), _largest(*after))


def _largest(one: NDArray[Any], other: NDArray[Any]) -> float:
    """(values,) what each value weighs in either group."""
    if not one.sum() or not other.sum():
        return 0.0
    p, q = one / one.sum(), other / other.sum()
    spread = np.sqrt(np.maximum(p * (1 - p) + q * (1 - q), 0) / 2)
    return float(np.max(np.abs(p - q) / np.maximum(spread, 1e-9) * (spread > 1e-6), initial=0.0))
