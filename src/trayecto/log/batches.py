"""Cut a log's arrays into batches of about equal events."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch, Noted
from trayecto.engine import cores

SMALL = 200_000  # below this many events a second thread costs more than it brings


def cut_batches(
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    n_steps: int,
    *,
    first: int = 0,
    selected: NDArray[np.bool_] | None = None,
    weights: NDArray[np.float64] | None = None,
    live: NDArray[np.bool_] | None = None,
    columns: Mapping[str, NDArray[np.int32]] | None = None,
    noted: Noted | None = None,
    parts: int | None = None,
) -> list[Batch]:
    """At least one batch, at most ``parts`` (default: one per core, one for a small log); rows count from ``first``."""
    if parts is None:
        parts = 1 if len(steps) < SMALL else cores()
    journeys = len(offsets) - 1
    edges = np.searchsorted(offsets, np.linspace(0, len(steps), parts + 1)[1:-1])
    edges = np.unique(np.concatenate(([0], edges, [journeys])))
    bounds = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)) or [(0, journeys)]
    return [
        Batch(
            first=first + low,
            offsets=offsets[low : high + 1],
            steps=steps,
            times=times,
            selected=None if selected is None else selected[low:high],
            weights=None if weights is None else weights[low:high],
            n_steps=n_steps,
            live=None if live is None else live[low:high],
            columns=columns or {},
            noted=noted,
        )
        for low, high in bounds
    ]
