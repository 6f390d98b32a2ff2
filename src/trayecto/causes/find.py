"""Causes of a bad outcome: searched on one half of the persons, tested on the other, one by one beside the others.

Method. Persons are split in two halves. On the first, subgroup search names candidates; on the second each one's
adjusted effect is measured and the false discovery rate over all candidates is held (Benjamini and Hochberg, 1995).
Of the candidates that pass, the most certain is taken, the others are measured again with it held constant, and so
on: what then says nothing of its own is redundant. A candidate that is elevated as it stands, and not once what else
differs is held constant, is a *look-alike*: it seems, but it is not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from trayecto.causes.adjust import Effect, Rows
from trayecto.causes.blocks import blocks_of
from trayecto.causes.features import Feature
from trayecto.causes.search import Subgroup, search
from trayecto.chance import discovered
from trayecto.errors import BadValue, UnknownAttribute, did_you_mean

CAUSE, LOOK_ALIKE, REDUNDANT, NOT_COMPARABLE = "cause", "look-alike", "redundant", "no comparable"
LEAST_SHARE = 0.001
LEAST_ROWS = 50
TESTED = 60
FALSE_DISCOVERIES = 0.05
RELEVANT = 0.02  # of the outcome's spread: a smaller effect is no cause worth a name


@dataclass(frozen=True, slots=True)
class Cause:
    """A subgroup, by its conditions (feature, value). ``raw`` is the difference of its mean to the other rows', ``effect``
    the adjusted one with its 90 % interval, both in the outcome's units; None without comparables. ``rows`` counts all
    journeys of the subgroup, ``excess`` = rows × effect."""

    conditions: tuple[tuple[str, str], ...]
    verdict: str
    rows: int
    mean: float
    raw: float
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    excess: float | None


@dataclass(frozen=True, slots=True)
class CausesResult:
    """``tested`` candidates stood the test of the second half; causes come first, by what they explain."""

    rows: int
    mean: float
    tested: int
    causes: tuple[Cause, ...]


def find_causes(
    features: Sequence[Feature],
    outcome: NDArray[np.float64],
    persons: NDArray[np.int64],
    *,
    comparable: Sequence[str] = (),
    given: Sequence[str] = (),
    depth: int = 3,
    least: int | None = None,
) -> CausesResult:
    """What raises an outcome (higher is worse) of the rows, each of a person; rows with NaN are left out.

    ``comparable`` names the features within whose combinations rows are compared: circumstances, which alone are no
    cause. ``given`` names more circumstances, held constant like any feature. Raises UnknownAttribute, BadValue.
    """
    if not 1 <= depth <= 3:
        raise BadValue(f"A depth of {depth} is not searched: ask for 1, 2 or 3 conditions.")
    known = ~np.isnan(outcome)
    if not known.any():
        return CausesResult(0, 0.0, 0, ())
    kept = [replace(feature, codes=feature.codes[known]) for feature in features]
    study = _Study(
        kept, outcome[known], blocks_of(persons[known], 2), _places(kept, comparable), _places(kept, given)
    )
    return study.result(depth, least or max(LEAST_ROWS, round(LEAST_SHARE * known.sum())))


def _places(features: Sequence[Feature], names: Sequence[str]) -> tuple[int, ...]:
    places = {feature.name: place for place, feature in enumerate(features)}
    for name in names:
        if name not in places:
            raise UnknownAttribute(f"No feature is called '{name}'.{did_you_mean(name, places)}")
    return tuple(places[name] for name in names)


@dataclass(frozen=True, eq=False)
class _Study:
    features: Sequence[Feature]
    outcome: NDArray[np.float64]
    blocks: NDArray[np.int32]
    comparable: tuple[int, ...]
    given: tuple[int, ...]  # no cause alone, besides those comparable

    def result(self, depth: int, least: int) -> CausesResult:
        searched = self.blocks % 2 == 0
        groups = search(
            self._of(searched), self.outcome[searched],
            depth=depth, least=max(1, least // 2), most=TESTED, given=(*self.comparable, *self.given),
        )  # fmt: skip
        rows = Rows(
            self._of(~searched), self.outcome[~searched], self.blocks[~searched] // 2,
            self.comparable, tuple(group.conditions for group in groups),
        )  # fmt: skip
        effects = rows.effects(range(len(groups))) if len(rows.outcome) else []
        verdicts = _verdicts(rows, effects, RELEVANT * float(self.outcome.std()))
        causes = [self._cause(*told) for told in zip(groups, effects, verdicts, strict=True)]
        order = [CAUSE, LOOK_ALIKE, NOT_COMPARABLE, REDUNDANT]
        causes.sort(key=lambda cause: (order.index(cause.verdict), -(cause.excess or 0.0), cause.conditions))
        return CausesResult(len(self.outcome), float(self.outcome.mean()), len(groups), tuple(causes))

    def _of(self, chosen: NDArray[np.bool_]) -> list[Feature]:
        return [replace(feature, codes=feature.codes[chosen]) for feature in self.features]

    def _cause(self, group: Subgroup, effect: Effect | None, verdict: str) -> Cause:
        members = np.logical_and.reduce([self.features[at].codes == value for at, value in group.conditions])
        rows, mean = int(members.sum()), float(self.outcome[members].mean())
        raw = mean - float(self.outcome[~members].mean())
        conditions = tuple(
            (self.features[at].name, self.features[at].values[value]) for at, value in group.conditions
        )
        if effect is None:
            return Cause(conditions, verdict, rows, mean, raw, None, None, None, None, None)
        return Cause(
            conditions,
            verdict,
            rows,
            mean,
            raw,
            effect.effect,
            effect.low,
            effect.high,
            _p(effect),
            rows * effect.effect,
        )


def _p(effect: Effect) -> float:
    """One-sided: the chance of an effect as high where there is none."""
    return erfc(effect.z / sqrt(2)) / 2


def _verdicts(rows: Rows, effects: Sequence[Effect | None], relevant: float) -> list[str]:
    passed = discovered([1.0 if effect is None else _p(effect) for effect in effects], FALSE_DISCOVERIES)
    standing = [
        place
        for place, effect in enumerate(effects)
        if effect and passed[place] and effect.effect >= relevant
    ]
    chosen = _one_beside_the_other(rows, effects, standing, relevant)
    return [
        CAUSE if place in chosen
        else NOT_COMPARABLE if effect is None
        else REDUNDANT if place in standing
        else LOOK_ALIKE
        for place, effect in enumerate(effects)
    ]  # fmt: skip


def _one_beside_the_other(
    rows: Rows, effects: Sequence[Effect | None], standing: Sequence[int], relevant: float
) -> list[int]:
    """The subgroups that still say something of their own when those chosen before are held constant."""
    chosen: list[int] = []
    current = {place: effect for place in standing if (effect := effects[place])}
    while current:
        best = max(current, key=lambda place: (current[place].z, -place))
        chosen.append(best)
        left = [place for place in current if place != best]
        again = dict(zip(left, rows.effects(left, chosen), strict=True))
        current = {
            place: effect
            for place, effect in again.items()
            if effect and effect.effect >= relevant and _p(effect) < FALSE_DISCOVERIES / max(1, len(standing))
        }
    return chosen
