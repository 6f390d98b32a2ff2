"""Comparisons within strata, weighted as Mantel and Haenszel do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
