"""Comparisons within strata, weighted: differences of means as Mantel and Haenszel weigh them, and ratios of hazards."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import WEEKS, Facts
from trayecto.attempts.lives import Bools, Ints

Floats = NDArray[np.float64]


def difference(values: Floats, weight: Floats, one: Bools, other: Bools, stratum: Ints) -> float:
    """The mean of ``values`` in ``one`` less that in ``other``, within strata (Greenland and Robins, 1985); 0 without overlap."""
    size = int(stratum.max(initial=0)) + 1
    n1, n0 = (np.bincount(stratum[mask], weight[mask], size) for mask in (one, other))
    s1, s0 = (np.bincount(stratum[mask], weight[mask] * values[mask], size) for mask in (one, other))
    whole = np.maximum(n1 + n0, 1e-12)
    among = float((n1 * n0 / whole).sum())
    return float(((s1 * n0 - s0 * n1) / whole).sum()) / among if among > 0 else 0.0


def rates(event: Bools, weight: Floats, among: Bools, stratum: Ints) -> Floats:
    """(units,) the rate of ``event`` in each unit's stratum ``among`` these; the overall rate where there are none."""
    size = int(stratum.max(initial=0)) + 1
    n = np.bincount(stratum[among], weight[among], size)
    k = np.bincount(stratum[among], weight[among] * event[among], size)
    whole = k.sum() / max(n.sum(), 1e-12)
    return np.where(n > 0, k / np.maximum(n, 1e-12), whole)[stratum]


def log_hazard_ratio(facts: Facts, weight: Floats, one: Bools, other: Bools, stratum: Ints) -> float:
    """How much sooner ``one`` orders again than ``other``: the log of Mantel and Haenszel's ratio of hazards, within strata and
    weeks since the order. 0 where either has no return."""
    size = (int(stratum.max(initial=0)) + 1) * WEEKS
    cell = stratum * WEEKS + facts.weeks
    tables = []
    for mask in (one, other):
        ended = np.bincount(cell[mask], weight[mask], size).reshape(-1, WEEKS)
        again = np.bincount(cell[mask], weight[mask] * facts.following[mask], size).reshape(-1, WEEKS)
        tables.append((again, np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]))
    (d1, n1), (d0, n0) = tables
    whole = np.maximum(n1 + n0, 1e-12)
    up, down = float((d1 * n0 / whole).sum()), float((d0 * n1 / whole).sum())
    return float(np.log(up / down)) if up > 0 and down > 0 else 0.0
