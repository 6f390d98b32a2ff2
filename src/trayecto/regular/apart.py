"""What tells exceptional journeys apart before they branch: subgroup discovery over what was known by then.

What is looked at: the segments told by the journey's first event or by its order, the month, the value band where the
order tells it, and which steps came before both the order and the branch. Nothing that happens after the branch is
looked at, nor the branch's own consequences.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.causes import Cause, Feature, coded, find_causes
from trayecto.flat import NEVER, Bools
from trayecto.regular.standing import Standing

MOST_STEPS = 12  # early steps that are looked at: the most frequent ones
SHOWN = 5
LEAST = 100  # journeys of either kind, to look for anything
VERDICTS = ("cause", "look-alike")


@dataclass(frozen=True)
class Apart:
    """``tested`` subgroups stood the test on the other half of the persons; ``groups`` raise the chance to leave the path."""

    tested: int
    groups: tuple[Cause, ...]

    def to_dict(self) -> dict[str, Any]:
        return {"tested": self.tested, "groups": [_told(one) for one in self.groups]}


def _told(one: Cause) -> dict[str, Any]:
    interval = None
    if one.effect is not None:
        interval = {"low": _round(one.low), "expected": _round(one.effect), "high": _round(one.high)}
    return {
        "conditions": [{"attribute": name, "value": value} for name, value in one.conditions],
        "verdict": one.verdict,
        "journeys": one.rows,
        "share": _round(one.mean),
        "more": interval,
        "method": "adjusted" if interval else "association",
    }


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def told_apart(standing: Standing, known: Sequence[Feature], taken: Bools) -> Apart:
    """What of the ``known`` (``known_before``) raises the chance that a decided journey is one of ``taken`` and not regular."""
    rows = np.flatnonzero(standing.decided & (taken | standing.regular))
    outcome = taken[rows].astype(float)
    if min(outcome.sum(), len(outcome) - outcome.sum()) < LEAST:
        return Apart(0, ())
    features = [_of(one, rows) for one in known]
    found = find_causes(features, outcome, standing.person[rows], comparable=("period",))
    shown = [one for one in found.causes if one.verdict in VERDICTS]
    return Apart(found.tested, tuple(shown[:SHOWN]))


def _of(feature: Feature, rows: NDArray[np.int64]) -> Feature:
    return Feature(feature.name, feature.values, feature.codes[rows], feature.order)


def known_before(standing: Standing, features: Sequence[Feature]) -> Sequence[Feature]:
    """(rows,) all that is looked at: the circumstances ``features``, and early steps. These are known first, what the order
    tells after them."""
    told = [Feature(one.name, one.values, one.codes, 1) for one in features]
    return [*told, *_early_steps(standing)]


def _early_steps(standing: Standing) -> list[Feature]:
    """(rows,) whether each of the most frequent presale steps happened before the order and before any branch."""
    flat, off = standing.flat, {*standing.off_path, *standing.anchors, *standing.goal}
    until = np.minimum(standing.begins, standing.leaves)
    early = flat.times < np.where(until < NEVER, until, 0)[flat.row_of]
    counts = np.bincount(flat.steps[early], minlength=len(standing.log.step_names))
    known = [standing.log.step_names[code] for code in np.argsort(-counts, kind="stable") if counts[code]]
    presale = [step for step in known if _is_presale(standing, step) and step not in off]
    return [_happened(standing, step, early) for step in presale[:MOST_STEPS]]


def _is_presale(standing: Standing, step: str) -> bool:
    touchpoint = standing.blueprint.by_key.get(step)
    return touchpoint is not None and touchpoint.phase == "presale"


def _happened(standing: Standing, step: str, early: Bools) -> Feature:
    flat = standing.flat
    rows = flat.row_of[early & flat.is_one_of([step])]
    there = np.bincount(rows, minlength=flat.rows) > 0
    return coded(f"before: {step}", ("no", "yes"), there.astype(np.int64))
