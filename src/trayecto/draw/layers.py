"""Placing steps without a design: from left to right by typical position, the usual path as a straight line.

The typical position of a step is the expected number of moves since the start, over the net flows (what goes from
a to b less what goes back): one linear system, so a small change of the counts changes positions a little and the
order hardly ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from trayecto.draw import text
from trayecto.draw.figures import FlowItem, StepItem
from trayecto.draw.placement import FITS, Fit, Placement, Slot, settle
from trayecto.draw.scene import Box
from trayecto.draw.typeset import STEP

_MARGIN = 24.0
_DAMPING = 0.98
_TALLEST = 7  # steps above each other


def place(
    steps: Sequence[StepItem], flows: Sequence[FlowItem], spine: Sequence[str], room: float, top: float
) -> Placement:
    """Places for ``steps``, with ``spine`` (the usual path) on one line."""
    names = [item.step for item in steps]
    net = _net(names, flows)
    at = _typical_positions(net, np.array([item.starts for item in steps]))
    layers = _layers(names, net, at, spine)
    rows = _rows(names, layers, net, spine)
    labels = {item.step: item.label for item in steps}
    for fit in FITS:
        slots, right = _slots(labels, layers, rows, fit)
        if right + _MARGIN <= room:
            break
    places, edges = settle(slots, max(rows.values(), default=0) + 1, top, fit.reach)
    chart = Box(_MARGIN, top, right - _MARGIN, edges[-1] - top)
    return Placement(tuple(places), (), (), chart, fit.reach, tuple(edges))


def _net(names: Sequence[str], flows: Sequence[FlowItem]) -> NDArray[np.float64]:
    """(n, n) events that go from one step to another beyond those that go back."""
    index = {name: place for place, name in enumerate(names)}
    moved = np.zeros((len(names), len(names)))
    for flow in flows:
        if flow.source in index and flow.target in index:
            moved[index[flow.source], index[flow.target]] += flow.events
    return np.maximum(moved - moved.T, 0.0)


def _typical_positions(net: NDArray[np.float64], starts: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) expected moves since the start: 0 where journeys begin, one more than where the others came from."""
    came = net.sum(axis=0) + starts
    share = net / np.where(came > 0, came, 1.0)
    inflow = share.sum(axis=0)
    return np.linalg.solve(np.eye(len(net)) - _DAMPING * share.T, inflow)


def _layers(
    names: Sequence[str], net: NDArray[np.float64], at: NDArray[np.float64], spine: Sequence[str]
) -> dict[str, int]:
    """A layer for every step: the spine one by one, every other one after the step it mostly follows."""
    layers = {name: place for place, name in enumerate(spine)}
    deepest = max(len(spine) - 1, min(len(names) // 2, 11), 0)
    taken = dict.fromkeys(range(deepest + 1), 0)
    for place in layers.values():
        taken[place] += 1
    order = sorted(range(len(names)), key=lambda one: (round(float(at[one]), 6), names[one]))
    for one in order:
        if names[one] in layers:
            continue
        placed = [other for other in range(len(names)) if names[other] in layers and net[other, one] > 0]
        strongest = max(placed, key=lambda other: (net[other, one], names[other]), default=None)
        wish = 0 if strongest is None else min(layers[names[strongest]] + 1, deepest)
        layers[names[one]] = _free_layer(taken, wish, deepest)
        taken[layers[names[one]]] += 1
    return layers


def _free_layer(taken: Mapping[int, int], wish: int, deepest: int) -> int:
    """The layer nearest to ``wish``, later ones first, that still has room."""
    for away in range(deepest + 1):
        for layer in (wish + away, wish - away):
            if 0 <= layer <= deepest and taken[layer] < _TALLEST:
                return layer
    return wish


def _rows(
    names: Sequence[str], layers: Mapping[str, int], net: NDArray[np.float64], spine: Sequence[str]
) -> dict[str, int]:
    """A row for every step, counted from the top: near the rows of the steps it is tied to (barycentre)."""
    ties = net + net.T
    rows = dict.fromkeys(spine, 0)
    for _ in range(3):
        kept = dict(rows)
        rows = dict.fromkeys(spine, 0)
        used = {(layers[name], 0) for name in spine}
        others = [one for one in range(len(names)) if names[one] not in rows]
        for one in sorted(others, key=lambda one: (layers[names[one]], -float(ties[one].sum()), names[one])):
            wish = _barycentre(one, names, ties, {**kept, **rows})
            rows[names[one]] = _free_row(layers[names[one]], wish, used)
            used.add((layers[names[one]], rows[names[one]]))
    highest = min(rows.values(), default=0)
    return {name: row - highest for name, row in rows.items()}


def _barycentre(one: int, names: Sequence[str], ties: NDArray[np.float64], rows: Mapping[str, int]) -> float:
    tied = [
        (float(ties[one, other]), rows[name])
        for other, name in enumerate(names)
        if name in rows and other != one
    ]
    weight = sum(pull for pull, _ in tied)
    return sum(pull * row for pull, row in tied) / weight if weight else 0.0


def _free_row(layer: int, wish: float, used: set[tuple[int, int]]) -> int:
    """The free row nearest to ``wish``; a layer fills on both sides of the spine."""
    crowd = sum(1 for at, row in used if at == layer and row > 0) - sum(
        1 for at, row in used if at == layer and row < 0
    )
    rows = [row for row in range(-_TALLEST, _TALLEST + 1) if row and (layer, row) not in used]
    return min(
        rows, key=lambda row: (abs(row - wish) + (0.3 * crowd if row > 0 else -0.3 * crowd), abs(row), -row)
    )


def _slots(
    labels: Mapping[str, str], layers: Mapping[str, int], rows: Mapping[str, int], fit: Fit
) -> tuple[list[Slot], float]:
    """Slots with their x, and the right edge of the widest label."""
    room = min(fit.label, max(fit.advance, 76.0) - 8.0)
    lines = {step: text.wrapped(name, room, STEP, fit.lines) for step, name in labels.items()}
    half = {step: max((text.width(one, STEP) for one in lines[step]), default=0.0) / 2 for step in labels}
    reach = dict.fromkeys(layers.values(), 0.0)
    for step, layer in layers.items():
        reach[layer] = max(reach[layer], half[step], fit.reach)
    x, before = _MARGIN, 0.0
    at: dict[int, float] = {}
    for layer in sorted(reach):
        x += max(reach[layer] + before + 14.0, fit.advance if at else 0.0)
        at[layer] = x
        before = reach[layer]
    slots = [Slot(step, at[layers[step]], rows[step], lines[step], 0.0, False) for step in labels]
    return slots, x + before
