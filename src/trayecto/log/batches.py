"""Cut a log's arrays into batches of about equal events."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from trayecto.batch import Batch
from trayecto.engine import cores

SMALL = 200_000  # below this many events a second thread costs more than it brings


def cut_batches(whole: Batch, parts: int | None = None, *, at_once: int | None = None) -> list[Batch]:
    """A batch as at least one batch, at most ``parts`` (default: one for each that is counted ``at_once`` – one per core –
    and one for a small log)."""
    if parts is None:
        parts = 1 if len(whole.steps) < SMALL else at_once or cores()
    offsets, journeys = whole.offsets, whole.journeys
    edges = np.searchsorted(offsets, np.linspace(0, len(whole.steps), parts + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], edges, [journeys])))
    bounds = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)) or [(0, journeys)]
    return [part_of(whole, low, high) for low, high in bounds]


def part_of(whole: Batch, low: int, high: int) -> Batch:
    """Rows ``low … high - 1`` of a batch."""
    return replace(
        whole,
        first=whole.first + low,
        offsets=whole.offsets[low : high + 1],
        selected=None if whole.selected is None else whole.selected[low:high],
        weights=None if whole.weights is None else whole.weights[low:high],
        live=None if whole.live is None else whole.live[low:high],
    )
