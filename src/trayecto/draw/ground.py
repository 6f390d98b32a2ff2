"""A grid over the picture that knows what passing through each place costs a line."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.draw.scene import Box

CELL = 4.0  # pixels
OPEN, FLOW, TEXT, EDGE, NODE = 1.0, 2.5, 9.0, 12.0, 28.0


class Ground:
    """Costs per pixel of way; things add up where they lie on each other."""

    def __init__(self, width: float, height: float, chart: Box) -> None:
        shape = (int(height / CELL) + 2, int(width / CELL) + 2)
        self.cost = np.full(shape, OPEN + EDGE, dtype=np.float32)
        self._part(chart, 0.0)[:] = OPEN
        self.solid = np.zeros(shape, dtype=np.bool_)  # nodes and texts: nothing else may be placed there
        self.lines = np.zeros(shape, dtype=np.bool_)  # flows: better not covered

    def _part(self, box: Box, pad: float, of: str = "cost") -> NDArray[Any]:
        left, right = (int(max(0.0, at) / CELL) for at in (box.x - pad, box.right + pad + CELL))
        top, bottom = (int(max(0.0, at) / CELL) for at in (box.y - pad, box.bottom + pad + CELL))
        grid: NDArray[Any] = getattr(self, of)
        return grid[top:bottom, left:right]

    def put_text(self, box: Box) -> None:
        self._part(box, 1.0)[:] += TEXT
        self._part(box, 4.0, "solid")[:] = True

    def put_node(self, box: Box) -> None:
        self._part(box, 5.0)[:] += NODE
        self._part(box, 6.0, "solid")[:] = True

    def put_solid(self, box: Box) -> None:
        """Something drawn above the lines: it does not hinder them."""
        self._part(box, 6.0, "solid")[:] = True

    def put_line(self, points: NDArray[np.float64], normals: NDArray[np.float64], width: float) -> None:
        """A line along ``points`` (n, 2): later ones may cross it but should not run on it."""
        half = width / 2 + 2.0
        offsets = np.arange(-half, half + 0.1, CELL / 1.5)
        spread = (points[:, None, :] + normals[:, None, :] * offsets[None, :, None]).reshape(-1, 2)
        cells = np.unique(self.cells(spread))
        self.cost.ravel()[cells] += FLOW
        self.lines.ravel()[cells] = True

    def cells(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """Flat cell numbers of points (…, 2); what lies outside counts as the border."""
        rows, columns = self.cost.shape
        at = (points / CELL).astype(np.int64)
        x = np.clip(at[..., 0], 0, columns - 1)
        y = np.clip(at[..., 1], 0, rows - 1)
        found: NDArray[np.int64] = y * columns + x
        return found

    def price(self, points: NDArray[np.float64]) -> NDArray[np.float32]:
        found: NDArray[np.float32] = self.cost.ravel()[self.cells(points)]
        return found
