"""The journeys of a view person by person: for questions in which a person's journeys belong together.

A log in shards is counted where its shards are: each on its own when no person is in two of them, else every shard gives each
person's journeys to the part that this person's name hashes to.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.kernels import naming, sorting
from trayecto.kernels.arrays import frozen

Ints = NDArray[np.int64]
Marks = Mapping[str, NDArray[Any]]  # (rows,) each: what a question knows of the journeys, by name
MOST_ROWS = 1 << 33  # of a part; so many persons can be told apart in ten bits of parts
Summary = TypeVar("Summary")


@dataclass(frozen=True, slots=True)
class PersonBatch:
    """A run of persons. ``rows[firsts[p]:firsts[p + 1]]`` are the rows of person ``p`` of the run, in log order.

    Row ``r`` owns ``steps[starts[r]:ends[r]]`` and the same slice of ``times``; these arrays, and ``weights`` and ``marks``, are those
    of a whole log, or of a part that holds whole persons. A journey that names no person is a person of its own. No person is in two runs of a
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
    marks: Marks = field(default_factory=dict)
    beyond: int = 0  # added to rows it tells the persons of all parts apart

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


def over_persons(
    view: View,
    scan: Callable[[PersonBatch], Summary],
    merge: Callable[[Summary, Summary], Summary],
    marks: Marks,
) -> Summary:
    """The merged summary over runs of persons, counted where the log wants to be."""
    lives = view.lives(marks)
    if lives is None:
        return engine.run(by_person(view, marks).cut(), scan, merge)
    if lives.whole:
        return engine.run(lives.parts, partial(_scan_alone, scan=scan), merge)
    parts = len(lives.parts)
    return engine.regroup(
        lives.parts, partial(_scatter, parts=parts), partial(_scan_gathered, scan=scan), merge
    )


@dataclass(frozen=True)
class Lives:
    """The journeys of a log in parts, each of which gives ``Own`` where it lies; ``whole``: no person is in two of them."""

    parts: Sequence[Any]
    whole: bool


@dataclass(frozen=True, eq=False)
class Own:
    """The journeys of a part: a batch, the person of each of its rows, and the marks of these rows."""

    batch: Batch
    persons: pa.ChunkedArray
    marks: Marks


@dataclass(frozen=True, eq=False)
class Piece:
    """What one part has of some persons: journeys in the order of their rows, ``lengths`` events each."""

    persons: pa.Array
    lengths: Ints
    steps: NDArray[np.uint16]
    times: Ints
    weights: NDArray[np.float64] | None
    marks: Marks
    n_steps: int
    number: int  # of the part that these persons are counted in


def _scan_alone(own: Own, scan: Callable[[PersonBatch], Summary]) -> Summary:
    batch = own.batch
    grouped = _grouped(_codes(own.persons), batch.selected)
    return scan(
        PersonBatch(
            *grouped, batch.offsets[:-1], batch.offsets[1:], batch.steps, batch.times, batch.weights, batch.n_steps,
            own.marks, batch.first,
        )
    )  # fmt: skip


def _scatter(own: Own, parts: int) -> list[Piece]:
    """The selected journeys cut by whom they are of."""
    batch, names = own.batch, _names(own.persons)
    rows = np.arange(batch.journeys) if batch.selected is None else np.flatnonzero(batch.selected)
    target = naming.hash_texts(names.fill_null("")) % np.uint64(parts)
    target[names.is_null().to_numpy(zero_copy_only=False)] = np.uint64(
        0
    )  # each is a person of its own, anywhere
    rows = rows[np.argsort(target[rows], kind="stable")]
    edges = np.searchsorted(target[rows], np.arange(parts + 1, dtype=np.uint64))
    return [_piece(own, names, rows[low:high], number) for number, (low, high) in enumerate(pairwise(edges))]


def _piece(own: Own, names: pa.Array, rows: Ints, number: int) -> Piece:
    batch = own.batch
    starts = batch.offsets[rows]
    lengths = batch.offsets[rows + 1] - starts
    offsets = _edges(lengths)
    places = np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])
    marks = {name: column[rows] if len(column) else column for name, column in own.marks.items()}
    weights = None if batch.weights is None else batch.weights[rows]
    return Piece(
        names.take(pa.array(rows)), lengths, batch.steps[places], batch.times[places], weights, marks, batch.n_steps, number
    )  # fmt: skip


def _scan_gathered(pieces: Sequence[Piece], scan: Callable[[PersonBatch], Summary]) -> Summary:
    """Count some persons, all of whose journeys are here."""
    names = pa.chunked_array([piece.persons for piece in pieces])
    weights = [piece.weights for piece in pieces if piece.weights is not None]
    edges = _edges(_joined([piece.lengths for piece in pieces]))
    marks = {name: _joined([piece.marks[name] for piece in pieces]) for name in pieces[0].marks}
    return scan(
        PersonBatch(
            *_grouped(_codes(names), None), edges[:-1], edges[1:], _joined([piece.steps for piece in pieces]),
            _joined([piece.times for piece in pieces]), _joined(weights) if weights else None, pieces[0].n_steps, marks,
            pieces[0].number * MOST_ROWS,
        )
    )  # fmt: skip


def _names(persons: pa.ChunkedArray) -> pa.Array:
    plain = persons.cast(persons.type.value_type) if hasattr(persons.type, "value_type") else persons
    return plain.cast(pa.string()).cast(pa.large_string()).combine_chunks()


def by_person(view: View, marks: Marks | None = None) -> PersonBatch:
    """The selected journeys of a view, person by person, on this machine."""
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
        *_grouped(_codes(view.attributes["person"]), chosen), _joined(starts), _joined(ends), _joined(steps), _joined(times),
        view.weights, len(view.step_names), marks or {},
    )  # fmt: skip


def _itself(opened: Batch) -> Batch:
    return opened


def _joined(arrays: Sequence[NDArray]) -> NDArray:  # type: ignore[type-arg]
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)


def _grouped(
    codes: NDArray[np.int32], chosen: NDArray[np.bool_] | None
) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """The chosen rows sorted by person (those of nobody last), where each person's begin, and whether the person is known."""
    wanted = codes if chosen is None else np.where(chosen, codes, -1).astype(np.int32)
    counts = sorting.count_codes(frozen(wanted), int(wanted.max(initial=-1)) + 1)
    rows = np.empty(int(counts.sum()), np.uint32)
    sorting.place_rows(frozen(wanted), _edges(counts)[:-1].copy(), rows)
    nobody = np.flatnonzero(codes < 0 if chosen is None else (codes < 0) & chosen)
    lengths = np.concatenate([counts[counts > 0], np.ones(len(nobody), np.int64)])
    known = np.ones(len(lengths), np.bool_)
    known[len(lengths) - len(nobody) :] = False
    return np.concatenate([rows.astype(np.int64), nobody]), _edges(lengths), known


def _codes(column: pa.ChunkedArray) -> NDArray[np.int32]:
    """(rows,) a number for the person of each journey, -1 for none."""
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
