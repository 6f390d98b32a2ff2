"""The map of a log that grows: kept in the base with all it takes to subtract what patches replaced and add what they brought."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.log.patch import spread
from trayecto.log.stored import Base, Rows
from trayecto.questions import kept_map as question
from trayecto.questions.map import MapResult


def map_of(base: Base, gone: NDArray[np.int64], tail: Rows, step_names: Sequence[str]) -> MapResult | None:
    """The map of a base without the rows ``gone``, and with the journeys of a tail; None where the base does not keep
    what that takes: in logs of an earlier format, and in those whose journeys have weights."""
    if base.measured is None:
        return None
    steps = len(step_names)
    went = question.measure([_alone(base, gone, steps)], steps)
    came = question.measure([Batch(0, tail.offsets, tail.steps, tail.times, None, None, steps)], steps)
    return question.replaced(base.measured, went, came, step_names)


def _alone(base: Base, rows: NDArray[np.int64], n_steps: int) -> Batch:
    """Some rows of a base, copied."""
    firsts = base.offsets[rows]
    sizes = base.offsets[rows + 1] - firsts
    places = spread(firsts, sizes)
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    return Batch(0, offsets, base.steps[places], base.times[places], None, None, n_steps)
