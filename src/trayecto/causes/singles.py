"""Every single value tested on all rows: nothing is chosen by the data beforehand, so no half needs to be kept for the test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from trayecto.causes.adjust import Effect, Rows
from trayecto.causes.blocks import blocks_of
from trayecto.causes.features import Feature


@dataclass(frozen=True, slots=True)
class Single:
    """One value of a feature. ``raw``: the difference of its mean to the other rows'; ``effect``: the adjusted one, None without
    comparables; ``p``: one-sided, 1 without an effect."""

    feature: str
    value: str
    rows: int
    raw: float
    effect: Effect | None
    p: float


def single_causes(
    features: Sequence[Feature],
    outcome: NDArray[np.float64],
    persons: NDArray[np.int64],
    *,
    comparable: Sequence[str],
    blamable: Sequence[str],
    least: int,
    beside: Sequence[tuple[str, str]] = (),
) -> list[Single]:
    """The effect of every value of the ``blamable`` features with at least ``least`` rows in and outside it; the values ``beside``
    (feature, value) are held constant and left out."""
    names = [feature.name for feature in features]
    held = [_condition(features, names, *told) for told in beside]
    asked = [one for one in _values(features, blamable, least) if one not in held]
    strata = tuple(names.index(name) for name in comparable)
    rows = Rows(features, outcome, blocks_of(persons, 1), strata, tuple((one,) for one in (*asked, *held)))
    beside_places = tuple(range(len(asked), len(asked) + len(held)))
    return [_single(features, rows, place, beside_places) for place in range(len(asked))]


def _condition(features: Sequence[Feature], names: list[str], name: str, value: str) -> tuple[int, int]:
    place = names.index(name)
    return place, features[place].values.index(value)


def _values(features: Sequence[Feature], blamable: Sequence[str], least: int) -> list[tuple[int, int]]:
    found = []
    for place, feature in enumerate(features):
        if feature.name in blamable:
            counts = np.bincount(feature.codes, minlength=len(feature.values))
            enough = (counts >= least) & (len(feature.codes) - counts >= least) & feature.explains
            found += [(place, int(value)) for value in np.flatnonzero(enough)]
    return found


def _single(features: Sequence[Feature], rows: Rows, place: int, beside: Sequence[int]) -> Single:
    at, value = rows.groups[place][0]
    members = features[at].codes == value
    raw = float(rows.outcome[members].mean() - rows.outcome[~members].mean())
    effect = rows.effect(place, beside)
    p = erfc(effect.z / sqrt(2)) / 2 if effect else 1.0
    return Single(features[at].name, features[at].values[value], int(members.sum()), raw, effect, p)
