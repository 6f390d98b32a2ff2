"""The map: every step and every flow, with counts and durations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.kernels import flows as kernel
from trayecto.kernels.arrays import NO_KEYS, frozen, mask_of, weights_of
from trayecto.questions.quantiles import Ranks, Values, merge_values, quantiles, ranks
from trayecto.questions.shares import place_of_names
from trayecto.units import SECOND

DENSE_STEPS = 512  # up to this many steps the flow table is the whole square of pairs
HISTOGRAM_CELLS = 4_000_000


class Clock(Protocol):
    """A calendar: reads moments as working time."""

    def working(self, times: NDArray[np.int64]) -> NDArray[np.int64]:
        """Microseconds of working time until each moment (microseconds since 1970 UTC); never decreasing."""


Clocks = Clock | Mapping[str, Clock]


@dataclass(frozen=True)
class Seconds:
    """Durations in seconds. Quantiles interpolate linearly, as numpy.percentile does; None when not asked for."""

    mean: float
    median: float | None
    p90: float | None
    min: float
    max: float


@dataclass(frozen=True)
class StepFigures:
    """One step: its events, the journeys that have it, and how many of them start and end with it."""

    step: str
    events: int
    journeys: int
    starts: int
    ends: int
    weighted_events: float | None = None
    weighted_journeys: float | None = None
    weighted_starts: float | None = None
    weighted_ends: float | None = None


@dataclass(frozen=True)
class FlowFigures:
    """One step directly followed by another: how often, in how many journeys, after how long.

    ``journeys`` counts each journey once. Durations are those of the events, not weighted.
    """

    source: str
    target: str
    events: int
    journeys: int
    seconds: Seconds
    weighted_events: float | None = None
    weighted_journeys: float | None = None


@dataclass(frozen=True)
class MapResult:
    """Steps by falling number of events, flows likewise; only what occurs in the selection.

    ``weighted_*`` figures are None when the journeys carry no weights.
    """

    journeys: int
    events: int
    weighted_journeys: float | None
    steps: tuple[StepFigures, ...]
    flows: tuple[FlowFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        """``{"journeys", "events", "steps": […], "flows": […]}``; weighted keys only when there are weights."""
        facts: dict[str, Any] = {
            "journeys": self.journeys,
            "events": self.events,
            "weighted_journeys": self.weighted_journeys,
            "steps": [_spoken(asdict(step)) for step in self.steps],
            "flows": [_spoken(asdict(flow)) for flow in self.flows],
        }
        return _spoken(facts)

    def to_arrow(self) -> pa.Table:
        """One row per flow; durations as ``seconds_mean``, ``seconds_median``…"""
        return pa.Table.from_pylist([_flat(flow) for flow in self.flows], schema=FLOW_SCHEMA)

    def steps_to_arrow(self) -> pa.Table:
        """One row per step."""
        return pa.Table.from_pylist([asdict(step) for step in self.steps], schema=STEP_SCHEMA)


STEP_SCHEMA = pa.schema(
    [("step", pa.string())]
    + [(name, pa.int64()) for name in ("events", "journeys", "starts", "ends")]
    + [(f"weighted_{name}", pa.float64()) for name in ("events", "journeys", "starts", "ends")]
)
FLOW_SCHEMA = pa.schema(
    [("source", pa.string()), ("target", pa.string()), ("events", pa.int64()), ("journeys", pa.int64())]
    + [(f"seconds_{name}", pa.float64()) for name in ("mean", "median", "p90", "min", "max")]
    + [("weighted_events", pa.float64()), ("weighted_journeys", pa.float64())]
)


def _spoken(facts: dict[str, Any]) -> dict[str, Any]:
    """Without the weighted figures of a log that has no weights."""
    return {key: value for key, value in facts.items() if value is not None or not key.startswith("weighted")}


def _flat(flow: FlowFigures) -> dict[str, Any]:
    facts = asdict(flow)
    seconds = facts.pop("seconds")
    return facts | {f"seconds_{name}": value for name, value in seconds.items()}


def from_arrow(
    journeys: int, events: int, weighted_journeys: float | None, steps: pa.Table, flows: pa.Table
) -> MapResult:
    """The result that ``steps_to_arrow`` and ``to_arrow`` came from."""
    return MapResult(
        journeys,
        events,
        weighted_journeys,
        tuple(StepFigures(**row) for row in steps.to_pylist()),
        tuple(_unflat(row) for row in flows.to_pylist()),
    )


def _unflat(row: dict[str, Any]) -> FlowFigures:
    seconds = {name: row.pop(f"seconds_{name}") for name in ("mean", "median", "p90", "min", "max")}
    return FlowFigures(**row, seconds=Seconds(**seconds))


# --- scan, merge, finish ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What every scan of one question agrees on: the clocks, the flows and the scale of the histogram."""

    n_steps: int
    keys: NDArray[np.int64]  # sorted pairs that occur, or empty: all pairs
    bits: int
    buckets: int  # 0 = no quantiles
    clocks: tuple[Clock | None, ...] = (None,)
    clock_of: NDArray[np.int32] | None = None

    @property
    def cells(self) -> int:
        return len(self.keys) or self.n_steps**2

    def read(self, batch: Batch) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The batch's times as each clock reads them, and where event 0 of the log would stand for each step."""
        if self.clock_of is None:
            return frozen(batch.times), frozen(np.zeros(self.n_steps, np.int64))
        low, high = int(batch.offsets[0]), int(batch.offsets[-1])
        times = batch.times[low:high]
        readings = [times if clock is None else clock.working(times) for clock in self.clocks]
        return frozen(np.concatenate(readings)), frozen(self.clock_of.astype(np.int64) * (high - low) - low)


@dataclass
class Summary:
    """The merged first scan; ``weighted`` are the float tables, when journeys have weights."""

    journeys: int
    events: int
    steps: NDArray[np.int64]  # (steps, kernel.STEP_WIDTH)
    flows: NDArray[np.int64]  # (flows, kernel.FLOW_WIDTH)
    histogram: NDArray[np.int32]  # (flows, buckets)
    weight: float | None = None
    weighted_steps: NDArray[np.float64] | None = None
    weighted_flows: NDArray[np.float64] | None = None


def plan_for(batches: Sequence[Batch], n_steps: int, *, percentiles: bool = True) -> Plan:
    """Decide how to scan the batches, in calendar time."""
    keys = NO_KEYS if n_steps <= DENSE_STEPS else _pairs(batches, n_steps)
    bits, buckets = _scale(len(keys) or n_steps**2) if percentiles else (0, 0)
    return Plan(n_steps, keys, bits, buckets)


def _scale(cells: int) -> tuple[int, int]:
    """Buckets per doubling (as a power of two) and buckets in all, such that the histogram stays small."""
    for bits in (2, 1, 0):
        buckets = (kernel.OCTAVES << bits) + 2
        if cells * buckets <= HISTOGRAM_CELLS:
            return bits, buckets
    return 0, 1


def _clocks(view: View, clock: Clocks | None) -> tuple[tuple[Clock | None, ...], NDArray[np.int32] | None]:
    """The distinct clocks (first: none) and which one times the flows into each step."""
    if clock is None:
        return (None,), None
    if not isinstance(clock, Mapping):
        return (None, clock), np.ones(len(view.step_names), np.int32)
    clocks: list[Clock | None] = [None]
    clock_of = np.zeros(len(view.step_names), np.int32)
    for step, each in clock.items():
        known = [index for index, other in enumerate(clocks) if other is each]
        if not known:
            clocks.append(each)
        clock_of[view.code(step)] = known[0] if known else len(clocks) - 1
    return tuple(clocks), clock_of


def _pairs(batches: Sequence[Batch], n_steps: int) -> NDArray[np.int64]:
    """The sorted pairs of neighbouring steps that occur, as source × n_steps + target."""
    found = engine.over(partial(_pairs_of, n_steps=n_steps), batches)
    return frozen(np.unique(np.concatenate([*found, np.array([-1])]))[1:])


def _pairs_of(batch: Batch, n_steps: int) -> NDArray[np.int64]:
    size = 1 << 16
    while True:
        table = np.full(size, -1, np.int64)
        if kernel.mark_pairs(frozen(batch.offsets), frozen(batch.steps), n_steps, table):
            return table[table >= 0]
        size *= 4


def scan(batch: Batch, plan: Plan) -> Summary:
    """Counts, sums, extremes and the histogram of one batch."""
    summary = Summary(0, 0, *_empty_tables(plan))
    clocks, first_of = plan.read(batch)
    summary.journeys, summary.events = kernel.scan_journeys(
        frozen(batch.offsets), frozen(batch.steps), clocks, first_of, mask_of(batch),
        plan.n_steps, plan.keys, plan.bits, summary.steps, summary.flows, summary.histogram,
    )  # fmt: skip
    if batch.weights is not None:
        _scan_weights(batch, plan, summary)
    return summary


def _empty_tables(plan: Plan) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
    flows = np.zeros((plan.cells, kernel.FLOW_WIDTH), np.int64)
    flows[:, kernel.LEAST] = kernel.NEVER
    flows[:, kernel.MOST] = -1
    return (
        np.zeros((plan.n_steps, kernel.STEP_WIDTH), np.int64),
        flows,
        np.zeros((plan.cells, plan.buckets), np.int32),
    )


def _scan_weights(batch: Batch, plan: Plan, summary: Summary) -> None:
    summary.weighted_steps = np.zeros((plan.n_steps, 4))
    summary.weighted_flows = np.zeros((plan.cells, 2))
    summary.weight = kernel.scan_weights(
        frozen(batch.offsets), frozen(batch.steps), mask_of(batch), weights_of(batch),
        plan.n_steps, plan.keys, summary.weighted_steps, summary.weighted_flows,
    )  # fmt: skip


def merge(a: Summary, b: Summary) -> Summary:
    """The summary of both runs of journeys."""
    flows = a.flows + b.flows
    flows[:, kernel.LEAST] = np.minimum(a.flows[:, kernel.LEAST], b.flows[:, kernel.LEAST])
    flows[:, kernel.MOST] = np.maximum(a.flows[:, kernel.MOST], b.flows[:, kernel.MOST])
    return Summary(
        a.journeys + b.journeys,
        a.events + b.events,
        a.steps + b.steps,
        flows,
        a.histogram + b.histogram,
        _plus(a.weight, b.weight),
        _plus(a.weighted_steps, b.weighted_steps),
        _plus(a.weighted_flows, b.weighted_flows),
    )


def _plus(a: Any, b: Any) -> Any:
    return a if b is None else b if a is None else a + b


def rescan(batch: Batch, plan: Plan, ranks: Ranks) -> Values:
    """Collect the durations of one batch that fall into wanted buckets."""
    found = Values(ranks.starts.copy(), np.empty(ranks.size, np.int64))
    clocks, first_of = plan.read(batch)
    kernel.gather(
        frozen(batch.offsets), frozen(batch.steps), clocks, first_of, mask_of(batch),
        plan.n_steps, plan.keys, plan.bits, frozen(ranks.slots), found.ends, found.values,
    )  # fmt: skip
    return found


def finish(
    summary: Summary, plan: Plan, step_names: Sequence[str], between: NDArray[np.float64] | None
) -> MapResult:
    """Figures from the merged scans."""
    return MapResult(
        summary.journeys,
        summary.events,
        summary.weight,
        tuple(_step_figures(summary, step_names)),
        tuple(_flow_figures(summary, plan, step_names, between)),
    )


def _by_falling(counts: NDArray[np.int64], places: NDArray[np.int64] | None = None) -> NDArray[np.int64]:
    """Indices of what occurs, most frequent first; equal counts by ``places``, else as they stand."""
    order = np.argsort(-counts, kind="stable") if places is None else np.lexsort((places, -counts))
    return order[: np.count_nonzero(counts)]


def _rows(table: NDArray[Any] | None, order: NDArray[np.int64]) -> list[list[Any]]:
    """The rows of a table in the order wanted, as plain numbers; empty rows when there is no table."""
    return [[]] * len(order) if table is None else table[order].tolist()


def _step_figures(summary: Summary, step_names: Sequence[str]) -> Iterator[StepFigures]:
    order = _by_falling(summary.steps[:, kernel.STEP_EVENTS], place_of_names(step_names))
    columns = [kernel.STEP_EVENTS, kernel.STEP_JOURNEYS, kernel.STARTS, kernel.ENDS]
    weighted = _rows(summary.weighted_steps, order)
    for code, counts, weights in zip(order, _rows(summary.steps[:, columns], order), weighted, strict=True):
        yield StepFigures(step_names[code], *counts, *weights)


def _flow_figures(
    summary: Summary, plan: Plan, step_names: Sequence[str], between: NDArray[np.float64] | None
) -> Iterator[FlowFigures]:
    order = _by_falling(summary.flows[:, kernel.EVENTS], _places_of_flows(plan, step_names))
    row_of = np.cumsum(summary.flows[:, kernel.EVENTS] > 0) - 1
    pairs = plan.keys[order] if len(plan.keys) else order
    quantiles = None if between is None else between[row_of[order]] / SECOND
    columns = (
        pairs.tolist(), _rows(summary.flows, order), _rows(quantiles, np.arange(len(order))),
        _rows(summary.weighted_flows, order),
    )  # fmt: skip
    for pair, row, middle, weights in zip(*columns, strict=True):
        source, target = step_names[pair // plan.n_steps], step_names[pair % plan.n_steps]
        yield FlowFigures(
            source, target, row[kernel.EVENTS], row[kernel.JOURNEYS], _seconds(row, *middle), *weights
        )


def _places_of_flows(plan: Plan, step_names: Sequence[str]) -> NDArray[np.int64] | None:
    """Where each flow stands when they are sorted by the names of their steps; None when they are."""
    places = place_of_names(step_names)
    if places is None:
        return None
    source, target = np.divmod(plan.keys if len(plan.keys) else np.arange(plan.cells), plan.n_steps)
    return np.asarray(places[source] * plan.n_steps + places[target], np.int64)


def _seconds(row: list[int], median: float | None = None, p90: float | None = None) -> Seconds:
    total = (row[kernel.SUM_HIGH] << kernel.LOW_BITS) + row[kernel.SUM_LOW]
    mean = total / row[kernel.EVENTS] / SECOND
    return Seconds(mean, median, p90, row[kernel.LEAST] / SECOND, row[kernel.MOST] / SECOND)


def over(batches: Sequence[Batch], plan: Plan, step_names: Sequence[str]) -> MapResult:
    """The map of any batches, with one scan, or two when the plan wants quantiles."""
    summary = engine.run(batches, partial(scan, plan=plan), merge)
    found = None
    if plan.buckets:
        wanted = ranks(summary.histogram)
        second = engine.run(
            batches, partial(rescan, plan=plan, ranks=wanted), partial(merge_values, ranks=wanted)
        )
        found = quantiles(wanted, second)
    return finish(summary, plan, step_names, found)


def ask(view: View, *, clock: Clocks | None = None, percentiles: bool = True) -> MapResult:
    """Steps and flows of the selected journeys.

    ``clock`` measures durations in working time: one calendar, or one per step (it times the flows into that step;
    steps without one keep calendar time). ``percentiles=False`` leaves the exact median and p90 out, for speed.
    """
    batches = view.batches()
    chosen = plan_for(batches, len(view.step_names), percentiles=percentiles)
    if clock is not None:
        clocks, clock_of = _clocks(view, clock)
        chosen = replace(chosen, clocks=clocks, clock_of=clock_of)
        events = sum(batch.events for batch in batches)
        batches = view.batches(max(engine.cores(), events * len(clocks) // 4_000_000))
    return over(batches, chosen, view.step_names)
