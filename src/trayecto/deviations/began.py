"""Journeys that began before the log did: what they lack at their beginning was not skipped, it was not recorded.

Rule. A journey is said to have *begun before the log* when both hold:

- the first of its steps that the design knows is none with which the design may begin, or it has no step that the design
  knows;
- its first event lies no longer after the log's beginning than such a journey may have waited since before: the longest
  wait between two steps that 99 of 100 journeys which begin as designed do not exceed, at most a fifth of the log's time.

The log's beginning is when one in a thousand of its journeys had begun, so that a stray early date is not it. Limits are
of the whole log: a journey has begun before it in every selection or in none.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.conformance.paths import Path, next_steps, steps_of
from trayecto.flat import Flat
from trayecto.log.journeylog import JourneyLog

WAITED = 0.99  # of the journeys that begin as designed wait no longer
PART = 5  # of the log's time, at most, is its beginning
BEGUN = 0.001  # of the journeys, when the log is said to begin
DAY = 86_400e6  # microseconds

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class BeganBefore:
    """``rows`` (rows,): the journeys that began before the log, all of whose first events lie within ``days`` of its
    beginning."""

    rows: Bools
    days: float


def began_before(log: JourneyLog, path: Path) -> BeganBefore:
    """``path``: what the design allows, in the steps of the log."""
    flat = Flat.of(log)
    live = np.ones(flat.rows, np.bool_) if log.whole.chosen is None else log.whole.chosen
    first = _first_designed(flat, steps_of(path))
    designed = np.zeros(flat.rows, np.bool_)
    there = first >= 0
    starts = flat.codes(next_steps(path))
    designed[there] = np.isin(flat.steps[first[there]], starts)
    if not (live & designed).any():
        return BeganBefore(np.zeros(flat.rows, np.bool_), 0.0)
    begins = flat.times[flat.offsets[:-1]]
    start = np.quantile(begins[live], BEGUN, method="lower")
    most = (flat.times.max() - start) / PART
    within = min(float(np.quantile(_longest_waits(flat)[live & designed], WAITED)), most)
    return BeganBefore(live & ~designed & (begins - start <= within), within / DAY)


def _first_designed(flat: Flat, known: Collection[str]) -> Ints:
    """(rows,) the place of the first event whose step the design knows, -1 where there is none."""
    places = np.flatnonzero(flat.is_one_of(known))
    found = np.append(places, len(flat.steps))[np.searchsorted(places, flat.offsets[:-1])]
    return np.where(found < flat.offsets[1:], found, -1)


def _longest_waits(flat: Flat) -> Ints:
    """(rows,) the longest time between two events that follow each other; 0 for a single one."""
    waits = np.diff(flat.times, prepend=flat.times[:1])
    waits[flat.offsets[:-1]] = 0
    return np.maximum.reduceat(waits, flat.offsets[:-1])
