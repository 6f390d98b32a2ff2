"""Alignments: the cheapest explanation of each variant by the design, and so how well journeys keep to it.

Definitions. An *alignment* of a journey takes each of its steps together with the design or *inserts* it, and *skips*
steps that the design asked for; its cost is the sum of the costs of what was inserted and skipped, 1 each unless said
otherwise. The optimal alignment has the least cost (Adriansyah, 2014, "Aligning observed and modeled behavior"). The
*fitness* of a journey is 1 − cost ÷ the cost of inserting all its steps and skipping the cheapest way through the
design. Each distinct variant is aligned once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import View
from trayecto.conformance.automaton import Automaton, compiled
from trayecto.conformance.costs import UNIT, Costs
from trayecto.conformance.paths import Path
from trayecto.errors import BadValue, UnknownStep, did_you_mean
from trayecto.kernels import aligning
from trayecto.kernels.arrays import frozen
from trayecto.questions import variants

KIND_NAMES = ("together", "inserted", "skipped")
OUT_OF_ORDER = "out of order"
LEAST_ALONE = 256  # variants that are not worth another thread


@dataclass(frozen=True, slots=True)
class Move:
    """``kind`` is together, inserted (done, not designed) or skipped (designed, not done)."""

    kind: str
    step: str


@dataclass(frozen=True, slots=True)
class AlignedVariant:
    """One variant with its optimal alignment."""

    steps: tuple[str, ...]
    journeys: int
    cost: float
    fitness: float
    moves: tuple[Move, ...]
    weighted_journeys: float | None = None

    def to_dict(self) -> dict[str, Any]:
        moves = [{"kind": move.kind, "step": move.step} for move in self.moves]
        facts: dict[str, Any] = {
            "steps": list(self.steps), "journeys": self.journeys, "cost": self.cost, "fitness": self.fitness, "moves": moves,
        }  # fmt: skip
        return (
            facts if self.weighted_journeys is None else facts | {"weighted_journeys": self.weighted_journeys}
        )


@dataclass(frozen=True, slots=True)
class StepDeviations:
    """Journeys that skip a step, insert it, or do both: those took it *out of order*, and are in neither other count."""

    step: str
    skipped: int
    inserted: int
    out_of_order: int


@dataclass(frozen=True, eq=False, repr=False)
class AlignmentsResult:
    """``fitness`` is the mean of the journeys', ``log_fitness`` 1 − all costs ÷ all worst costs; ``fitting`` journeys
    cost nothing. Means and shares are weighted where the log is. Variants come most frequent first."""

    journeys: int
    fitting: int
    fitness: float
    log_fitness: float
    cost: float
    table: variants.VariantTable
    costs: NDArray[np.float64]  # (variants,)
    worst: NDArray[np.float64]  # (variants,)
    bounds: NDArray[np.int64]  # (variants + 1,)
    moves: NDArray[np.int32]
    names: tuple[str, ...]  # by code: the log's steps, then those that only the design has
    weighted_journeys: float | None = None

    @property
    def variants(self) -> Sequence[AlignedVariant]:
        return [self.variant(place) for place in range(len(self.table))]

    def variant(self, place: int) -> AlignedVariant:
        """The variant at a place of the table, from 0."""
        one = self.table[place]
        found = self.moves[self.bounds[place] : self.bounds[place + 1]].tolist()
        moves = tuple(Move(KIND_NAMES[move % 3], self.names[move // 3]) for move in found)
        cost = float(self.costs[place])
        fitness = _fitness(cost, float(self.worst[place]))
        return AlignedVariant(one.steps, one.journeys, cost, fitness, moves, one.weighted_journeys)

    @cached_property
    def deviating(self) -> Mapping[str, tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """Skipped, inserted, out of order → places of variants and codes of steps, in pairs: each variant that does
        that to a step."""
        codes, kinds = np.divmod(self.moves.astype(np.int64), aligning.KINDS)
        pairs = np.repeat(np.arange(len(self.table)), np.diff(self.bounds)) * len(self.names) + codes
        skipped, inserted = (
            np.unique(pairs[kinds == kind]) for kind in (aligning.SKIPPED, aligning.INSERTED)
        )
        both = np.intersect1d(skipped, inserted, assume_unique=True)
        found = {
            "skipped": np.setdiff1d(skipped, both, assume_unique=True),
            "inserted": np.setdiff1d(inserted, both, assume_unique=True),
            OUT_OF_ORDER: both,
        }
        return {kind: np.divmod(one, len(self.names)) for kind, one in found.items()}

    @property
    def steps(self) -> tuple[StepDeviations, ...]:
        """What happens to each step that deviates, the most journeys first."""
        counts = np.zeros((3, len(self.names)), np.int64)
        for row, (places, codes) in enumerate(self.deviating.values()):
            np.add.at(counts[row], codes, self.table.counts[places])
        deviating = np.flatnonzero(counts.sum(axis=0)).tolist()
        rows = [StepDeviations(self.names[code], *counts[:, code].tolist()) for code in deviating]
        return tuple(sorted(rows, key=lambda row: (-row.skipped - row.inserted - row.out_of_order, row.step)))

    def to_dict(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "fitness": self.fitness,
            "log_fitness": self.log_fitness,
            "journeys": self.journeys,
            "fitting": self.fitting,
            "cost": self.cost,
            "variants": [variant.to_dict() for variant in self.variants],
        }
        if self.weighted_journeys is not None:
            facts["weighted_journeys"] = self.weighted_journeys
        return facts

    def to_arrow(self) -> pa.Table:
        """One row per variant; its moves as words such as ``skipped refund.paid``."""
        rows = [
            {
                "steps": list(one.steps), "journeys": one.journeys, "weighted_journeys": one.weighted_journeys,
                "cost": one.cost, "fitness": one.fitness, "moves": [f"{move.kind} {move.step}" for move in one.moves],
            }
            for one in self.variants
        ]  # fmt: skip
        return pa.Table.from_pylist(rows, schema=SCHEMA)


SCHEMA = pa.schema(
    [
        ("steps", pa.list_(pa.string())),
        ("journeys", pa.int64()),
        ("weighted_journeys", pa.float64()),
        ("cost", pa.float64()),
        ("fitness", pa.float64()),
        ("moves", pa.list_(pa.string())),
    ]
)


def ask(view: View, design: Path | Automaton, costs: Costs = UNIT) -> AlignmentsResult:
    """The optimal alignment of every variant of the selection with a path or its automaton. Raises BadValue for a cost that is not positive,
    UnknownStep for one of a step that neither the log nor the design has."""
    design = design if isinstance(design, Automaton) else compiled(design)
    table = variants.ask(view).variants
    assert isinstance(table, variants.VariantTable)
    names = (*view.step_names, *(step for step in design.steps if step not in view.step_names))
    inserting, skipping = _by_code(costs.inserted, names), _by_code(costs.skipped, names)
    found = _aligned(table, _edges(design, names), frozen(design.accepting), inserting, skipping)
    return _result(table, found, names, _worst(table, design, names, inserting, skipping))


Found = tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int32]]


def _aligned(
    table: variants.VariantTable,
    edges: aligning.Edges,
    accepting: NDArray[np.bool_],
    inserting: NDArray[np.float64],
    skipping: NDArray[np.float64],
) -> Found:
    """Costs, bounds and moves of all variants; the variants are shared out over the cores by their steps."""
    steps = frozen(table.steps)

    def align(part: tuple[int, int]) -> Found:
        offsets = frozen(table.offsets[part[0] : part[1] + 1])
        return aligning.align(offsets, steps, edges, accepting, inserting, skipping)

    parts = engine.each(align, _parts(table.offsets))
    sizes = np.concatenate([np.zeros(1, np.int64), *(np.diff(bounds) for _, bounds, _ in parts)])
    return (
        np.concatenate([np.empty(0), *(part[0] for part in parts)]),
        np.cumsum(sizes),
        np.concatenate([np.empty(0, np.int32), *(part[2] for part in parts)]),
    )


def _parts(offsets: NDArray[np.int64]) -> list[tuple[int, int]]:
    count = len(offsets) - 1
    wanted = min(4 * engine.cores(), -(-count // LEAST_ALONE)) or 1
    cuts = np.searchsorted(offsets, np.linspace(0, offsets[-1], wanted + 1)[1:-1])
    bounds = [0, *np.clip(cuts, 0, count).tolist(), count]
    return [(low, high) for low, high in pairwise(bounds) if low < high]


def _edges(design: Automaton, names: Sequence[str]) -> aligning.Edges:
    codes = np.array([names.index(step) for step in design.steps], np.int32)
    return frozen(design.sources), frozen(codes[design.labels]), frozen(design.targets)


def _by_code(costs: Mapping[str, float], names: Sequence[str]) -> NDArray[np.float64]:
    found = np.ones(len(names))
    for step, cost in costs.items():
        if step not in names:
            raise UnknownStep(
                f"Neither the log nor the design has a step '{step}'.{did_you_mean(step, names)}"
            )
        if not 0 < cost < np.inf:
            raise BadValue(f"The cost of '{step}' is {cost}: it must be positive.")
        found[names.index(step)] = cost
    return frozen(found)


def _worst(
    table: variants.VariantTable,
    design: Automaton,
    names: Sequence[str],
    inserting: NDArray[np.float64],
    skipping: NDArray[np.float64],
) -> NDArray[np.float64]:
    """What it costs to insert all steps of each variant and to skip the cheapest way through the design."""
    empty = frozen(np.zeros(2, np.int64)), frozen(np.empty(0, np.uint16))
    cheapest = aligning.align(*empty, _edges(design, names), frozen(design.accepting), inserting, skipping)[
        0
    ][0]
    running = np.concatenate(([0.0], np.cumsum(inserting[table.steps])))
    return np.asarray(running[table.offsets[1:]] - running[table.offsets[:-1]] + cheapest)


def _result(
    table: variants.VariantTable, found: Found, names: tuple[str, ...], worst: NDArray[np.float64]
) -> AlignmentsResult:
    costs, bounds, moves = found
    counts = table.counts if table.weighted is None else table.weighted
    fitness = 1 - np.divide(costs, worst, out=np.zeros_like(costs), where=worst > 0)
    whole, all_worst = float(counts.sum()), float(counts @ worst)
    return AlignmentsResult(
        journeys=table.whole,
        fitting=int(table.counts[costs == 0].sum()),
        fitness=float(counts @ fitness) / whole if whole else 1.0,
        log_fitness=_fitness(float(counts @ costs), all_worst),
        cost=float(counts @ costs),
        table=table, costs=costs, worst=worst, bounds=bounds, moves=moves, names=names,
        weighted_journeys=table.whole_weight,
    )  # fmt: skip


def _fitness(cost: float, worst: float) -> float:
    return 1 - cost / worst if worst else 1.0
