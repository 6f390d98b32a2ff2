"""Deviating journeys beside conforming ones of like circumstances.

Method. Journeys are compared within strata (exact matching): the conforming ones are weighed so that their strata are
as frequent as among the deviating ones, and deviating ones of strata without enough conforming journeys are left out.
The interval is of 90 %, from the variance of the linearised difference summed person by person, since the journeys of
one person move together (Liang and Zeger, 1986, "Longitudinal data analysis using generalized linear models"). What is
measured is an association: strata hold constant where, how and when, nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.money import Interval

Z = 1.6449  # of a 90 % interval
LEAST = 10  # journeys on either side, below which nothing is said
LEAST_IN_STRATUM = 3  # conforming journeys

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Beside:
    """Means of an outcome among the ``compared`` deviating journeys and among the conforming ones beside them."""

    compared: int
    deviating: float
    conforming: float
    difference: Interval

    def to_dict(self) -> dict[str, Any]:
        return {
            "compared": self.compared, "deviating": self.deviating, "conforming": self.conforming,
            "difference": self.difference.to_dict(),
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Sample:
    """(rows,) of all journeys: whom they compare with, whose they are, what they weigh."""

    strata: Ints
    persons: Ints
    weights: Floats


def beside(values: Floats, sample: Sample, deviating: Bools, conforming: Bools) -> Beside | None:
    """The difference of an outcome (NaN: unknown); None where too few have comparable journeys beside them."""
    known = ~np.isnan(values)
    strata = int(sample.strata.max(initial=-1)) + 1
    there = np.flatnonzero(conforming & known)
    enough = np.bincount(sample.strata[there], minlength=strata) >= LEAST_IN_STRATUM
    here = np.flatnonzero(deviating & known & enough[sample.strata])
    there = there[np.bincount(sample.strata[here], minlength=strata)[sample.strata[there]] > 0]
    if min(len(here), len(there)) < LEAST:
        return None
    return _compared(values, sample, here, there, strata)


def _compared(values: Floats, sample: Sample, here: Ints, there: Ints, strata: int) -> Beside:
    weight, of = sample.weights, sample.strata
    counts = np.bincount(of[here], weight[here], minlength=strata).astype(np.float64)
    shares = counts / counts.sum()
    whole = np.bincount(of[there], weight[there], minlength=strata)
    sums = np.bincount(of[there], weight[there] * values[there], minlength=strata)
    usual = np.divide(sums, whole, out=np.zeros(strata), where=whole > 0)
    mean = float(np.average(values[here], weights=weight[here]))
    beside_them = float(shares @ usual)
    difference = mean - beside_them
    own = weight[here] * (values[here] - usual[of[here]] - difference) / weight[here].sum()
    others = (
        -(shares / np.where(whole > 0, whole, 1))[of[there]]
        * weight[there]
        * (values[there] - usual[of[there]])
    )
    spread = _spread(sample.persons, np.concatenate([here, there]), np.concatenate([own, others]))
    interval = Interval(difference - Z * spread, difference, difference + Z * spread)
    return Beside(len(here), mean, beside_them, interval)


def _spread(persons: Ints, rows: Ints, influence: Floats) -> float:
    """The standard error of a sum of influences, persons by persons."""
    sums = np.bincount(persons[rows], influence)
    return float(np.sqrt(sums @ sums))


def share(part: Bools, whole: Bools, sample: Sample) -> Interval:
    """The share of ``part`` among ``whole``, persons drawn anew, within 0 and 1."""
    rows = np.flatnonzero(whole)
    if not len(rows):
        return Interval(0.0, 0.0, 0.0)
    weight = sample.weights[rows]
    mean = float(weight @ part[rows]) / float(weight.sum())
    spread = _spread(sample.persons, rows, weight * (part[rows] - mean) / weight.sum())
    return Interval(max(0.0, mean - Z * spread), mean, min(1.0, mean + Z * spread))
