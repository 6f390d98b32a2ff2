"""``deviations``: fitness, and each deviation with its journeys, its department, its delay and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.blueprint import Blueprint, JourneyType
from trayecto.designed import blueprint_of
from trayecto.deviations.beside import Beside, Sample, beside, share
from trayecto.deviations.found import KINDS, Deviation, Found, find
from trayecto.deviations.outcomes import outcomes_of, persons_of, strata_of
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval
from trayecto.questions.alignments import AlignedVariant

METHOD = "association"
BINS = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
VARIANTS = 30


@dataclass(frozen=True, slots=True)
class DeviationFigures:
    """``beside``: days (extra time to the goal), goal, contacts, score; None without comparable journeys."""

    deviation: Deviation
    department: str | None
    journeys: int
    share: Interval  # of the judged journeys
    beside: Mapping[str, Beside | None]

    def to_dict(self) -> dict[str, Any]:
        one = self.deviation
        told = {name: found and found.to_dict() for name, found in self.beside.items()}
        return {
            "kind": one.kind, "step": one.step, "rule": one.rule or None, "other": one.other or None,
            "department": self.department, "journeys": self.journeys, "share": self.share.to_dict(),
            "delay_days": told.pop("days", None), "outcomes": told, "method": METHOD,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Total:
    """Journeys with at least one deviation of a kind, or of a department."""

    name: str | None
    journeys: int
    share: Interval

    def to_dict(self, called: str) -> dict[str, Any]:
        return {called: self.name, "journeys": self.journeys, "share": self.share.to_dict()}


@dataclass(frozen=True, slots=True)
class Bin:
    """Journeys with a fitness from ``low`` (included) to ``high`` (not included, but for 1: those that fit exactly)."""

    low: float
    high: float
    journeys: int


@dataclass(frozen=True, eq=False)
class DeviationsResult:
    """``fitness`` is the mean of the judged journeys'; ``open`` ones are not judged, nor are those that ``began_before`` the log
    (whose first events lie within ``began_within_days`` of its beginning). ``fitting``: aligned without a cost;
    ``conforming``: these, in time and within the rules."""

    judged: int
    open: int
    began_before: int
    began_within_days: float
    fitness: float
    log_fitness: float
    fitting: int
    conforming: int
    conforming_share: Interval
    bins: tuple[Bin, ...]
    deviations: tuple[DeviationFigures, ...]
    by_kind: tuple[Total, ...]
    by_department: tuple[Total, ...]
    variants: Mapping[
        int, AlignedVariant
    ]  # the most frequent that deviate, by their places among all aligned ones

    def to_dict(self) -> dict[str, Any]:
        return {
            "journeys": self.judged, "open": self.open,
            "began_before": self.began_before, "began_within_days": self.began_within_days,
            "fitness": self.fitness, "log_fitness": self.log_fitness,
            "fitting": self.fitting, "conforming": self.conforming, "conforming_share": self.conforming_share.to_dict(),
            "fitness_of_journeys": [{"low": b.low, "high": b.high, "journeys": b.journeys} for b in self.bins],
            "deviations": [one.to_dict() for one in self.deviations],
            "by_kind": [one.to_dict("kind") for one in self.by_kind],
            "by_department": [one.to_dict("department") for one in self.by_department],
            "variants": [{"place": place} | one.to_dict() for place, one in self.variants.items()],
        }  # fmt: skip


def deviations(log: JourneyLog) -> DeviationsResult:
    """The deviations of a log from the blueprint it was built by. Raises BadValue where that has no path."""
    return ask(log, *blueprint_of(log))


def ask(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> DeviationsResult:
    """How the selected journeys deviate from a design. Raises BadValue where it has no path for them."""
    return finish(find(log, blueprint, journey_type))


def finish(found: Found) -> DeviationsResult:
    """The figures of what was found, the most frequent deviation first."""
    weights = found.log.weights
    sample = Sample(
        strata_of(found.log), persons_of(found.log),
        np.ones(found.log.total_rows) if weights is None else weights,
    )  # fmt: skip
    every = list(found)
    assert found.conforming is not None  # looked for once, before the threads ask for it
    rows = engine.each(partial(_figures, found=found, sample=sample, outcomes=outcomes_of(found)), every)
    departments = {one: found.department(one) for one in every}
    aligned = found.alignments
    return DeviationsResult(
        judged=aligned.journeys, open=found.open,
        began_before=int(np.count_nonzero(found.unseen)), began_within_days=round(found.unseen_days, 3),
        fitness=aligned.fitness, log_fitness=aligned.log_fitness,
        fitting=aligned.fitting, conforming=int(np.count_nonzero(found.conforming)),
        conforming_share=share(found.conforming, found.judged, sample),
        bins=_bins(found.fitness[found.judged]),
        deviations=tuple(sorted((row for row in rows if row.journeys), key=_place)),
        by_kind=_totals(found, sample, {kind: [d for d in every if d.kind == kind] for kind in KINDS}),
        by_department=_totals(found, sample, _grouped(departments)),
        variants={at: aligned.variant(at) for at in np.flatnonzero(aligned.costs > 0)[:VARIANTS].tolist()},
    )  # fmt: skip


def _place(row: DeviationFigures) -> tuple[Any, ...]:
    return -row.journeys, KINDS.index(row.deviation.kind), row.deviation


def _figures(
    one: Deviation, *, found: Found, sample: Sample, outcomes: Mapping[str, NDArray[np.float64]]
) -> DeviationFigures:
    mask = found.mask(one)
    compared = {name: beside(values, sample, mask, found.conforming) for name, values in outcomes.items()}
    journeys = int(np.count_nonzero(mask))
    return DeviationFigures(one, found.department(one), journeys, share(mask, found.judged, sample), compared)


def _grouped(departments: Mapping[Deviation, str | None]) -> dict[str | None, list[Deviation]]:
    groups: dict[str | None, list[Deviation]] = {}
    for deviation, department in departments.items():
        groups.setdefault(department, []).append(deviation)
    return groups


def _totals(found: Found, sample: Sample, groups: Mapping[Any, Sequence[Deviation]]) -> tuple[Total, ...]:
    """Journeys of several deviations of a group count once."""
    totals = []
    for name, group in groups.items():
        mask = np.zeros(found.log.total_rows, np.bool_)
        for deviation in group:
            mask |= found.mask(deviation)
        totals.append(Total(name, int(np.count_nonzero(mask)), share(mask, found.judged, sample)))
    return tuple(sorted(totals, key=lambda one: -one.journeys))


def _bins(fitness: NDArray[np.float64]) -> tuple[Bin, ...]:
    exact = int(np.count_nonzero(fitness >= 1))
    counts = np.histogram(np.clip(fitness[fitness < 1], 0, 1), BINS)[0].tolist()
    pairs = zip(BINS, BINS[1:], counts, strict=False)
    return (*(Bin(low, high, count) for low, high, count in pairs), Bin(1.0, 1.0, exact))
