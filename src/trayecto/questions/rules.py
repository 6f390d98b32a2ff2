"""Rules: whether journeys keep to what a design says of the order of two steps and the time between them.

Definitions. ``Needs(step, earlier)``: every ``step`` has an ``earlier`` one somewhere before it (required precedence).
``Forbids(step, after)``: no ``step`` comes after an ``after`` (forbidden precedence: "refund never before inspection" is
``Forbids("inspection", after="refund")``). ``Within(step, since, limit)``: each wait that ``since`` opens is closed by the
next ``step`` within the limit; one that is still open when the log ends breaks the rule once the limit has passed, and
until then concerns nobody. A journey that holds nothing a rule speaks of is not *concerned*.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.conformance.rules import Forbids, Needs, Rule, Within, other_of
from trayecto.kernels import ruling
from trayecto.questions.shares import add_weighted, count_by, share, table_of, without_none
from trayecto.units import SECOND, parse_duration, to_microseconds

KIND_NAMES = {Needs: "needs", Forbids: "forbids", Within: "within"}


@dataclass(frozen=True, slots=True)
class RuleSummary:
    counts: NDArray[np.int64]  # (3,) journeys that kept the rule, broke it, were not concerned
    weighted: NDArray[np.float64] | None
    excess: NDArray[np.int64]  # microseconds, of the journeys that broke a limit


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """``share`` of the concerned journeys that broke the rule; excess beyond the limit in seconds, None without one."""

    kind: str
    step: str
    other: str
    concerned: int
    broken: int
    share: float
    excess_median: float | None = None
    excess_max: float | None = None
    weighted_concerned: float | None = None
    weighted_broken: float | None = None
    weighted_share: float | None = None


@dataclass(frozen=True, slots=True)
class RulesResult:
    """One row per rule, in the order they were asked."""

    journeys: int
    rules: tuple[RuleFigures, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"journeys": self.journeys, "rules": [without_none(rule) for rule in self.rules]}

    def to_arrow(self) -> pa.Table:
        """One row per rule."""
        return table_of(RuleFigures, self.rules)


def ask(view: View, rules: Sequence[Rule]) -> RulesResult:
    """How many journeys of ``view`` keep each rule. Raises UnknownStep, and BadValue for a limit that is none."""
    tests = [judge_of(view, rule) for rule in rules]
    summaries = engine.run(view.batches(), partial(scan, tests=tests), merge)
    journeys = int(np.count_nonzero(view.selection)) if view.selection is not None else _live(view)
    return RulesResult(journeys, tuple(map(_figures, rules, summaries)))


def _live(view: View) -> int:
    if view.live is None:
        return sum(batch.journeys for batch in view.batches())
    return int(np.count_nonzero(view.live))


Judge = partial[tuple[NDArray[np.uint8], NDArray[np.int64]]]


def judge_of(view: View, rule: Rule) -> Judge:
    """What says of the journeys of a batch whether they kept the rule (``kernels.ruling``: KEPT, BROKEN,
    NOT_CONCERNED), and by how much the longest waits were too long."""
    match rule:
        case Needs(step, earlier):
            return partial(_without_excess, ruling.needing, view.code(step), view.code(earlier))
        case Forbids(step, after):
            return partial(_without_excess, ruling.forbidding, view.code(step), view.code(after))
        case Within(step, since, limit):
            as_of = to_microseconds(view.as_of)
            return partial(_timed, view.code(step), view.code(since), parse_duration(limit), as_of)


def _without_excess(
    kernel: Any, step: int, other: int, batch: Batch
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    return kernel(batch, step, other), np.empty(0, np.int64)


def _timed(
    step: int, since: int, limit: int, as_of: int, batch: Batch
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    found, excess = ruling.timing(batch, step, since, limit, as_of)
    return found, excess[excess != ruling.NO_EXCESS]


def scan(batch: Batch, tests: Sequence[Judge]) -> list[RuleSummary]:
    summaries = []
    for test in tests:
        found, excess = test(batch)
        summaries.append(RuleSummary(*count_by(found, 3, batch), excess))
    return summaries


def merge(a: list[RuleSummary], b: list[RuleSummary]) -> list[RuleSummary]:
    return [
        RuleSummary(
            x.counts + y.counts, add_weighted(x.weighted, y.weighted), np.concatenate([x.excess, y.excess])
        )
        for x, y in zip(a, b, strict=True)
    ]


def _figures(rule: Rule, summary: RuleSummary) -> RuleFigures:
    kept, broken = map(int, summary.counts[: ruling.NOT_CONCERNED])
    excess = summary.excess / SECOND
    figures = RuleFigures(
        KIND_NAMES[type(rule)], rule.step, other_of(rule), kept + broken, broken, share(broken, kept + broken),
        float(np.median(excess)) if len(excess) else None, float(excess.max()) if len(excess) else None,
    )  # fmt: skip
    return figures if summary.weighted is None else _weighed(figures, summary.weighted)


def _weighed(figures: RuleFigures, weighted: NDArray[np.float64]) -> RuleFigures:
    kept, broken = map(float, weighted[: ruling.NOT_CONCERNED])
    return replace(
        figures,
        weighted_concerned=kept + broken,
        weighted_broken=broken,
        weighted_share=share(broken, kept + broken),
    )
