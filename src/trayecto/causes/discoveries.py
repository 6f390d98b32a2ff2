"""Many tests at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def discovered(p_values: Sequence[float], rate: float) -> list[bool]:
    """Which p-values pass when ``rate`` of those that do may be false (Benjamini and Hochberg, 1995)."""
    order = np.argsort(p_values, kind="stable")
    steps = np.arange(1, len(order) + 1) / max(1, len(order))
    passed = np.asarray(p_values)[order] <= rate * steps
    last = int(np.flatnonzero(passed)[-1]) + 1 if passed.any() else 0
    found = np.zeros(len(order), np.bool_)
    found[order[:last]] = True
    return found.tolist()
