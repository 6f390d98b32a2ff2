"""The score: an additive card of points per known fact, a calibration line, and its measured quality; JSON in and out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.leaving.snapshots import Known

Floats = NDArray[np.float64]
REASONS = 3
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Reason:
    """A fact that raises the score: ``points`` of log-odds beyond what is usual for the feature."""

    feature: str
    value: str
    points: float


@dataclass(frozen=True, slots=True)
class Bin:
    """A tenth of the held-out journeys by score: what was said, and what happened."""

    journeys: int
    said: float
    happened: float


@dataclass(frozen=True, slots=True)
class Quality:
    """On later time than the card was fitted on. ``brier``: mean squared error of the score; ``base_brier``: of always saying
    the share that left (``share``). ``auc``: the chance that who left scores above who did not."""

    journeys: int
    share: float
    brier: float
    base_brier: float
    auc: float
    calibration: tuple[Bin, ...]


@dataclass(frozen=True)
class Scorecard:
    """``points``: feature → value → log-odds; what it does not name has 0. ``usual``: feature → mean points when fitted. ``slope``,
    ``shift``: the calibration of the sum. ``likely``: the score from which a journey is said to be likely to leave within
    ``days``."""

    intercept: float
    points: Mapping[str, Mapping[str, float]]
    usual: Mapping[str, float]
    slope: float
    shift: float
    days: float
    likely: float
    fitted_until: str
    snapshots: int
    quality: Quality

    def scores(self, known: Known) -> Floats:
        """(rows,) the chance of each journey to leave the regular path within ``days``."""
        return chances(self.slope * (self.intercept + self.raw(known).sum(axis=1)) + self.shift)

    def raw(self, known: Known) -> Floats:
        """(rows, features) the points of each fact."""
        columns = []
        for name in self.points:
            values, places = known.columns.get(name, (("",), np.zeros(len(known.rows), np.int64)))
            told = self.points[name]
            columns.append(np.array([told.get(value, 0.0) for value in values])[places])
        return np.stack(columns, axis=1) if columns else np.zeros((len(known.rows), 0))

    def reasons(self, known: Known) -> list[tuple[Reason, ...]]:
        """(rows,) the facts that raise each score most, at most three."""
        names = tuple(self.points)
        beyond = self.raw(known) - np.array([self.usual.get(name, 0.0) for name in names])
        best = np.argsort(-beyond, axis=1, kind="stable")[:, :REASONS]
        return [
            tuple(
                Reason(names[place], self._value(known, names[place], row), float(beyond[row, place]))
                for place in places
                if beyond[row, place] > 0
            )
            for row, places in enumerate(best.tolist())
        ]

    def _value(self, known: Known, name: str, row: int) -> str:
        if name not in known.columns:
            return ""
        values, places = known.columns[name]
        return values[int(places[row])]

    def to_dict(self) -> dict[str, Any]:
        return {"format": FORMAT, **asdict(self)}

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> Scorecard:
        """Raises BadValue for what ``to_dict`` did not write."""
        if told.get("format") != FORMAT:
            raise BadValue(f"This is no score of format {FORMAT}: fit it anew.")
        quality = dict(told["quality"])
        quality["calibration"] = tuple(Bin(**one) for one in quality["calibration"])
        fields = {name: value for name, value in told.items() if name not in {"format", "quality"}}
        return cls(**fields, quality=Quality(**quality))


def chances(odds: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(odds, -30, 30))))


def quality_of(scores: Floats, left: NDArray[np.bool_], bins: int = 10) -> Quality:
    """How good scores were, against what happened."""
    share = float(left.mean())
    order = np.argsort(scores, kind="stable")
    parts = [part for part in np.array_split(order, bins) if len(part)]
    table = tuple(Bin(len(part), float(scores[part].mean()), float(left[part].mean())) for part in parts)
    return Quality(
        journeys=len(left),
        share=share,
        brier=float(np.mean((scores - left) ** 2)),
        base_brier=share * (1 - share),
        auc=_auc(scores, left),
        calibration=table,
    )


def _auc(scores: Floats, left: NDArray[np.bool_]) -> float:
    """Mann and Whitney's statistic, ties counted half; 0.5 where only one kind is there."""
    ones, others = int(left.sum()), int((~left).sum())
    if not ones or not others:
        return 0.5
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[place]
    return float((ranks[left].sum() - ones * (ones + 1) / 2) / (ones * others))


def usual_points(known: Sequence[Known], card: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """Feature → mean points over the snapshots."""
    found = {}
    for name, told in card.items():
        sums = [
            float(np.array([told.get(v, 0.0) for v in one.columns[name][0]])[one.columns[name][1]].sum())
            for one in known
        ]
        found[name] = sum(sums) / max(1, sum(len(one.rows) for one in known))
    return found
