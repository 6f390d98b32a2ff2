"""The object-centric map: the directly-follows flows of several types of objects at once.

Definition (object-centric directly-follows graph: Berti and van der Aalst, 2023). For every type, each object goes
through its events in log order. Of a step are counted its *events*, the *objects* that have it, and how often an object has it
(*total*). A flow of a type is two consecutive events of an object of that type; of it are counted the distinct pairs of
events (*events*), the distinct objects, and how often an object takes it (*total*). Ten items packed and shipped together
are one pair of events, ten objects and ten in all. Waits are those of the distinct pairs: what was waited for once
counts once. Nothing is added up over types but the events of a step, which count once however many types they touch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.kernels import objects as kernel
from trayecto.kernels.arrays import frozen
from trayecto.objects.log import ObjectBatch, ObjectLog, distinct
from trayecto.questions.map import Seconds
from trayecto.units import SECOND

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Summary:
    """Tables by type, and the couples of events: those that one object alone can have, and those that several may share
    (as one number each, sorted, each once)."""

    steps: Ints  # (types, n_steps, kernel.STEP_WIDTH)
    flows: Ints  # (types, n_steps², 2)
    single: Ints  # (couples, 3) type, source event, target event
    shared: Ints  # (couples,) (type × events + source event) × events + target event


@dataclass(frozen=True)
class ObjectStep:
    """A step as objects of one type have it; ``starts`` and ``ends``: objects whose first and last event it is."""

    type: str
    step: str
    events: int
    objects: int
    total: int
    starts: int
    ends: int


@dataclass(frozen=True)
class ObjectFlow:
    """A flow of one type; ``events`` are distinct pairs of events."""

    type: str
    source: str
    target: str
    events: int
    objects: int
    total: int
    seconds: Seconds


@dataclass(frozen=True)
class ObjectMap:
    """``events``: all events of the log, ``untouched`` of them touch no object of these types.

    ``objects`` by type; ``step_events``: events of each step that touch an object of any of these types, each once.
    """

    events: int
    untouched: int
    objects: dict[str, int]
    step_events: dict[str, int]
    steps: tuple[ObjectStep, ...]
    flows: tuple[ObjectFlow, ...]

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self.objects)

    def only(self, types: Collection[str], least_share: float = 0.0) -> ObjectMap:
        """The flows of some types alone, in this order, without those that less than a share of the type's objects take."""
        kept = {name: self.objects[name] for name in types if name in self.objects}
        return ObjectMap(
            self.events, self.untouched, kept, self.step_events,
            tuple(one for one in self.steps if one.type in kept),
            tuple(one for one in self.flows if one.type in kept and one.objects >= least_share * kept[one.type]),
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {"events": self.events, "untouched": self.untouched}
        told["types"] = [{"type": name, "objects": count} for name, count in self.objects.items()]
        told["step_events"] = [{"step": name, "events": count} for name, count in self.step_events.items()]
        return told | {name: [asdict(one) for one in getattr(self, name)] for name in ("steps", "flows")}

    @classmethod
    def of_dict(cls, told: dict[str, Any]) -> ObjectMap:
        """What ``to_dict`` gave, read back."""
        return cls(
            told["events"], told["untouched"], {one["type"]: one["objects"] for one in told["types"]},
            {one["step"]: one["events"] for one in told["step_events"]},
            tuple(ObjectStep(**one) for one in told["steps"]),
            tuple(ObjectFlow(**{**one, "seconds": Seconds(**one["seconds"])}) for one in told["flows"]),
        )  # fmt: skip

    def to_arrow(self) -> pa.Table:
        """A row per flow; durations as ``seconds_mean``, ``seconds_median``…"""
        return pa.Table.from_pylist([_flat(asdict(flow)) for flow in self.flows])


def _flat(facts: dict[str, Any]) -> dict[str, Any]:
    return {**facts, **{f"seconds_{name}": value for name, value in facts.pop("seconds").items()}}


def ask(log: ObjectLog, types: Collection[str] | None = None) -> ObjectMap:
    """The map of some types (None: all). Raises UnknownStep for a type that the log does not have."""
    narrowed = log if types is None else log.only(types)
    summary = engine.run(narrowed.batches(), partial(scan, log=narrowed), merge)
    return finish(summary, narrowed, log.types if types is None else tuple(sorted(set(types))))


def scan(batch: ObjectBatch, log: ObjectLog) -> Summary:
    n_steps, n_types, size = len(log.step_names), len(log.types), len(batch.events)
    steps = np.zeros((n_types, n_steps, kernel.STEP_WIDTH), np.int64)
    flows = np.zeros((n_types, n_steps * n_steps, 2), np.int64)
    single, shared, counts = (
        np.empty((size, 3), np.int64),
        np.empty((size, 3), np.int64),
        np.zeros(2, np.int64),
    )
    kernel.walk(
        frozen(batch.offsets), frozen(batch.kinds), frozen(batch.events), frozen(batch.leads), frozen(batch.alone),
        frozen(log.steps), n_steps, steps, flows, single, shared, counts,
    )  # fmt: skip
    couples = shared[: counts[1]]
    keys = (couples[:, 0] * log.event_count + couples[:, 1]) * log.event_count + couples[:, 2]
    return Summary(steps, flows, single[: counts[0]], distinct(keys))


def merge(a: Summary, b: Summary) -> Summary:
    single = np.concatenate([a.single, b.single])
    return Summary(
        a.steps + b.steps, a.flows + b.flows, single, distinct(np.concatenate([a.shared, b.shared]))
    )


def finish(summary: Summary, log: ObjectLog, types: Sequence[str]) -> ObjectMap:
    counts = np.bincount(log.whole.kinds, minlength=len(log.types))
    seen = np.bincount(log.steps[log.touched], minlength=len(log.step_names))
    order = sorted(np.flatnonzero(seen).tolist(), key=lambda code: (-seen[code], code))
    return ObjectMap(
        log.event_count, log.untouched, {name: int(counts[log.code(name)]) for name in types},
        {log.step_names[code]: int(seen[code]) for code in order},
        tuple(_steps(summary, log, types)), tuple(_flows(summary, log, types)),
    )  # fmt: skip


def _steps(summary: Summary, log: ObjectLog, types: Sequence[str]) -> Iterator[ObjectStep]:
    for name in types:
        table = summary.steps[log.code(name)]
        for code in np.lexsort((np.arange(len(table)), -table[:, kernel.EVENTS])).tolist():
            if table[code, kernel.TOTAL]:
                yield ObjectStep(name, log.step_names[code], *table[code].tolist())


def _flows(summary: Summary, log: ObjectLog, types: Sequence[str]) -> Iterator[ObjectFlow]:
    """By type, then by falling objects."""
    rest, target_event = np.divmod(summary.shared, max(log.event_count, 1))
    kind, source_event = np.divmod(rest, max(log.event_count, 1))
    couples = np.concatenate([summary.single, np.stack([kind, source_event, target_event], axis=1)])
    n_steps = len(log.step_names)
    codes = log.steps.astype(np.int64)
    cells = couples[:, 0] * n_steps**2 + codes[couples[:, 1]] * n_steps + codes[couples[:, 2]]
    waits = log.times[couples[:, 2]] - log.times[couples[:, 1]]
    size = len(log.types) * n_steps**2
    counts, figures = np.zeros(size, np.int64), np.zeros((size, 5))
    kernel.run_figures(frozen(cells), frozen(waits), size, counts, figures)
    for name in types:
        table = summary.flows[log.code(name)]
        first = log.code(name) * n_steps**2
        for flow in np.lexsort((np.arange(len(table)), -table[:, kernel.FLOW_OBJECTS])).tolist():
            if table[flow, kernel.FLOW_TOTAL] == 0:
                break
            source, target = divmod(flow, n_steps)
            objects, total = table[flow].tolist()
            yield ObjectFlow(
                name, log.step_names[source], log.step_names[target], int(counts[first + flow]), objects, total,
                Seconds(*(figures[first + flow] / SECOND).tolist()),
            )  # fmt: skip
