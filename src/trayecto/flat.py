"""All journeys of a log as flat arrays, for questions that look at a journey as it was at a moment."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.log.journeylog import JourneyLog

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class Flat:
    """Row ``i`` of the log owns ``steps[offsets[i]:offsets[i + 1]]`` and the same slice of ``times`` (microseconds UTC)."""

    log: JourneyLog
    offsets: Ints  # (rows + 1,)
    steps: NDArray[Any]  # (events,) codes
    times: Ints  # (events,)

    @classmethod
    def of(cls, log: JourneyLog) -> Flat:
        steps, times, lengths = [], [], []
        for piece in log.stored.pieces:
            steps.append(np.asarray(piece.steps[piece.offsets[0] : piece.offsets[-1]]))
            times.append(np.asarray(piece.times[piece.offsets[0] : piece.offsets[-1]]))
            lengths.append(np.diff(piece.offsets))
        offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.concatenate(lengths))])
        return cls(log, offsets, np.concatenate(steps), np.concatenate(times))

    @property
    def rows(self) -> int:
        return len(self.offsets) - 1

    @cached_property
    def row_of(self) -> Ints:
        """(events,) the row of each event."""
        return np.repeat(np.arange(self.rows), np.diff(self.offsets))

    def codes(self, steps: Collection[str]) -> list[int]:
        """The codes of those steps that the log knows."""
        known = self.log.stored.code_of
        return [known[step] for step in steps if step in known]

    def is_one_of(self, steps: Collection[str]) -> Bools:
        """(events,) whether the event is one of these steps."""
        wanted = np.zeros(len(self.log.step_names), np.bool_)
        wanted[self.codes(steps)] = True
        return np.asarray(wanted[self.steps])

    def first(self, steps: Collection[str]) -> Ints:
        """(rows,) when one of the steps first happens, NEVER where it does not."""
        places = np.flatnonzero(self.is_one_of(steps))
        rows, at = np.unique(self.row_of[places], return_index=True)
        found = np.full(self.rows, NEVER)
        found[rows] = self.times[places[at]]
        return found

    def count(self, steps: Collection[str]) -> Ints:
        """(rows,) how often the steps happen."""
        return np.bincount(self.row_of[self.is_one_of(steps)], minlength=self.rows).astype(np.int64)

    def has(self, steps: Collection[str]) -> Bools:
        return self.count(steps) > 0
