"""The map kept current: its sums and every flow's durations in order, of which some journeys go and others come.

Counts and sums are subtracted and added. Extremes, median and p90 are ranks among the durations that were there, without
those that went and with those that came: found without walking the journeys that stay. The answer is that of
``questions.map`` over all of them, to the last bit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial, reduce
from itertools import accumulate, pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch
from trayecto.kernels import flows as columns
from trayecto.kernels import kept as kernel
from trayecto.kernels.arrays import frozen, mask_of
from trayecto.questions import map as question
from trayecto.questions.map import MapResult, Plan, Summary
from trayecto.questions.quantiles import interpolated, wanted_ranks

STORED = {"journeys": columns.JOURNEYS, "sum_low": columns.SUM_LOW, "sum_high": columns.SUM_HIGH}
EMPTY = pa.nulls(0, pa.large_list(pa.int64()))  # pa.array of a list loads pandas: a quarter of a second
NO_FLOW = np.zeros(1, np.int64)  # an empty list of pairs would stand for all of them


@dataclass(frozen=True)
class Measured:
    """The sums of a map, and the durations of each flow in microseconds, sorted.

    Flow ``f`` is ``pairs[f]`` = source × steps + target, and owns ``durations[bounds[f]:bounds[f + 1]]``.
    """

    journeys: int
    events: int
    steps: NDArray[np.int64]  # (steps, kernels.flows.STEP_WIDTH)
    pairs: NDArray[np.int64]  # (flows,) sorted
    flows: NDArray[np.int64]  # (flows, kernels.flows.FLOW_WIDTH)
    bounds: NDArray[np.int64]  # (flows + 1,)
    durations: NDArray[np.int64]

    def coded(self, n_steps: int) -> Measured:
        """The same for more steps, whose codes come after those it knows."""
        known = len(self.steps)
        source, target = np.divmod(self.pairs, max(known, 1))
        steps = np.concatenate([self.steps, np.zeros((n_steps - known, columns.STEP_WIDTH), np.int64)])
        return replace(self, steps=steps, pairs=source * n_steps + target)

    def places(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which of these pairs it has, and the flow of each that it has."""
        places = np.minimum(np.searchsorted(self.pairs, pairs), max(len(self.pairs) - 1, 0))
        has = self.pairs[places] == pairs if len(self.pairs) else np.zeros(len(pairs), np.bool_)
        return has, places[has]

    def table(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """(pairs, FLOW_WIDTH) the sums of these pairs; 0 for those that do not occur."""
        has, places = self.places(pairs)
        found = np.zeros((len(pairs), columns.FLOW_WIDTH), np.int64)
        found[has] = self.flows[places]
        return found

    def runs(self, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        """(pairs, 2) where the durations of these pairs begin and end."""
        has, places = self.places(pairs)
        found = np.zeros((len(pairs), 2), np.int64)
        found[has] = np.stack([self.bounds[places], self.bounds[places + 1]], axis=1)
        return found

    def to_arrow(self) -> pa.Table:
        """A row per flow: its codes, its journeys, the two halves of its sum, its durations."""
        source, target = np.divmod(self.pairs, max(len(self.steps), 1))
        lists = pa.LargeListArray.from_arrays(pa.array(self.bounds), pa.array(self.durations))
        sums = {name: self.flows[:, column] for name, column in STORED.items()}
        return pa.table({"source": source, "target": target, **sums, "durations": lists})


def from_arrow(flows: pa.Table, answer: MapResult, step_names: Sequence[str]) -> Measured:
    """What was measured, from its own table and from the map that was answered of it; the durations are not copied."""
    source, target = (flows[name].to_numpy() for name in ("source", "target"))
    lists = flows["durations"].chunk(0) if flows["durations"].num_chunks else EMPTY
    bounds = lists.offsets.to_numpy()
    sums = np.zeros((len(flows), columns.FLOW_WIDTH), np.int64)
    for name, column in STORED.items():
        sums[:, column] = flows[name].to_numpy()
    sums[:, columns.EVENTS] = np.diff(bounds)
    return Measured(
        answer.journeys,
        answer.events,
        _steps_table(answer, step_names),
        source * len(step_names) + target,
        sums,
        bounds,
        lists.values.to_numpy(),
    )


def _steps_table(answer: MapResult, step_names: Sequence[str]) -> NDArray[np.int64]:
    code_of = {name: code for code, name in enumerate(step_names)}
    found = np.zeros((len(step_names), columns.STEP_WIDTH), np.int64)
    for one in answer.steps:
        places = [columns.STEP_EVENTS, columns.STEP_JOURNEYS, columns.STARTS, columns.ENDS]
        found[code_of[one.step], places] = one.events, one.journeys, one.starts, one.ends
    return found


def nothing(n_steps: int) -> Measured:
    """No journeys at all."""
    none = np.empty(0, np.int64)
    steps = np.zeros((n_steps, columns.STEP_WIDTH), np.int64)
    return Measured(
        0, 0, steps, none, np.empty((0, columns.FLOW_WIDTH), np.int64), np.zeros(1, np.int64), none
    )


def measure(batches: Sequence[Batch], n_steps: int) -> Measured:
    """Walk the selected journeys twice: to count, and to put down each flow's durations."""
    plan = question.plan_for(batches, n_steps, percentiles=False)
    parts = engine.each(partial(question.scan, plan=plan), list(batches))
    whole = reduce(question.merge, parts)
    occurring = np.flatnonzero(whole.flows[:, columns.EVENTS])
    flows = whole.flows[occurring]
    bounds = np.concatenate([[0], np.cumsum(flows[:, columns.EVENTS])])
    durations = np.empty(int(bounds[-1]), np.int64)
    starts = np.zeros(plan.cells, np.int64)
    starts[occurring] = bounds[:-1]
    _place(batches, plan, starts, parts, durations)
    _sort(bounds, durations)
    pairs = plan.keys[occurring] if len(plan.keys) else occurring
    return Measured(whole.journeys, whole.events, whole.steps, pairs, flows, bounds, durations)


def _place(
    batches: Sequence[Batch],
    plan: Plan,
    starts: NDArray[np.int64],
    parts: Sequence[Summary],
    durations: NDArray[np.int64],
) -> None:
    """Every batch writes behind those before it."""
    counts = [part.flows[:, columns.EVENTS] for part in parts]
    one_bucket = frozen(np.arange(plan.cells, dtype=np.int32)[:, None])  # all durations of a flow are wanted
    firsts = list(accumulate(counts[:-1], np.add, initial=starts))

    def write(work: tuple[Batch, NDArray[np.int64]]) -> None:
        batch, ends = work
        clocks, first_of = plan.read(batch)
        columns.gather(
            frozen(batch.offsets), frozen(batch.steps), clocks, first_of, mask_of(batch),
            plan.n_steps, plan.keys, 0, one_bucket, ends.copy(), durations,
        )  # fmt: skip

    engine.each(write, list(zip(batches, firsts, strict=True)))


def _sort(bounds: NDArray[np.int64], durations: NDArray[np.int64]) -> None:
    """Sort each flow's run, on all cores."""
    aims = np.linspace(0, bounds[-1], engine.cores() + 1)[1:-1]
    edges = [0, *np.searchsorted(bounds, aims).tolist(), len(bounds) - 1]

    def share(part: tuple[int, int]) -> None:
        for flow in range(*part):
            durations[bounds[flow] : bounds[flow + 1]].sort()

    engine.each(share, list(pairwise(edges)))


def figures(measured: Measured, step_names: Sequence[str]) -> MapResult:
    """The map of what was measured."""
    none = nothing(len(step_names))
    return replaced(measured, none, none, step_names)


def replaced(known: Measured, gone: Measured, come: Measured, step_names: Sequence[str]) -> MapResult:
    """The map of ``known`` without the journeys ``gone``, which it holds, and with those that ``come``.

    All three by the codes of ``step_names``; ``known`` may lack the last of them.
    """
    known = known.coded(len(step_names))
    pairs = np.union1d(known.pairs, come.pairs)
    pairs = pairs if len(pairs) else NO_FLOW
    flows = known.table(pairs) - gone.table(pairs) + come.table(pairs)
    occurring = flows[:, columns.EVENTS] > 0
    between = _ranked(known, gone, come, pairs[occurring], flows, occurring)
    summary = Summary(
        known.journeys - gone.journeys + come.journeys,
        known.events - gone.events + come.events,
        known.steps - gone.steps + come.steps,
        flows,
        np.zeros((len(pairs), 0), np.int32),
    )
    return question.finish(summary, Plan(len(step_names), pairs, 0, 0), step_names, between)


def _ranked(
    known: Measured,
    gone: Measured,
    come: Measured,
    pairs: NDArray[np.int64],
    flows: NDArray[np.int64],
    occurring: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """(pairs, 2) median and p90 of the pairs that occur; writes their extremes into ``flows``."""
    counts = flows[occurring, columns.EVENTS]
    inner, fraction = wanted_ranks(counts)
    wanted = np.column_stack([inner, np.zeros_like(counts), counts - 1])
    found = np.empty_like(wanted)
    kernel.ranks_in(*_of(known, pairs), *_of(gone, pairs), *_of(come, pairs), frozen(wanted), found)
    flows[occurring, columns.LEAST], flows[occurring, columns.MOST] = found[:, 4], found[:, 5]
    middle = found[:, :4].astype(np.float64)
    return interpolated(middle[:, :2], middle[:, 2:], fraction)


def _of(measured: Measured, pairs: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return frozen(measured.durations), frozen(measured.runs(pairs))
