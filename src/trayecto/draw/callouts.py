"""Up to three remarks at the most painful steps, set where nothing else stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trayecto.draw import text, typeset
from trayecto.draw.design import Note
from trayecto.draw.figures import grade
from trayecto.draw.ground import CELL, Ground
from trayecto.draw.scene import Box, Callout, Label, Node
from trayecto.draw.typeset import NOTE

MOST = 3
_ROOM = 240.0
_PAD = 9.0
_FARTHEST = 300.0
_LINE_COST = 130.0  # pixels farther away that a callout goes to leave all flows uncovered


def callouts(
    notes: Sequence[Note], nodes: Sequence[Node], ground: Ground, area: Box
) -> tuple[list[Callout], float]:
    """The callouts of the most painful notes and the height of a strip below ``area`` for those without room."""
    by_step = {node.step: node for node in nodes}
    chosen = sorted(
        (note for note in notes if note.step in by_step), key=lambda note: (-note.pain, note.step)
    )
    found: list[Callout] = []
    strip = _Strip(area)
    for note in chosen[:MOST]:
        node = by_step[note.step]
        lines = _lines(note)
        wide, tall = _size(lines)
        spot = _free_spot(ground, node, wide, tall, area)
        if spot is None:
            spot = strip.take(wide, tall)
        box = Box(*spot, wide, tall)
        ground.put_solid(box)
        found.append(_callout(note, node, box, lines))
    return found, strip.height


class _Strip:
    """The space below the map, filled in rows."""

    def __init__(self, area: Box) -> None:
        self.area = area
        self.x, self.y = area.x, area.bottom + 14.0
        self.height = 0.0

    def take(self, wide: float, tall: float) -> tuple[float, float]:
        """Upper left corner of a place of this size."""
        if self.x + wide > self.area.right and self.x > self.area.x:
            self.x, self.y = self.area.x, self.area.bottom + self.height + 14.0
        spot = (self.x, self.y)
        self.x += wide + 24.0
        self.height = max(self.height, self.y + tall + 6.0 - self.area.bottom)
        return spot


def _lines(note: Note) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return text.wrapped(note.title, _ROOM, NOTE, 2, bold=True), text.wrapped(note.text, _ROOM, NOTE, 3)


def _size(lines: tuple[tuple[str, ...], tuple[str, ...]]) -> tuple[float, float]:
    title, body = lines
    wide = max([text.width(one, NOTE, bold=True) for one in title] + [text.width(one, NOTE) for one in body])
    return wide + 2 * _PAD, (len(title) + len(body)) * typeset.leading(NOTE) + 2 * _PAD


def _free_spot(ground: Ground, node: Node, wide: float, tall: float, area: Box) -> tuple[float, float] | None:
    """Upper left corner of the free rectangle nearest to the node, or None when there is none near."""
    columns, rows = int(np.ceil(wide / CELL)) + 1, int(np.ceil(tall / CELL)) + 1
    solid, lines = (_sums(grid, rows, columns) for grid in (ground.solid, ground.lines))
    y, x = np.mgrid[0 : solid.shape[0], 0 : solid.shape[1]] * CELL
    inside = (
        (x >= area.x + 4) & (x + wide <= area.right - 4) & (y >= area.y + 4) & (y + tall <= area.bottom - 4)
    )
    away_x = np.maximum(np.maximum(x - node.x, node.x - (x + wide)), 0.0)
    away_y = np.maximum(np.maximum(y - node.y, node.y - (y + tall)), 0.0)
    away = np.hypot(away_x, away_y) + 0.08 * np.abs(x + wide / 2 - node.x)
    cost = away + _LINE_COST * lines / (rows + columns)
    cost[(solid > 0) | ~inside | (away > _FARTHEST)] = np.inf
    best = int(np.argmin(np.round(cost, 3)))
    if not np.isfinite(cost.ravel()[best]):
        return None
    return float(x.ravel()[best]), float(y.ravel()[best])


def _sums(grid: NDArray[np.bool_], rows: int, columns: int) -> NDArray[np.int64]:
    """Marked cells in each rectangle of ``rows`` by ``columns`` (summed-area table)."""
    table = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1), dtype=np.int64)
    table[1:, 1:] = grid.cumsum(axis=0).cumsum(axis=1)
    found: NDArray[np.int64] = (
        table[rows:, columns:] - table[:-rows, columns:] - table[rows:, :-columns] + table[:-rows, :-columns]
    )
    return found


def _callout(note: Note, node: Node, box: Box, lines: tuple[tuple[str, ...], tuple[str, ...]]) -> Callout:
    labels: list[Label] = []
    y = box.y + _PAD
    for part, css, bold in ((lines[0], "note strong", True), (lines[1], "note", False)):
        if part:
            labels.append(typeset.label(part, box.x + _PAD, y, NOTE, css, bold=bold))
            y = labels[-1].box.bottom
    near = (min(max(node.x, box.x), box.right), min(max(node.y, box.y), box.bottom))
    away = max(float(np.hypot(near[0] - node.x, near[1] - node.y)), 1e-6)
    rim = (
        node.x + (near[0] - node.x) * min(node.radius / away, 1.0),
        node.y + (near[1] - node.y) * min(node.radius / away, 1.0),
    )
    return Callout(note.step, box, tuple(labels), (rim, near), f"pain-{grade(note.pain)}")
