"""Funnel: how many journeys take the steps in this order, and where they stop.

Definition. A journey reaches level ``k`` when the first ``k`` steps of the funnel occur in it in log order, each
as another event, with the ``k``-th within the window of the first (inclusive). Other steps may lie between; with
``strict`` each comes directly after the one before. Every occurrence of the first step is tried. Events at the
same time stand in log order. A journey counts at every level it reaches, once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels.funnel import depths
from trayecto.kernels.inputs import FOREVER
from trayecto.questions.shares import add_weighted, count_by, share, table_of, without_none
from trayecto.units import parse_duration


@dataclass(frozen=True, slots=True)
class FunnelParams:
    codes: tuple[int, ...]
    window: int  # microseconds
    strict: bool


@dataclass(frozen=True, slots=True)
class FunnelSummary:
    """Journeys whose longest prefix is exactly 0 … K steps."""

    journeys: NDArray[np.int64]  # (K + 1,)
    weighted: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class FunnelStep:
    step: str
    journeys: int
    share_of_first: float
    share_of_previous: float
    weighted_journeys: float | None = None
    weighted_share_of_first: float | None = None
    weighted_share_of_previous: float | None = None


@dataclass(frozen=True, slots=True)
class FunnelResult:
    journeys: int
    steps: tuple[FunnelStep, ...]
    weighted_journeys: float | None = None

    def to_dict(self) -> dict[str, Any]:
        whole = {"journeys": self.journeys, "weighted_journeys": self.weighted_journeys}
        return without_none(whole) | {"steps": [without_none(step) for step in self.steps]}

    def to_arrow(self) -> pa.Table:
        """One row per step of the funnel."""
        return table_of(FunnelStep, self.steps)


def ask(
    view: View, steps: Sequence[str], within: str | timedelta | None = None, strict: bool = False
) -> FunnelResult:
    """How many journeys of ``view`` take ``steps`` in order, the last within ``within`` of the first.

    Raises UnknownStep, and BadValue for no steps or a window that is not a length of time.
    """
    params = funnel_params(view, steps, within, strict)
    summary = engine.run(view.batches(), partial(scan, params=params), merge)
    return finish(summary, steps)


def funnel_params(
    view: View, steps: Sequence[str], within: str | timedelta | None, strict: bool
) -> FunnelParams:
    """The question in codes and microseconds, checked."""
    if isinstance(steps, str) or not steps:
        raise BadValue("A funnel needs a list of at least one step.")
    window = FOREVER if within is None else parse_duration(within)
    return FunnelParams(tuple(view.code(step) for step in steps), window, strict)


def scan(batch: Batch, params: FunnelParams) -> FunnelSummary:
    reached = depths(batch, params.codes, params.window, strict=params.strict)
    return FunnelSummary(*count_by(reached, len(params.codes) + 1, batch))


def merge(a: FunnelSummary, b: FunnelSummary) -> FunnelSummary:
    return FunnelSummary(a.journeys + b.journeys, add_weighted(a.weighted, b.weighted))


def finish(summary: FunnelSummary, steps: Sequence[str]) -> FunnelResult:
    reached = np.cumsum(summary.journeys[::-1])[::-1]  # at least k steps
    weighted = None if summary.weighted is None else np.cumsum(summary.weighted[::-1])[::-1]
    levels = range(1, len(steps) + 1)
    return FunnelResult(
        int(reached[0]),
        tuple(_funnel_step(steps[level - 1], level, reached, weighted) for level in levels),
        None if weighted is None else float(weighted[0]),
    )


def _funnel_step(
    step: str, level: int, reached: NDArray[np.int64], weighted: NDArray[np.float64] | None
) -> FunnelStep:
    previous = max(level - 1, 1)  # the first step is its own previous one
    counted = FunnelStep(
        step, int(reached[level]), share(reached[level], reached[1]), share(reached[level], reached[previous])
    )
    if weighted is None:
        return counted
    return FunnelStep(
        step, counted.journeys, counted.share_of_first, counted.share_of_previous,
        float(weighted[level]), share(weighted[level], weighted[1]), share(weighted[level], weighted[previous]),
    )  # fmt: skip
