"""What every kernel of a question is handed first, and the two ends of time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen, mask_of

NEVER = np.iinfo(np.int64).min  # "no such time" in arrays of microseconds
FOREVER = np.iinfo(np.int64).max  # a window without end

Journeys = tuple[NDArray[np.int64], NDArray[np.uint16], NDArray[np.int64], NDArray[np.bool_]]


def journeys_of(batch: Batch) -> Journeys:
    """``(offsets, steps, times, selected)`` of a batch; an empty ``selected`` means every journey."""
    return frozen(batch.offsets), frozen(batch.steps), frozen(batch.times), mask_of(batch)
