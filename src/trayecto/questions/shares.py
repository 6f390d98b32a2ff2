"""Small arithmetic that several questions share: counts by class, shares, weighted twins."""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch


def share(part: float, whole: float) -> float:
    """``part / whole``, and 0 of nothing."""
    return float(part) / float(whole) if whole else 0.0


def count_by(
    classes: NDArray[Any], size: int, batch: Batch
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Selected journeys of each class 0 … size - 1, counted and (when the log has weights) weighed."""
    chosen = slice(None) if batch.selected is None else batch.selected
    counts = np.bincount(classes[chosen], minlength=size).astype(np.int64)
    if batch.weights is None:
        return counts, None
    weighted = np.bincount(classes[chosen], weights=batch.weights[chosen], minlength=size)
    return counts, weighted.astype(np.float64)


def add_weighted(a: NDArray[np.float64] | None, b: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """The sum of two weighted twins; both exist or neither does."""
    return None if a is None or b is None else a + b


def without_none(record: Any) -> dict[str, Any]:
    """A dataclass or dict as a dict without its empty entries (weighted twins of a log without weights)."""
    entries = asdict(record) if is_dataclass(record) and not isinstance(record, type) else dict(record)
    return {key: value for key, value in entries.items() if value is not None}
