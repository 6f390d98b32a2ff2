"""One shape for the arrays that kernels take, so that each kernel is compiled once.

Memory-mapped arrays are read-only, and Numba compiles read-only and writable arrays apart: inputs are therefore
always handed over as read-only views. "All journeys" and "no weights" are empty arrays, never None.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch


def frozen(array: NDArray[Any]) -> NDArray[Any]:
    """A read-only contiguous view (a copy only when the array is not contiguous)."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


NO_MASK = frozen(np.empty(0, np.bool_))
NO_WEIGHTS = frozen(np.empty(0, np.float64))
NO_CODES = frozen(np.empty(0, np.int32))
NO_KEYS = frozen(np.empty(0, np.int64))


def mask_of(batch: Batch) -> NDArray[np.bool_]:
    """The batch's selection, or an empty array for all."""
    return NO_MASK if batch.selected is None else frozen(batch.selected)


def weights_of(batch: Batch) -> NDArray[np.float64]:
    """The batch's weights, or an empty array when every journey weighs 1."""
    return NO_WEIGHTS if batch.weights is None else frozen(batch.weights)
