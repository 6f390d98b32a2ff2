"""Two sets of journeys side by side: what differs, by how much, and whether chance alone would do as much.

Definition. Of every step and flow, and of the most frequent variants: the share of the journeys of each set that have it,
and, of steps and flows, the median time from the step directly before. Every difference is *b less a*.

- Shares: the interval of each is Wilson's, of the difference Newcombe's (1998), with the effective number of
  journeys. The test is that of two proportions (pooled), its variance multiplied by the design effect of persons, whose
  journeys move together (Rao and Scott, 1992); with one journey a person it is the textbook's. A share is tested where
  both sets have ``least`` journeys and at least five of each kind are expected in each.
- Times: Mood's median test with persons as units, which is what permuting persons between the sets comes to when they
  are many. It is made where both sets have ``least`` such waits of as many persons. The interval of a median is Woodruff's
  (1952), of the difference as above. Times are those of the events, not weighted.
- Of all tests together the false discovery rate is held at 5 % (Benjamini and Hochberg, 1995): ``q`` is the rate at which
  a difference would be the last one marked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.chance import FALSE_DISCOVERIES, LEVEL, difference, q_values, reach, two_sided, wilson
from trayecto.kernels import compare as kernel
from trayecto.kernels.arrays import NO_WEIGHTS, frozen
from trayecto.money import Interval
from trayecto.persons import Marks, PersonBatch, over_persons
from trayecto.questions.map import plan_for
from trayecto.units import SECOND

LEAST = 30
EXPECTED = 5.0
MOST_VARIANTS = 200
SIDES = "sides"  # the mark of a journey: 1 in a, 2 in b, 3 in both
VARIANTS = "variants"  # its variant's place among those compared, or -1


@dataclass(frozen=True)
class Params:
    """The question in arrays; what it knows of each journey are the marks of the batches."""

    n_steps: int
    keys: NDArray[np.int64]
    cells: int
    compared: int  # variants

    @property
    def items(self) -> int:
        return self.n_steps + self.cells + self.compared


@dataclass(frozen=True)
class CountSummary:
    """The first scan: see ``kernels.compare``."""

    table: NDArray[np.float64]
    whole: NDArray[np.float64]


@dataclass(frozen=True)
class Waits:
    """The second scan of one batch: its waits by the step they lead to; those of step ``s`` are ``edges[s]:edges[s + 1]``.
    ``marks``: see ``kernels.compare``."""

    edges: NDArray[np.int64]
    waits: NDArray[np.int64]
    marks: NDArray[np.int64]


@dataclass(frozen=True)
class Difference:
    """``b - a`` with its interval; ``p`` and ``q`` are None where there is too little to test."""

    low: float
    expected: float
    high: float
    p: float | None = None
    q: float | None = None

    @property
    def significant(self) -> bool:
        return self.q is not None and self.q <= FALSE_DISCOVERIES

    def to_dict(self) -> dict[str, Any]:
        told = {name: getattr(self, name) for name in ("low", "expected", "high", "p", "q")}
        return told | {"significant": self.significant}


@dataclass(frozen=True)
class Side:
    """A step, flow or variant in one of the sets. Seconds are from the step directly before; None where there is none."""

    journeys: int
    share: Interval
    events: int = 0
    median: float | None = None
    p90: float | None = None
    weighted_journeys: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told = {"journeys": self.journeys, "share": self.share.to_dict(), "events": self.events}
        told |= {"median": self.median, "p90": self.p90}
        return (
            told if self.weighted_journeys is None else told | {"weighted_journeys": self.weighted_journeys}
        )


@dataclass(frozen=True)
class Compared:
    """What differs in a step (``steps`` holds one), a flow (two) or a variant (all of its steps); ``rank``: the variant's."""

    kind: str  # step, flow, variant
    steps: tuple[str, ...]
    a: Side
    b: Side
    share: Difference
    seconds: Difference | None = None
    rank: int | None = None

    def to_dict(self) -> dict[str, Any]:
        named: dict[str, Any] = {"steps": list(self.steps), "rank": self.rank}
        if self.kind == "step":
            named = {"step": self.steps[0]}
        elif self.kind == "flow":
            named = {"source": self.steps[0], "target": self.steps[1]}
        told = {"a": self.a.to_dict(), "b": self.b.to_dict(), "share": self.share.to_dict()}
        if self.kind == "variant":
            return named | told
        return named | told | {"seconds": None if self.seconds is None else self.seconds.to_dict()}


@dataclass(frozen=True)
class SetFigures:
    """One of the two sets."""

    journeys: int
    persons: int
    weighted_journeys: float | None = None

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {"journeys": self.journeys, "persons": self.persons}
        return (
            told if self.weighted_journeys is None else told | {"weighted_journeys": self.weighted_journeys}
        )


@dataclass(frozen=True)
class CompareResult:
    """Steps and flows by falling journeys of both sets, variants by falling difference. ``both``: journeys in both sets."""

    a: SetFigures
    b: SetFigures
    both: int
    level: float
    tests: int
    steps: tuple[Compared, ...]
    flows: tuple[Compared, ...]
    variants: tuple[Compared, ...]

    def to_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {"a": self.a.to_dict(), "b": self.b.to_dict(), "both": self.both}
        told |= {"level": self.level, "false_discoveries": FALSE_DISCOVERIES, "tests": self.tests}
        for name in ("steps", "flows", "variants"):
            told[name] = [one.to_dict() for one in getattr(self, name)]
        return told

    def to_arrow(self) -> pa.Table:
        """A row per step, flow and variant."""
        return pa.Table.from_pylist([_flat(one) for one in (*self.steps, *self.flows, *self.variants)])


def _flat(one: Compared) -> dict[str, Any]:
    told: dict[str, Any] = {"kind": one.kind, "steps": list(one.steps)}
    for name, side in (("a", one.a), ("b", one.b)):
        told |= {f"{name}_journeys": side.journeys, f"{name}_share": side.share.expected}
        told |= {f"{name}_median": side.median, f"{name}_p90": side.p90}
    for name, found in (("share", one.share), ("seconds", one.seconds)):
        for part in ("expected", "low", "high", "p", "q", "significant"):
            told[f"{name}_{part}"] = None if found is None else getattr(found, part)
    return told


def ask(
    view: View,
    a: NDArray[np.bool_],
    b: NDArray[np.bool_],
    *,
    level: float = LEVEL,
    least: int = LEAST,
    top: int = 20,
) -> CompareResult:
    """What differs between the journeys of two masks (rows,) within the view; ``top``: so many variants are told.

    A journey may be in both. An empty set is no error: there is then nothing to compare, and all its figures are zero.
    """
    batches = view.batches()
    sides = (a.astype(np.uint8) * kernel.A + b.astype(np.uint8) * kernel.B).astype(np.uint8)
    chosen = view.selection if view.selection is not None else view.live
    sides = sides if chosen is None else np.where(chosen, sides, 0).astype(np.uint8)
    plan = plan_for(batches, len(view.step_names), percentiles=False)
    ranks, places = _variants(view, sides)
    params = Params(plan.n_steps, plan.keys, plan.cells, len(ranks))
    marks: Marks = {SIDES: sides, VARIANTS: places}
    counted, waits = over_persons(view, partial(_scan_both, params=params), _merge_both, marks)
    named = Named(view.step_names, ranks, _sequences(view, ranks, places))
    return finish(counted, waits, params, named, (level, least, top, view.weighted))


Both = tuple[CountSummary, tuple[Waits, ...]]


def _scan_both(batch: PersonBatch, params: Params) -> Both:
    return scan(batch, params), rescan(batch, params)


def _merge_both(a: Both, b: Both) -> Both:
    return merge(a[0], b[0]), merge_waits(a[1], b[1])


def scan(batch: PersonBatch, params: Params) -> CountSummary:
    found = CountSummary(np.zeros((params.items, kernel.WIDTH)), np.zeros(12))
    kernel.count(
        frozen(batch.rows), frozen(batch.firsts), frozen(batch.starts), frozen(batch.ends), frozen(batch.steps),
        NO_WEIGHTS if batch.weights is None else frozen(batch.weights), frozen(batch.marks[SIDES]), frozen(batch.marks[VARIANTS]),
        params.n_steps, frozen(params.keys), params.cells, found.table, found.whole,
    )  # fmt: skip
    return found


def merge(a: CountSummary, b: CountSummary) -> CountSummary:
    return CountSummary(a.table + b.table, a.whole + b.whole)


def rescan(batch: PersonBatch, params: Params) -> tuple[Waits, ...]:
    place = frozen(batch.rows), frozen(batch.starts), frozen(batch.ends), frozen(batch.steps)
    counts = np.zeros(params.n_steps, np.int64)
    kernel.waits_before(*place, frozen(batch.marks[SIDES]), counts)
    edges = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    found = Waits(edges, np.empty(int(edges[-1]), np.int64), np.empty(int(edges[-1]), np.int64))
    rows, starts, ends, steps = place
    kernel.gather(
        rows, frozen(batch.firsts), starts, ends, steps, frozen(batch.times), frozen(batch.marks[SIDES]), edges[:-1].copy(),
        found.waits, found.marks,
    )  # fmt: skip
    return (replace(found, marks=found.marks + (batch.beyond << kernel.PERSON_SHIFT)),)


def merge_waits(a: tuple[Waits, ...], b: tuple[Waits, ...]) -> tuple[Waits, ...]:
    """No person is in two of them, so they may stand one behind the other in any order."""
    return a + b


@dataclass(frozen=True)
class Named:
    """What the items are called: step names, and of each variant compared its rank (from 1) and its steps."""

    steps: Sequence[str]
    ranks: Sequence[int]
    sequences: Sequence[tuple[str, ...]]


Asked = tuple[float, int, int, bool]


def finish(
    counted: CountSummary, waits: tuple[Waits, ...], params: Params, named: Named, asked: Asked
) -> CompareResult:
    """``asked``: level of the intervals, fewest journeys of a test, variants told, whether there are weights."""
    level, _least, top, weighted = asked
    shares = Shares(counted.whole, params.n_steps, asked)
    times = _times(waits, params.n_steps, asked)
    both = counted.table[:, kernel.COUNT_A] + counted.table[:, kernel.COUNT_B]
    ranked = sorted(
        (-both[item], one.kind, one.rank or 0, one.steps, one)
        for item in np.flatnonzero(both).tolist()
        for one in [_compared(item, shares.of(counted.table[item]), times, params, named)]
    )
    items, tests = _judged([one for *_place, one in ranked])
    whole = counted.whole
    return CompareResult(
        _set(whole, kernel.ALL_A, weighted), _set(whole, kernel.ALL_B, weighted), int(whole[kernel.BOTH]), level, tests,
        tuple(one for one in items if one.kind == "step"), tuple(one for one in items if one.kind == "flow"),
        tuple(_most_different([one for one in items if one.kind == "variant"])[:top]),
    )  # fmt: skip


def _set(whole: NDArray[np.float64], side: int, weighted: bool) -> SetFigures:
    persons = whole[kernel.PERSONS_A if side == kernel.ALL_A else kernel.PERSONS_B]
    heavy = whole[kernel.WEIGHT_A if side == kernel.ALL_A else kernel.WEIGHT_B]
    return SetFigures(int(whole[side]), int(persons), float(heavy) if weighted else None)


def _most_different(variants: Iterable[Compared]) -> list[Compared]:
    return sorted(
        variants, key=lambda one: (not one.share.significant, -abs(one.share.expected), one.rank or 0)
    )


def _compared(
    item: int, found: tuple[Side, Side, Difference], times: dict[int, Timed], params: Params, named: Named
) -> Compared:
    a, b, share = found
    if item >= params.n_steps + params.cells:
        place = item - params.n_steps - params.cells
        return Compared("variant", named.sequences[place], a, b, share, rank=named.ranks[place])
    names: tuple[str, ...]
    if item < params.n_steps:
        kind, names, key = "step", (named.steps[item],), item
    else:
        cell = item - params.n_steps
        pair = int(params.keys[cell]) if len(params.keys) else cell
        source, target = divmod(pair, params.n_steps)
        kind, names, key = "flow", (named.steps[source], named.steps[target]), params.n_steps + pair
    timed = times.get(key)
    if timed is None:
        return Compared(kind, names, a, b, share)
    return Compared(
        kind, names, replace(a, median=timed.a[0], p90=timed.a[1]), replace(b, median=timed.b[0], p90=timed.b[1]),
        share, timed.difference,
    )  # fmt: skip


def _judged(items: Sequence[Compared]) -> tuple[list[Compared], int]:
    """With the false discovery rate of every test among all of them."""
    tested = (found for one in items for found in (one.share, one.seconds) if found is not None)
    chances = [found.p for found in tested if found.p is not None]
    rates = iter(q_values(chances))
    judged = []
    for one in items:
        share = one.share if one.share.p is None else replace(one.share, q=next(rates))
        seconds = one.seconds
        if seconds is not None and seconds.p is not None:
            seconds = replace(seconds, q=next(rates))
        judged.append(replace(one, share=share, seconds=seconds))
    return judged, len(chances)


@dataclass(frozen=True)
class Shares:
    """Shares of the two sets, their intervals and their test, from the sums over persons."""

    whole: NDArray[np.float64]
    n_steps: int
    asked: Asked

    def of(self, row: NDArray[np.float64]) -> tuple[Side, Side, Difference]:
        level, least, _top, weighted = self.asked
        n, m = float(self.whole[kernel.WEIGHT_A]), float(self.whole[kernel.WEIGHT_B])
        a = self._side(row, kernel.COUNT_A, n, level, weighted)
        b = self._side(row, kernel.COUNT_B, m, level, weighted)
        apart = difference(a.share, b.share)
        p = (
            self._chance(row, n, m)
            if min(self.whole[kernel.ALL_A], self.whole[kernel.ALL_B]) >= least
            else None
        )
        return a, b, Difference(apart.low, apart.expected, apart.high, p)

    def _side(self, row: NDArray[np.float64], at: int, whole: float, level: float, weighted: bool) -> Side:
        first = at == kernel.COUNT_A
        heavy = float(row[kernel.SUM_A if first else kernel.SUM_B])
        events = int(row[kernel.EVENTS_A if first else kernel.EVENTS_B])
        share = heavy / whole if whole else 0.0
        size = self._effective(row, share, whole, first)
        told = wilson(share * size, size, level) or Interval(0.0, 0.0, 1.0)
        return Side(int(row[at]), told, events, weighted_journeys=heavy if weighted else None)

    def _effective(self, row: NDArray[np.float64], share: float, whole: float, first: bool) -> float:
        """So many journeys that do not move together say as much as these do."""
        if not whole:
            return 0.0
        squares, all_squares = (
            (row[kernel.AA], self.whole[kernel.NN]) if first else (row[kernel.BB], self.whole[kernel.MM])
        )
        shared = row[kernel.AN if first else kernel.BM]
        spread = float(squares - 2 * share * shared + share * share * all_squares) / whole**2
        if spread <= 0.0 or not 0.0 < share < 1.0:
            return float(whole**2 / all_squares)
        return share * (1 - share) / spread

    def _chance(self, row: NDArray[np.float64], n: float, m: float) -> float | None:
        pooled = float(row[kernel.SUM_A] + row[kernel.SUM_B]) / (n + m)
        sizes = self.whole[kernel.ALL_A], self.whole[kernel.ALL_B]
        if min(sizes) * min(pooled, 1 - pooled) < EXPECTED:
            return None
        spread = self._spread(row, pooled, n, m)
        if spread <= 0.0:
            return None
        return two_sided((float(row[kernel.SUM_B]) / m - float(row[kernel.SUM_A]) / n) / spread**0.5)

    def _spread(self, row: NDArray[np.float64], pooled: float, n: float, m: float) -> float:
        """The variance of the difference where there is none: between persons, scaled so that with one journey a person
        it is the pooled variance of two proportions."""
        whole, p = self.whole, pooled
        one = row[kernel.AA] - 2 * p * row[kernel.AN] + p * p * whole[kernel.NN]
        other = row[kernel.BB] - 2 * p * row[kernel.BM] + p * p * whole[kernel.MM]
        between = row[kernel.AB] - p * row[kernel.CROSS] + p * p * whole[kernel.NM]
        persons = float(one / n**2 + other / m**2 - 2 * between / (n * m))
        if self.asked[3]:
            return persons
        a, b = float(row[kernel.SUM_A]), float(row[kernel.SUM_B])
        journeys = (a * (1 - p) ** 2 + (n - a) * p * p) / n**2 + (b * (1 - p) ** 2 + (m - b) * p * p) / m**2
        return persons * p * (1 - p) * (1 / n + 1 / m) / journeys if journeys > 0.0 else 0.0


@dataclass(frozen=True)
class Timed:
    """Median and p90 of each set in seconds, and their difference."""

    a: tuple[float | None, float | None]
    b: tuple[float | None, float | None]
    difference: Difference | None


def _times(parts: Sequence[Waits], n_steps: int, asked: Asked) -> dict[int, Timed]:
    """By step code, and by ``n_steps`` + pair of codes for flows."""
    found = engine.each(partial(_times_before, parts=parts, n_steps=n_steps, asked=asked), range(n_steps))
    return {key: timed for one in found for key, timed in one.items()}


def _times_before(step: int, parts: Sequence[Waits], n_steps: int, asked: Asked) -> dict[int, Timed]:
    cuts = [slice(int(one.edges[step]), int(one.edges[step + 1])) for one in parts]
    waits, marks = (
        np.concatenate([getattr(one, name)[cut] for one, cut in zip(parts, cuts, strict=True)])
        for name in ("waits", "marks")
    )
    if not len(waits):
        return {}
    found = {step: _timed(waits, marks, asked)}
    by_source = np.empty_like(waits), np.empty_like(marks)
    edges = np.zeros(n_steps + 1, np.int64)
    kernel.sorted_by_source(n_steps, frozen(waits), frozen(marks), *by_source, edges)
    for source, (low, high) in enumerate(pairwise(edges.tolist())):
        if high > low:
            run = by_source[0][low:high], by_source[1][low:high]
            found[n_steps + source * n_steps + step] = _timed(*run, asked)
    return found


def _timed(waits: NDArray[np.int64], marks: NDArray[np.int64], asked: Asked) -> Timed:
    level, least = asked[:2]
    found = np.zeros(13)
    kernel.side_by_side(frozen(waits), frozen(marks), reach(level), found)
    count_a, count_b, persons_a, persons_b, z = found[[0, 5, 10, 11, 12]].tolist()
    seconds = found / SECOND
    a = (float(seconds[1]), float(seconds[2])) if count_a else (None, None)
    b = (float(seconds[6]), float(seconds[7])) if count_b else (None, None)
    if not count_a or not count_b:
        return Timed(a, b, None)
    apart = difference(
        Interval(seconds[3], seconds[1], seconds[4]), Interval(seconds[8], seconds[6], seconds[9])
    )
    enough = min(count_a, count_b, persons_a, persons_b) >= least
    return Timed(
        a,
        b,
        Difference(
            float(apart.low), float(apart.expected), float(apart.high), two_sided(z) if enough else None
        ),
    )


def _variants(view: View, sides: NDArray[np.uint8]) -> tuple[list[int], NDArray[np.int32]]:
    """The ranks (from 1) of the variants that are compared, and (rows,) the place of each row's among them, or -1."""
    numbers = view.asked(_variant)
    chosen = numbers[sides > 0]
    counts = np.bincount(chosen, minlength=1)
    order = np.lexsort((np.arange(len(counts)), -counts))[:MOST_VARIANTS]
    compared = order[counts[order] > 0]
    places = np.full(max(int(numbers.max()) + 1 if len(numbers) else 1, len(counts)), -1, np.int32)
    places[compared] = np.arange(len(compared))
    return (compared + 1).tolist(), np.where(sides > 0, places[numbers], -1).astype(np.int32)


def _variant(lines: pa.Table) -> NDArray[np.int32]:
    return np.asarray(lines["variant"].to_numpy(), np.int32)


def _sequences(view: View, ranks: Sequence[int], places: NDArray[np.int32]) -> list[tuple[str, ...]]:
    """The steps of each variant compared, from one of its journeys."""
    examples = np.full(len(ranks), -1, np.int64)
    rows = np.flatnonzero(places >= 0)
    examples[places[rows][::-1]] = rows[::-1]
    found: dict[int, tuple[str, ...]] = {}
    for some in engine.over(partial(_sequences_in, examples=examples), view.batches()):
        found |= {place: tuple(view.step_names[code] for code in codes) for place, codes in some.items()}
    return [found[place] for place in range(len(ranks))]


def _sequences_in(batch: Batch, examples: NDArray[np.int64]) -> dict[int, list[int]]:
    """The codes of those of the example rows that lie in the batch, by place."""
    inside = np.flatnonzero((examples >= batch.first) & (examples < batch.first + batch.journeys))
    rows = examples[inside] - batch.first
    bounds = zip(inside.tolist(), batch.offsets[rows].tolist(), batch.offsets[rows + 1].tolist(), strict=True)
    return {place: batch.steps[low:high].tolist() for place, low, high in bounds}
