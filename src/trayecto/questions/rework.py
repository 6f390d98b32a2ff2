"""Rework: steps that come again in the same journey.

Definitions. An occurrence of a step is *extra* when the step occurred before in the journey. An extra occurrence is
*direct* when it comes directly after another of the same step (a → a), else a *return*: the journey went elsewhere
and came back (a → … → a). Extra = direct + returns. A journey *repeats* a step when it has an extra occurrence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.kernels import repeats as kernel
from trayecto.questions.shares import add_weighted, count_by, share, table_of, without_none

STEP_COUNTS = (
    "events",
    "extra_events",
    "direct_repeats",
    "returns",
    "journeys",
    "journeys_repeating",
    "journeys_repeating_directly",
    "journeys_returning",
)


@dataclass(frozen=True, slots=True)
class ReworkSummary:
    steps: NDArray[np.int64]  # (n_steps, 8) in the order of STEP_COUNTS
    flags: NDArray[np.int64]  # (8,) journeys by the bits of what they repeat
    weighted_steps: NDArray[np.float64] | None
    weighted_flags: NDArray[np.float64] | None


@dataclass(frozen=True, slots=True)
class ReworkStep:
    """One step; ``share_repeating`` is of the journeys that have the step."""

    step: str
    events: int
    extra_events: int
    direct_repeats: int
    returns: int
    journeys: int
    journeys_repeating: int
    journeys_repeating_directly: int
    journeys_returning: int
    share_repeating: float
    weighted_events: float | None = None
    weighted_extra_events: float | None = None
    weighted_direct_repeats: float | None = None
    weighted_returns: float | None = None
    weighted_journeys: float | None = None
    weighted_journeys_repeating: float | None = None
    weighted_journeys_repeating_directly: float | None = None
    weighted_journeys_returning: float | None = None
    weighted_share_repeating: float | None = None


@dataclass(frozen=True, slots=True)
class ReworkResult:
    """``steps`` are those that occur, the most extra events first."""

    journeys: int
    events: int
    extra_events: int
    share_extra: float  # of the events
    journeys_repeating: int  # some step
    journeys_repeating_directly: int
    journeys_returning: int
    share_repeating: float  # of the journeys
    steps: tuple[ReworkStep, ...]
    weighted_journeys: float | None = None
    weighted_journeys_repeating: float | None = None
    weighted_journeys_repeating_directly: float | None = None
    weighted_journeys_returning: float | None = None
    weighted_share_repeating: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return without_none(self) | {"steps": [without_none(step) for step in self.steps]}

    def to_arrow(self) -> pa.Table:
        """One row per step."""
        return table_of(ReworkStep, self.steps)


def ask(view: View) -> ReworkResult:
    """What the journeys of ``view`` repeat."""
    return finish(engine.run(view.batches(), scan, merge), view.step_names)


def scan(batch: Batch) -> ReworkSummary:
    steps, weighted = kernel.tables(batch)
    flags, weighted_flags = count_by(kernel.flags(batch, -1), 8, batch)
    return ReworkSummary(steps, flags, None if batch.weights is None else weighted, weighted_flags)


def merge(a: ReworkSummary, b: ReworkSummary) -> ReworkSummary:
    return ReworkSummary(
        a.steps + b.steps,
        a.flags + b.flags,
        add_weighted(a.weighted_steps, b.weighted_steps),
        add_weighted(a.weighted_flags, b.weighted_flags),
    )


def finish(summary: ReworkSummary, names: tuple[str, ...]) -> ReworkResult:
    occurring = np.flatnonzero(summary.steps[:, kernel.EVENTS])
    ordered = sorted(occurring, key=lambda code: (-summary.steps[code, kernel.EXTRA], names[code]))
    totals = summary.steps.sum(axis=0)
    journeys = _journey_counts(summary.flags)
    counted = {name: int(value) for name, value in journeys.items()}
    return ReworkResult(
        events=int(totals[kernel.EVENTS]),
        extra_events=int(totals[kernel.EXTRA]),
        share_extra=share(totals[kernel.EXTRA], totals[kernel.EVENTS]),
        share_repeating=share(journeys["journeys_repeating"], journeys["journeys"]),
        steps=tuple(_step(names[code], summary, int(code)) for code in ordered),
        **counted,
        **_weighted_journeys(summary.weighted_flags),
    )


def _journey_counts(flags: NDArray[Any]) -> dict[str, Any]:
    """Journeys in all, and those with each bit set."""
    bits = np.arange(len(flags))
    return {
        "journeys": flags.sum(),
        "journeys_repeating": flags[(bits & kernel.REPEATS_BIT) > 0].sum(),
        "journeys_repeating_directly": flags[(bits & kernel.DIRECT_BIT) > 0].sum(),
        "journeys_returning": flags[(bits & kernel.RETURN_BIT) > 0].sum(),
    }


def _weighted_journeys(flags: NDArray[np.float64] | None) -> dict[str, Any]:
    if flags is None:
        return {}
    weighed = {f"weighted_{name}": float(value) for name, value in _journey_counts(flags).items()}
    repeating = share(weighed["weighted_journeys_repeating"], weighed["weighted_journeys"])
    return weighed | {"weighted_share_repeating": repeating}


def _step(name: str, summary: ReworkSummary, code: int) -> ReworkStep:
    counts = dict(zip(STEP_COUNTS, map(int, summary.steps[code]), strict=True))
    repeating = share(counts["journeys_repeating"], counts["journeys"])
    if summary.weighted_steps is None:
        return ReworkStep(name, **counts, share_repeating=repeating)
    row = map(float, summary.weighted_steps[code])
    weighed: dict[str, Any] = {f"weighted_{key}": value for key, value in zip(STEP_COUNTS, row, strict=True)}
    weighted_share = share(weighed["weighted_journeys_repeating"], weighed["weighted_journeys"])
    return ReworkStep(
        name, **counts, share_repeating=repeating, **weighed, weighted_share_repeating=weighted_share
    )
