"""A journey log held in memory: the smallest thing that is a ``batch.View``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa

from trayecto.batch import Batch, EventColumn
from trayecto.errors import UnknownStep, did_you_mean

SECOND = 1_000_000
HOUR = 3600 * SECOND
DAY = 24 * HOUR


@dataclass(frozen=True)
class MemoryView:
    """``journeys`` = per journey a list of (step name, microseconds), already in log order."""

    journeys: tuple
    step_names: tuple = ()
    weights: np.ndarray | None = None
    selection: np.ndarray | None = None
    extra: dict | None = None  # attribute name -> list of values
    columns: dict | None = None
    as_of_us: int | None = None
    parts: int = 2
    live: None = None
    away = False

    @property
    def total_journeys(self):
        return len(self.journeys)

    @cached_property
    def offsets(self):
        return np.cumsum([0] + [len(journey) for journey in self.journeys]).astype(np.int64)

    @cached_property
    def steps(self):
        codes = {name: code for code, name in enumerate(self.step_names)}
        return np.array([codes[step] for journey in self.journeys for step, _ in journey], dtype=np.uint16)

    @cached_property
    def times(self):
        return np.array([at for journey in self.journeys for _, at in journey], dtype=np.int64)

    @property
    def as_of(self):
        last = int(self.times.max()) if len(self.times) else 0
        moment = last if self.as_of_us is None else self.as_of_us
        return datetime.fromtimestamp(moment / 1e6, tz=UTC)

    @property
    def weighted(self):
        return self.weights is not None

    def lives(self, marks):
        return None

    def asked(self, work):
        return work(self.attributes)

    @cached_property
    def attributes(self):
        variants = variant_ranks(self.journeys)
        data = {
            "journey": [f"j{row}" for row in range(len(self.journeys))],
            "person": [f"p{row}" for row in range(len(self.journeys))],
            "started": pa.array([journey[0][1] for journey in self.journeys], pa.timestamp("us", "UTC")),
            "ended": pa.array([journey[-1][1] for journey in self.journeys], pa.timestamp("us", "UTC")),
            "events": [len(journey) for journey in self.journeys],
            "variant": pa.array(variants, pa.int32()),
        }
        return pa.table(data | (self.extra or {}))

    def code(self, step):
        if step not in self.step_names:
            raise UnknownStep(f"No step '{step}' in this log.{did_you_mean(step, self.step_names)}")
        return self.step_names.index(step)

    def batches(self, parts=None):
        cuts = np.linspace(0, self.total_journeys, (parts or self.parts) + 1).astype(int)
        return [self._batch(low, high) for low, high in pairwise(cuts)]

    def _batch(self, low, high):
        cut = lambda array: None if array is None else array[low:high]  # noqa: E731
        return Batch(
            int(low), self.offsets[low : high + 1], self.steps, self.times,
            cut(self.selection), cut(self.weights), len(self.step_names),
            columns={name: column.codes for name, column in (self.columns or {}).items()},
        )  # fmt: skip

    def where(self, filter_):
        mask = filter_.mask(self)
        return replace(self, selection=mask if self.selection is None else mask & self.selection)

    @property
    def journey_count(self):
        return self.total_journeys if self.selection is None else int(self.selection.sum())


def variant_ranks(journeys):
    """Rank of each journey's step sequence by frequency, from 0."""
    sequences = [tuple(step for step, _ in journey) for journey in journeys]
    ordered = sorted(set(sequences), key=lambda sequence: (-sequences.count(sequence), sequence))
    return [ordered.index(sequence) for sequence in sequences]


def view_of(*journeys, names="abcdefg", **more):
    """``view_of("a0 b5 c9", …)``: one-letter steps, times in hours."""
    parsed = tuple(
        tuple((word[0], int(float(word[1:]) * HOUR)) for word in text.split()) for text in journeys
    )
    return MemoryView(parsed, tuple(names), **more)


def channel_column(view, value_of):
    """An event column computed from each event's (step, time)."""
    values = [value_of(step, at) for journey in view.journeys for step, at in journey]
    known = sorted({value for value in values if value is not None})
    codes = np.array([-1 if value is None else known.index(value) for value in values], dtype=np.int32)
    return CodedColumn("channel", tuple(known), codes)


class CodedColumn(EventColumn):
    """An event column with its codes, for all events of a view."""

    def __init__(self, name, values, codes):
        super().__init__(name, values)
        object.__setattr__(self, "codes", codes)
