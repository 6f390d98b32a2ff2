"""Paths before and after a step, as bands from one place to the next.

Definition. A journey takes part by the first (or last) event of ``around``; that event is level 0, the ``k``-th event
after it in log order level ``k``, the ``k``-th before it level ``-k``, as far as ``before`` and ``after`` and as long as
the event is within ``within`` of level 0 (inclusive). At each level the ``top`` steps with the most journeys keep their
name (ties by name); the others are one, the *rest* (``step`` None). Every journey counts once at each level it
reaches, so that what comes into a step is what goes on from it, and what stops there: because the journey ends
(or, before level 0, begins) there, or because its next event lies beyond the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels import paths as kernel
from trayecto.kernels.inputs import FOREVER
from trayecto.questions.shares import table_of, without_none
from trayecto.units import parse_duration

DEEPEST = 12
MOST_STEPS = 50  # of one level that keep their name


@dataclass(frozen=True)
class Params:
    code: int
    last: bool
    before: int
    after: int
    window: int  # microseconds

    @property
    def levels(self) -> int:
        return self.before + self.after + 1


@dataclass(frozen=True)
class StepSummary:
    """The first scan: (levels, n_steps) journeys by step."""

    counts: NDArray[np.int64]
    weighed: NDArray[np.float64]


@dataclass(frozen=True)
class BandSummary:
    """The second scan: see ``kernels.paths.joined``."""

    bands: NDArray[np.int64]
    stops: NDArray[np.int64]
    weighed_bands: NDArray[np.float64]
    weighed_stops: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SankeyNode:
    """A step at a level; ``step`` None is the rest, made of ``kinds`` steps.

    ``ended`` journeys have no further event on this side (at level 0 and after: none after; before it: none before),
    ``cut`` ones have one beyond the window. Level 0 tells what lies before it as ``began`` and ``cut_before``.
    """

    level: int
    step: str | None
    journeys: int
    ended: int
    cut: int
    kinds: int = 1
    began: int = 0
    cut_before: int = 0
    weighted_journeys: float | None = None
    weighted_ended: float | None = None
    weighted_cut: float | None = None


@dataclass(frozen=True, slots=True)
class SankeyBand:
    """Journeys from a step at ``level`` to one at ``level + 1``."""

    level: int
    source: str | None
    target: str | None
    journeys: int
    weighted_journeys: float | None = None


@dataclass(frozen=True, slots=True)
class SankeyResult:
    """``journeys`` of which ``taking_part`` have the step; nodes by level and falling journeys, the rest last."""

    around: str
    journeys: int
    taking_part: int
    before: int
    after: int
    nodes: tuple[SankeyNode, ...]
    bands: tuple[SankeyBand, ...]
    weighted_taking_part: float | None = None

    def at(self, level: int) -> tuple[SankeyNode, ...]:
        return tuple(node for node in self.nodes if node.level == level)

    def to_dict(self) -> dict[str, Any]:
        names = ("around", "journeys", "taking_part", "before", "after", "weighted_taking_part")
        told = without_none({name: getattr(self, name) for name in names})
        weighted = self.weighted_taking_part is not None
        told["nodes"] = [_told(asdict(node), weighted) for node in self.nodes]
        return told | {"bands": [_told(asdict(band), weighted) for band in self.bands]}

    def to_arrow(self) -> pa.Table:
        """One row per band."""
        return table_of(SankeyBand, self.bands)


def _told(facts: dict[str, Any], weighted: bool) -> dict[str, Any]:
    """Without weighted twins that are not there; a step that is None (the rest) stays."""
    return (
        facts if weighted else {key: value for key, value in facts.items() if not key.startswith("weighted")}
    )


def ask(
    view: View,
    around: str,
    before: int = 3,
    after: int = 3,
    within: str | timedelta | None = None,
    top: int = 8,
    *,
    last: bool = False,
) -> SankeyResult:
    """The paths of the selected journeys around a step; ``last``: around its last event.

    Raises UnknownStep, and BadValue for a depth, a window or a number of steps that cannot be.
    """
    params = params_of(view, around, before, after, within, last)
    if not isinstance(top, int) or not 1 <= top <= MOST_STEPS:
        raise BadValue(f"top = {top}: between 1 and {MOST_STEPS} steps of a level keep their name.")
    batches = view.batches()
    steps = engine.run(batches, partial(scan, params=params), merge)
    groups, named = grouped(steps, view.step_names, top)
    bands = engine.run(batches, partial(rescan, params=params, groups=groups, size=top + 1), merge_bands)
    journeys = sum(_chosen(batch) for batch in batches)
    return finish(steps, bands, (groups, named), params, (around, journeys, view.weights is not None))


def params_of(
    view: View, around: str, before: int, after: int, within: str | timedelta | None, last: bool
) -> Params:
    """The question in codes and microseconds, checked."""
    for name, depth in (("before", before), ("after", after)):
        if not isinstance(depth, int) or not 0 <= depth <= DEEPEST:
            raise BadValue(f"{name} = {depth}: paths are followed for 0 to {DEEPEST} steps.")
    window = FOREVER if within is None else parse_duration(within)
    return Params(view.code(around), last, before, after, window)


def _chosen(batch: Batch) -> int:
    return batch.journeys if batch.selected is None else int(np.count_nonzero(batch.selected))


def scan(batch: Batch, params: Params) -> StepSummary:
    return StepSummary(
        *kernel.counted(batch, params.code, params.last, params.before, params.after, params.window)
    )


def merge(a: StepSummary, b: StepSummary) -> StepSummary:
    return StepSummary(a.counts + b.counts, a.weighed + b.weighed)


Named = list[list[tuple[int, str | None, int]]]  # per level: group, step or None for the rest, steps in it


def grouped(summary: StepSummary, names: Sequence[str], top: int) -> tuple[NDArray[np.int32], Named]:
    """(levels, n_steps) the group of each step at each level, 0 … top - 1 by falling journeys, ``top`` for the rest."""
    groups = np.full(summary.counts.shape, top, np.int32)
    named: Named = []
    for level, counts in enumerate(summary.counts):
        order = sorted(np.flatnonzero(counts).tolist(), key=lambda code: (-counts[code], names[code]))
        groups[level, order[:top]] = np.arange(len(order[:top]))
        told: list[tuple[int, str | None, int]] = [
            (at, names[code], 1) for at, code in enumerate(order[:top])
        ]
        named.append(told + ([(top, None, len(order) - top)] if len(order) > top else []))
    return groups, named


def rescan(batch: Batch, params: Params, groups: NDArray[np.int32], size: int) -> BandSummary:
    place = (params.code, params.last, params.before, params.after, params.window)
    return BandSummary(*kernel.joined(batch, *place, groups, size))


def merge_bands(a: BandSummary, b: BandSummary) -> BandSummary:
    return BandSummary(
        a.bands + b.bands,
        a.stops + b.stops,
        a.weighed_bands + b.weighed_bands,
        a.weighed_stops + b.weighed_stops,
    )


def finish(
    steps: StepSummary, found: BandSummary, order: tuple[NDArray[np.int32], Named], params: Params,
    asked: tuple[str, int, bool],
) -> SankeyResult:  # fmt: skip
    """``order``: what ``grouped`` gave; ``asked``: the step, all journeys asked, whether they carry weights."""
    around, journeys, weighted = asked
    groups, named = order
    nodes = [
        _node(steps, found, params, (level, group, step, kinds), groups[level] == group, weighted)
        for level in range(params.levels)
        for group, step, kinds in named[level]
    ]
    bands = [
        SankeyBand(
            level - params.before, source, target, int(found.bands[level, a, b]),
            float(found.weighed_bands[level, a, b]) if weighted else None,
        )
        for level in range(params.levels - 1)
        for a, source, _ in named[level]
        for b, target, _ in named[level + 1]
        if found.bands[level, a, b]
    ]  # fmt: skip
    centre = (
        nodes[[node.level for node in nodes].index(0)] if any(node.level == 0 for node in nodes) else None
    )
    return SankeyResult(
        around, journeys, centre.journeys if centre else 0, params.before, params.after, tuple(nodes), tuple(bands),
        (centre.weighted_journeys if centre else 0.0) if weighted else None,
    )  # fmt: skip


def _node(
    steps: StepSummary, found: BandSummary, params: Params, place: tuple[int, int, str | None, int],
    members: NDArray[np.bool_], weighted: bool,
) -> SankeyNode:  # fmt: skip
    level, group, step, kinds = place
    away = level - params.before
    side = 0 if away >= 0 else 1
    stops, weighed = found.stops[level, group].tolist(), found.weighed_stops[level, group].tolist()
    return SankeyNode(
        away, step, int(steps.counts[level][members].sum()), stops[side][kernel.ENDED], stops[side][kernel.CUT], kinds,
        stops[1][kernel.ENDED] if away == 0 else 0, stops[1][kernel.CUT] if away == 0 else 0,
        float(steps.weighed[level][members].sum()) if weighted else None,
        weighed[side][kernel.ENDED] if weighted else None, weighed[side][kernel.CUT] if weighted else None,
    )  # fmt: skip
