"""The adjusted effect of a slip on an outcome: journeys in which the step went badly beside comparable ones in which it did
not (``trayecto.causes.adjust``: fixed effects of the period and region, all else by least squares, persons drawn anew)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from trayecto.causes import Feature, coded
from trayecto.causes.adjust import Effect, Rows
from trayecto.drivers.circumstances import Circumstances
from trayecto.drivers.slips import LEAST, Slip

WEIGHS, NOISE, NOT_COMPARABLE, FEW = "weighs", "within chance", "no comparable", "few"


@dataclass(frozen=True, eq=False)
class Weight:
    """``effect`` None: see ``verdict``. ``compared``: the journeys in which the step went badly and that have a comparable one;
    ``p``: the chance of as much harm where there is none."""

    verdict: str
    effect: Effect | None = None
    compared: int = 0
    p: float = 1.0
    mean: float | None = None
    mean_well: float | None = None


def weigh(
    slip: Slip, outcome: NDArray[np.float64], worse: int, around: Circumstances, blocks: NDArray[np.int32]
) -> Weight:
    """The effect of a slip on an outcome (journeys,). ``worse``: the sign of harm."""
    rows = np.flatnonzero(slip.known & ~np.isnan(outcome))
    badly = slip.badly[rows]
    if min(badly.sum(), (~badly).sum()) < LEAST:
        return Weight(FEW)
    features = [*_taken(around.features, rows), coded("badly", ("well", "badly"), badly.astype(np.int64), 1)]
    place = len(features) - 1
    bad = features[place].values.index("badly")
    compared = _compared(features, around.comparable, badly)
    means = float(outcome[rows][badly].mean()), float(outcome[rows][~badly].mean())
    if compared < LEAST:
        return Weight(NOT_COMPARABLE, compared=compared)
    told = Rows(features, outcome[rows], blocks[rows], around.comparable, (((place, bad),),)).effect(0)
    if told is None:
        return Weight(NOT_COMPARABLE, compared=compared)
    p = erfc(worse * told.z / sqrt(2)) / 2 if told.z else 1.0
    return Weight(NOISE, told, compared, p, *means)


def _taken(features: Sequence[Feature], rows: NDArray[np.int64]) -> list[Feature]:
    return [Feature(one.name, one.values, one.codes[rows], one.order) for one in features]


def _compared(features: Sequence[Feature], comparable: Sequence[int], badly: NDArray[np.bool_]) -> int:
    """The bad rows whose stratum has a good one."""
    stratum = np.zeros(len(badly), np.int64)
    for place in comparable:
        stratum = stratum * len(features[place].values) + features[place].codes
    found, codes = np.unique(stratum, return_inverse=True)
    well = np.bincount(codes[~badly], minlength=len(found)) > 0
    return int(well[codes[badly]].sum())


def differences(slip: Slip, around: Circumstances) -> dict[str, float]:
    """By circumstance, how far the journeys that went badly and well differed before: the share that would have to change its
    value (total variation, 0 … 1). It is held constant."""
    badly, well = slip.known & slip.badly, slip.known & ~slip.badly
    return {one.name: _distance(one, badly, well) for one in around.features}


def _distance(feature: Feature, one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    size = len(feature.values)
    shares = [np.bincount(feature.codes[mask], minlength=size) / max(1, mask.sum()) for mask in (one, other)]
    return float(np.abs(shares[0] - shares[1]).sum() / 2)
