"""The journeys of a view person by person: for questions in which a person's journeys belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.kernels import sorting
from trayecto.kernels.arrays import frozen

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PersonBatch:
    """A run of persons. ``rows[firsts[p]:firsts[p + 1]]`` are the rows of person ``p`` of the run, in log order.

    Row ``r`` of the log owns ``steps[starts[r]:ends[r]]`` and the same slice of ``times``; these arrays, and ``weights``,
    are those of the whole log. A journey that names no person is a person of its own. No person is in two runs of a
    question, so that sums over persons add up.
    """

    rows: Ints  # (chosen rows,)
    firsts: Ints  # (persons + 1,) places in ``rows``
    known: NDArray[np.bool_]  # (persons,) False where the journey names no person
    starts: Ints  # (rows of the log,)
    ends: Ints  # (rows of the log,)
    steps: NDArray[np.uint16]  # (events,)
    times: Ints  # (events,) microseconds since 1970 UTC
    weights: NDArray[np.float64] | None  # (rows of the log,) None = every journey weighs 1
    n_steps: int

    @property
    def persons(self) -> int:
        return len(self.firsts) - 1

    @property
    def named(self) -> PersonBatch:
        """Without the journeys that name no person."""
        if self.known.all():
            return self
        lengths = np.diff(self.firsts)
        return replace(
            self,
            rows=self.rows[np.repeat(self.known, lengths)],
            firsts=_edges(lengths[self.known]),
            known=self.known[self.known],
        )

    def cut(self, parts: int | None = None) -> list[PersonBatch]:
        """In ``parts`` runs of about equally many rows (default: one per core); at least one."""
        wanted = np.linspace(0, len(self.rows), (parts or engine.cores()) + 1)
        edges = np.unique(np.searchsorted(self.firsts, wanted).clip(0, self.persons))
        edges = edges if len(edges) > 1 else np.array([0, self.persons])
        return [self._run(int(low), int(high)) for low, high in pairwise(edges)]

    def _run(self, low: int, high: int) -> PersonBatch:
        first, last = self.firsts[low], self.firsts[high]
        return replace(
            self,
            rows=self.rows[first:last],
            firsts=self.firsts[low : high + 1] - first,
            known=self.known[low:high],
        )


def by_person(view: View) -> PersonBatch:
    """The selected journeys of a view, person by person."""
    batches = engine.on(engine.LOCAL, _itself, view.batches(1))
    starts: list[Ints] = []
    ends: list[Ints] = []
    steps: list[NDArray[np.uint16]] = []
    times: list[Ints] = []
    shift, arrays = 0, None
    for batch in batches:
        if arrays is not batch.steps:
            shift += len(steps[-1]) if steps else 0
            steps.append(batch.steps)
            times.append(batch.times)
            arrays = batch.steps
        starts.append(batch.offsets[:-1] + shift)
        ends.append(batch.offsets[1:] + shift)
    chosen = view.selection if view.selection is not None else view.live
    return PersonBatch(
        *_grouped(view, chosen), _joined(starts), _joined(ends), _joined(steps), _joined(times),
        view.weights, len(view.step_names),
    )  # fmt: skip


def _itself(opened: Batch) -> Batch:
    return opened


def _joined(arrays: Sequence[NDArray]) -> NDArray:  # type: ignore[type-arg]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _grouped(view: View, chosen: NDArray[np.bool_] | None) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """The chosen rows sorted by person (those of nobody last), where each person's begin, and whether the person is known."""
    codes = _codes(view)
    wanted = codes if chosen is None else np.where(chosen, codes, -1).astype(np.int32)
    counts = sorting.count_codes(frozen(wanted), int(wanted.max(initial=-1)) + 1)
    rows = np.empty(int(counts.sum()), np.uint32)
    sorting.place_rows(frozen(wanted), _edges(counts)[:-1].copy(), rows)
    nobody = np.flatnonzero(codes < 0 if chosen is None else (codes < 0) & chosen)
    lengths = np.concatenate([counts[counts > 0], np.ones(len(nobody), np.int64)])
    known = np.ones(len(lengths), np.bool_)
    known[len(lengths) - len(nobody) :] = False
    return np.concatenate([rows.astype(np.int64), nobody]), _edges(lengths), known


def _codes(view: View) -> NDArray[np.int32]:
    """(rows,) a number for the person of each journey, -1 for none."""
    column = view.attributes["person"]
    coded = (
        column.unify_dictionaries() if hasattr(column.type, "value_type") else pc.dictionary_encode(column)
    )
    indices = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in coded.chunks]
    if not indices:
        return np.empty(0, np.int32)
    found: NDArray[np.int32] = np.concatenate(indices).astype(np.int32)
    return found


def _edges(lengths: Ints) -> Ints:
    return np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
