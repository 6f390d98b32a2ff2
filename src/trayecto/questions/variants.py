"""Variants: the distinct sequences of steps, how many journeys take each, and how few cover 80 %."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol, overload, runtime_checkable

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels import flows, sequences
from trayecto.kernels.arrays import NO_MASK, NO_WEIGHTS, frozen, mask_of, weights_of
from trayecto.questions.shares import place_of_names
from trayecto.units import SECOND

COVERED = 0.8


@dataclass(frozen=True)
class VariantFigures:
    """One sequence of steps; ``rank`` counts from 1. ``median_seconds`` runs from first to last event, unweighted."""

    rank: int
    steps: tuple[str, ...]
    journeys: int
    share: float
    median_seconds: float
    weighted_journeys: float | None = None
    weighted_share: float | None = None

    def to_dict(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "steps": list(self.steps),
            "journeys": self.journeys,
            "share": self.share,
            "seconds": {"median": self.median_seconds},
        }
        if self.weighted_journeys is not None:
            facts |= {"weighted_journeys": self.weighted_journeys, "weighted_share": self.weighted_share}
        return facts


@dataclass(frozen=True)
class Coverage:
    """The fewest variants that cover 80 % of the journeys, and the share they cover."""

    variants: int
    share: float


@dataclass(frozen=True, eq=False, repr=False)
class VariantTable(Sequence[VariantFigures]):
    """The listed variants, most frequent first, made one by one when read: there may be a million of them."""

    step_names: tuple[str, ...]
    offsets: NDArray[np.int64]
    steps: NDArray[np.uint16]
    counts: NDArray[np.int64]
    medians: NDArray[np.float64]  # microseconds
    whole: int
    weighted: NDArray[np.float64] | None = None
    whole_weight: float | None = None

    def __len__(self) -> int:
        return len(self.counts)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self):,} variants>"

    @overload
    def __getitem__(self, index: int) -> VariantFigures: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[VariantFigures]: ...
    def __getitem__(self, index: int | slice) -> VariantFigures | Sequence[VariantFigures]:
        if isinstance(index, slice):
            return [self._row(place) for place in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return self._row(place)

    def _row(self, place: int) -> VariantFigures:
        codes = self.steps[self.offsets[place] : self.offsets[place + 1]]
        count = int(self.counts[place])
        weight = None if self.weighted is None else float(self.weighted[place])
        return VariantFigures(
            place + 1,
            tuple(self.step_names[code] for code in codes),
            count,
            count / self.whole,
            float(self.medians[place]) / SECOND,
            weight,
            None if weight is None else weight / self.whole_weight if self.whole_weight else 0.0,
        )


@dataclass(frozen=True)
class VariantsResult:
    """``distinct`` counts all variants of the selection; ``variants`` lists the most frequent ones."""

    journeys: int
    distinct: int
    coverage_80: Coverage
    variants: Sequence[VariantFigures]
    weighted_journeys: float | None = None
    weighted_coverage_80: Coverage | None = None  # the fewest variants that carry 80 % of the weight

    def to_dict(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "journeys": self.journeys,
            "distinct": self.distinct,
            "coverage_80": asdict(self.coverage_80),
            "variants": [variant.to_dict() for variant in self.variants],
        }
        if self.weighted_journeys is not None:
            facts["weighted_journeys"] = self.weighted_journeys
        if self.weighted_coverage_80 is not None:
            facts["weighted_coverage_80"] = asdict(self.weighted_coverage_80)
        return facts

    def to_arrow(self) -> pa.Table:
        """One row per listed variant."""
        rows = [
            {
                "rank": row.rank,
                "steps": list(row.steps),
                "journeys": row.journeys,
                "share": row.share,
                "seconds_median": row.median_seconds,
                "weighted_journeys": row.weighted_journeys,
                "weighted_share": row.weighted_share,
            }
            for row in self.variants
        ]
        return pa.Table.from_pylist(rows, schema=SCHEMA)


SCHEMA = pa.schema(
    [
        ("rank", pa.int64()),
        ("steps", pa.list_(pa.string())),
        ("journeys", pa.int64()),
        ("share", pa.float64()),
        ("seconds_median", pa.float64()),
        ("weighted_journeys", pa.float64()),
        ("weighted_share", pa.float64()),
    ]
)


# --- scan, merge, finish: variants from the steps themselves ------------------------------------------------------


@dataclass(frozen=True)
class Summary:
    """Distinct sequences of a run of journeys, in any order, each with the spans of its journeys.

    ``members`` keeps the number of each journey's sequence, for the build that stores them; it is lost by merging.
    """

    offsets: NDArray[np.int64]  # (distinct + 1,)
    steps: NDArray[np.uint16]  # the sequences, one behind the other
    counts: NDArray[np.int64]  # (distinct,)
    spans: NDArray[np.int64]  # (journeys,) microseconds from first to last event, grouped by sequence
    weighted: NDArray[np.float64] | None = None
    members: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, np.int32))

    @property
    def distinct(self) -> int:
        return len(self.counts)


def scan(batch: Batch) -> Summary:
    """The distinct sequences of one batch."""
    journeys = batch.journeys
    members = np.empty(journeys, np.int32)
    examples = np.empty(journeys, np.int64)
    selected = mask_of(batch)
    distinct = sequences.group(frozen(batch.offsets), frozen(batch.steps), selected, members, examples)
    offsets, steps = runs_of(batch.offsets, batch.steps, examples[:distinct])
    spans = _spans(batch.offsets, batch.times)
    counts, weighted = count(members, selected, weights_of(batch), distinct)
    grouped = _group(members, spans, selected, counts)
    return Summary(offsets, steps, counts, grouped, None if batch.weights is None else weighted, members)


def runs_of(
    offsets: NDArray[np.int64], steps: NDArray[np.uint16], chosen: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
    """Offsets and steps of the chosen runs, one behind the other."""
    lengths = offsets[chosen + 1] - offsets[chosen]
    out_offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    out_steps = np.empty(out_offsets[-1], np.uint16)
    sequences.copy_runs(frozen(offsets), frozen(steps), frozen(chosen), frozen(out_offsets), out_steps)
    return out_offsets, out_steps


def _spans(offsets: NDArray[np.int64], times: NDArray[np.int64]) -> NDArray[np.int64]:
    """Microseconds from the first to the last event of each journey."""
    if len(times) == 0:
        return np.zeros(len(offsets) - 1, np.int64)
    spans = times[np.maximum(offsets[1:] - 1, 0)] - times[np.minimum(offsets[:-1], len(times) - 1)]
    return np.where(offsets[1:] > offsets[:-1], spans, 0)


def count(
    members: NDArray[np.int32], selected: NDArray[np.bool_], weights: NDArray[np.float64], distinct: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Journeys and weight of each sequence."""
    counts, weighted = np.zeros(distinct, np.int64), np.zeros(distinct)
    sequences.count_selected(frozen(members), selected, weights, counts, weighted)
    return counts, weighted


def _group(
    members: NDArray[np.int32],
    spans: NDArray[np.int64],
    selected: NDArray[np.bool_],
    counts: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Spans of the selected journeys, grouped by sequence (the first ``len(counts)`` of them)."""
    ends = np.cumsum(counts)
    grouped = np.empty(ends[-1] if len(ends) else 0, np.int64)
    sequences.spread_by_code(frozen(members), frozen(spans), selected, ends - counts, grouped)
    return grouped


def merge(a: Summary, b: Summary) -> Summary:
    """Both runs' sequences, matched step by step."""
    merged, mapping = join([a, b])
    order = np.argsort(np.repeat(mapping, np.concatenate([a.counts, b.counts])), kind="stable")
    spans = np.concatenate([a.spans, b.spans])[order]
    return Summary(merged.offsets, merged.steps, merged.counts, spans, merged.weighted)


def join(parts: Sequence[Summary]) -> tuple[Summary, NDArray[np.int32]]:
    """The union of the parts' sequences without spans, and the number in it of each part's sequences in turn."""
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int64)
    steps = np.concatenate([part.steps for part in parts])
    mapping = np.empty(len(lengths), np.int32)
    examples = np.empty(len(lengths), np.int64)
    distinct = sequences.group(frozen(offsets), frozen(steps), NO_MASK, mapping, examples)
    counts = np.zeros(distinct, np.int64)
    np.add.at(counts, mapping, np.concatenate([part.counts for part in parts]))
    weighted = _joined_weights(parts, mapping, distinct)
    union = Summary(*runs_of(offsets, steps, examples[:distinct]), counts, np.empty(0, np.int64), weighted)
    return union, mapping


def _joined_weights(
    parts: Sequence[Summary], mapping: NDArray[np.int32], distinct: int
) -> NDArray[np.float64] | None:
    if any(part.weighted is None for part in parts):
        return None
    weighted = np.zeros(distinct)
    np.add.at(
        weighted, mapping, np.concatenate([part.weighted for part in parts if part.weighted is not None])
    )
    return weighted


def ranking(summary: Summary, step_names: Sequence[str]) -> NDArray[np.int64]:
    """The numbers of the sequences, most frequent first; equally frequent ones by the names of their steps."""
    order = np.arange(summary.distinct)
    places = place_of_names(step_names)
    steps = summary.steps if places is None else places.astype(np.uint16)[summary.steps]
    sequences.rank_by_frequency(frozen(summary.counts), frozen(summary.offsets), frozen(steps), order)
    return order


def finish(summary: Summary, step_names: Sequence[str], top: int | None = None) -> VariantsResult:
    """Figures of the ``top`` most frequent variants (None: all)."""
    ranked = ranking(summary, step_names)
    listed = ranked[:top]
    ends = np.cumsum(summary.counts)
    medians = _medians(summary.spans, (ends - summary.counts)[listed], ends[listed])
    offsets, steps = runs_of(summary.offsets, summary.steps, listed)
    weighted = None if summary.weighted is None else summary.weighted[listed]
    weight = None if summary.weighted is None else float(summary.weighted.sum())
    table = VariantTable(
        tuple(step_names),
        offsets,
        steps,
        summary.counts[listed],
        medians,
        int(summary.counts.sum()),
        weighted,
        weight,
    )
    return _result(summary.counts, summary.weighted, table)


def _medians(
    spans: NDArray[np.int64], lows: NDArray[np.int64], highs: NDArray[np.int64]
) -> NDArray[np.float64]:
    """The exact median of each run of spans; reorders them."""
    counts = highs - lows
    values = np.empty((2, len(lows)), np.int64)
    for row, rank in zip(values, ((counts - 1) // 2, counts // 2), strict=True):
        flows.select_ranks(spans, frozen(lows), frozen(highs), frozen(rank), row, 0, len(lows))
    return values.mean(axis=0)


def _result(
    counts: NDArray[np.int64], weighted: NDArray[np.float64] | None, table: VariantTable
) -> VariantsResult:
    """``counts``, ``weighted``: journeys and weight of every variant that occurs, in any order."""
    coverage = Coverage(*_fewest(counts, -(-4 * table.whole // 5)))  # whole journeys: 80 % rounded up
    if weighted is None:
        return VariantsResult(table.whole, len(counts), coverage, table)
    heavy = Coverage(*_fewest(weighted, COVERED * float(weighted.sum())))
    return VariantsResult(table.whole, len(counts), coverage, table, table.whole_weight, heavy)


def _fewest(parts: NDArray[Any], needed: float) -> tuple[int, float]:
    """How many of the largest parts reach ``needed``, and the share of the whole they make."""
    running = np.cumsum(np.sort(parts)[::-1])
    if len(running) == 0 or running[-1] == 0:
        return 0, 0.0
    count = min(int(np.searchsorted(running, needed)) + 1, len(running))
    return count, float(running[count - 1] / running[-1])


# --- ask: variants from the numbers stored at build --------------------------------------------------------------


@dataclass(frozen=True)
class Numbering:
    """The variants of a log, numbered once and for all its journeys."""

    members: NDArray[np.int32]  # (rows,) number of each journey's variant
    offsets: NDArray[np.int64]  # (distinct + 1,)
    steps: NDArray[np.uint16]  # the sequences by number, one behind the other
    by_rank: NDArray[np.int64] | None = None  # the numbers, most frequent first; None: numbers are ranks

    def by_frequency(self, counts: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers that occur, by falling count, equal ones by their rank in the whole log."""
        if self.by_rank is None:
            return np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
        order = np.argsort(-counts[self.by_rank], kind="stable")
        return self.by_rank[order[: np.count_nonzero(counts)]]


@runtime_checkable
class Numbered(Protocol):
    """A view whose log numbers its variants."""

    @property
    def numbering(self) -> Numbering: ...

    @property
    def chosen(self) -> NDArray[np.bool_] | None:
        """(rows,) the selection, else the rows that are live; None for all."""


def ask(view: View, *, top: int | None = None) -> VariantsResult:
    """The ``top`` most frequent variants of the selected journeys (None: all), and how few cover 80 %."""
    if top is not None and top < 0:
        raise BadValue(f"top is {top}: ask for 0 or more variants.")
    if not view.away and isinstance(view, Numbered):  # in this order: the second looks at the numbers
        return _from_numbers(view, view, top)
    return finish(engine.run(view.batches(), scan, merge), view.step_names, top)


def places_of(numbered: Numbered) -> NDArray[np.int32]:
    """(rows,) the place, from 0, of each selected journey's variant in the table that ``ask`` gives; -1 for others."""
    numbers = numbered.numbering
    chosen = np.ones(len(numbers.members), np.bool_) if numbered.chosen is None else numbered.chosen
    counts = np.bincount(numbers.members[chosen], minlength=len(numbers.offsets) - 1)
    ranked = numbers.by_frequency(counts)
    place = np.full(len(counts), -1, np.int32)
    place[ranked] = np.arange(len(ranked))
    return np.where(chosen, place[numbers.members], -1).astype(np.int32)


def _from_numbers(view: View, numbered: Numbered, top: int | None) -> VariantsResult:
    numbers = numbered.numbering
    spans = _column(view, "ended") - _column(view, "started")
    selected = NO_MASK if numbered.chosen is None else frozen(numbered.chosen)
    weights = NO_WEIGHTS if view.weights is None else frozen(view.weights)
    counts, weighted = count(numbers.members, selected, weights, len(numbers.offsets) - 1)
    ranked = numbers.by_frequency(counts)
    listed = ranked[:top]
    place = np.full(len(counts) + 1, -1, np.int32)
    place[listed] = np.arange(len(listed))
    grouped = _group(place[numbers.members], spans, selected, counts[listed])
    ends = np.cumsum(counts[listed])
    table = VariantTable(
        view.step_names, *runs_of(numbers.offsets, numbers.steps, listed), counts[listed],
        _medians(grouped, ends - counts[listed], ends), int(counts.sum()),
        None if view.weights is None else weighted[listed],
        None if view.weights is None else float(weighted.sum()),
    )  # fmt: skip
    return _result(counts[ranked], None if view.weights is None else weighted[ranked], table)


def _column(view: View, name: str) -> NDArray[np.int64]:
    """A column of moments, in microseconds; without a copy when it is in one piece."""
    pieces = [piece.view(pa.int64()).to_numpy() for piece in view.attributes[name].chunks]
    return pieces[0] if len(pieces) == 1 else np.concatenate([np.empty(0, np.int64), *pieces])
