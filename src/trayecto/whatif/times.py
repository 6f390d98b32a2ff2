"""Medians and shares of times, before and after, for all draws at once."""

from __future__ import annotations

import numpy as np

from trayecto.attempts.lives import Bools, Ints
from trayecto.whatif.compare import TINY
from trayecto.whatif.draws import Draws, Floats
from trayecto.whatif.moved import Timing

BINS = 400
DAY = 86_400e6


def timing(name: str, before: Floats, after: Floats) -> Timing:
    return Timing(name, before, after)


def median_days(draws: Draws, elapsed: Ints, among: Bools, day: float = DAY) -> Floats:
    """(n,) the median of times, in days of so many microseconds. Draws read it from 400 bins of equal numbers."""
    mine = np.flatnonzero(among)
    if not len(mine):
        return np.zeros(draws.weights.shape[1])
    told = np.maximum(elapsed[mine], 0) / day
    edges = np.quantile(told, np.linspace(0, 1, BINS + 1))
    code = np.zeros(len(among), dtype=np.int64)
    code[mine] = np.clip(np.searchsorted(edges, told, side="right") - 1, 0, BINS - 1)
    cumulated = np.cumsum(draws.sums(1.0, among, code, BINS), axis=0)
    place = (cumulated < cumulated[-1] / 2).sum(axis=0)
    found = (edges[:-1] + edges[1:])[np.minimum(place, BINS - 1)] / 2
    found[0] = np.median(told)
    return np.asarray(found)


def share(draws: Draws, event: Bools, among: Bools) -> Floats:
    """(n,) the share of attempts of which it is true."""
    return draws.count(event & among) / np.maximum(draws.count(among), TINY)
