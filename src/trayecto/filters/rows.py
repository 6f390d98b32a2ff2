"""Journeys by their rows: a set that an analysis made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import View
from trayecto.filters.base import Filter, Mask


@dataclass(frozen=True, slots=True, eq=False)
class Marked(Filter):
    """The rows of one version of a log that are marked; of another log it says nothing."""

    rows: NDArray[np.bool_]

    def mask(self, view: View) -> Mask:
        return self.rows

    def __str__(self) -> str:
        return f"<{np.count_nonzero(self.rows):,} marked journeys>"


def marked(rows: NDArray[np.bool_]) -> Filter:
    """Journeys by a mask over the rows of the log."""
    return Marked(rows)
