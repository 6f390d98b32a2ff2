"""Fitting the score: snapshots of the past, a logistic regression, calibration and quality on later time.

Method. Every few days of the log a snapshot is taken; what it is to say is whether a journey leaves the regular path within
the next ``days``. Only snapshots are used whose days were over before the log ended, so that no label is half known. The
last third of them is held out; snapshots whose days reach into it are not used at all. The regression (L2, one indicator
per fact) is fitted on the earlier ones, as strongly bound as says their own last third best when fitted on the rest. All held-out journeys calibrate the
card (Platt, 1999); it is measured on them in two halves, by person, each by the line that the other calibrates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.flat import Bools
from trayecto.leaving.scorecard import Floats, Scorecard, chances, quality_of, usual_points
from trayecto.leaving.snapshots import DAY, HOUR, Known, Watcher
from trayecto.log.journeylog import JourneyLog
from trayecto.regular.standing import Standing
from trayecto.units import to_datetime, to_microseconds

MOST_DAYS = 10
PART = 5  # of the log's time, at most, is looked ahead
EVERY = 61 * HOUR  # between snapshots: no round number of days, so that all hours and weekdays are met
HELD_OUT = 1 / 3
MOST_ROWS = 60_000  # journeys at a moment that are fitted on
LEAST = 200  # of them, and 20 of either kind
STRENGTHS = (0.001, 0.003, 0.01, 0.03)  # inverse of the penalty
LIKELY = 0.5
TIMES = 2.0  # the usual share


@dataclass(frozen=True, eq=False)
class _Part:
    known: list[Known]
    left: Bools
    person: NDArray[np.int64]


def fit(log: JourneyLog, seed: int = 1) -> Scorecard:
    """The score of the open journeys of a log that a blueprint built. Raises BadValue where too little is known."""
    standing = Standing.of(log)
    watcher = Watcher(standing)
    end = to_microseconds(log.as_of)
    begun = standing.begins[standing.begun]
    if not len(begun) or not standing.goal:
        raise BadValue("No journey of this log has begun, so there is nothing to learn from.")
    start = int(begun.min())
    ahead = min(MOST_DAYS * DAY, (end - start) // PART)
    moments = np.arange(start + DAY, end - ahead + 1, EVERY)
    first_held_out = moments[int(len(moments) * (1 - HELD_OUT))] if len(moments) else end
    early = _part(watcher, moments[moments + ahead <= first_held_out], ahead, seed)
    late = _part(watcher, moments[moments >= first_held_out], ahead, seed)
    _require(early, late)
    return _card(early, late, ahead, int(first_held_out))


def _require(*parts: _Part) -> None:
    for part in parts:
        if len(part.left) < LEAST or min(part.left.sum(), (~part.left).sum()) < 20:
            raise BadValue(
                "Too few journeys were under way in this log's past to learn which ones leave the regular path: "
                f"{len(part.left)} of which {int(part.left.sum())} left; {LEAST} and 20 of either kind are needed."
            )


def _part(watcher: Watcher, moments: NDArray[np.int64], ahead: int, seed: int) -> _Part:
    """The snapshots at these moments, thinned at random to what is needed."""
    rows = [watcher.under_way(int(at)) for at in moments]
    whole = sum(map(len, rows))
    chance = np.random.default_rng(seed)
    keep = min(1.0, MOST_ROWS / max(whole, 1))
    rows = [one[chance.random(len(one)) < keep] for one in rows]
    pairs = [(int(at), one) for at, one in zip(moments, rows, strict=True) if len(one)]
    known = [watcher.known(at, one) for at, one in pairs]
    left = [watcher.left_by(at + ahead, one) for at, one in pairs]
    person = [watcher.standing.person[one] for _at, one in pairs]
    if not pairs:
        return _Part([], np.zeros(0, np.bool_), np.zeros(0, np.int64))
    return _Part(known, np.concatenate(left), np.concatenate(person))


def _card(early: _Part, late: _Part, ahead: int, held_out: int) -> Scorecard:
    columns = _columns(early.known)
    model = _regression(_indicators(early.known, columns), early.left)
    weights = model.coef_[0].tolist()
    points: dict[str, dict[str, float]] = {}
    for (name, value), weight in zip(columns, weights, strict=True):
        points.setdefault(name, {})[value] = round(weight, 6)
    intercept = float(model.intercept_[0])
    odds = intercept + _indicators(late.known, columns) @ np.array(weights)
    scores = _crossed(odds, late.left, _half(late.person))
    slope, shift = _line(odds, late.left)
    quality = quality_of(scores, late.left)
    return Scorecard(
        intercept=intercept,
        points=points,
        usual=usual_points(early.known, points),
        slope=slope,
        shift=shift,
        days=round(ahead / DAY, 3),
        likely=min(LIKELY, TIMES * quality.share),
        fitted_until=to_datetime(held_out).isoformat(),
        snapshots=len(early.left),
        quality=quality,
    )


def _columns(known: Sequence[Known]) -> list[tuple[str, str]]:
    """The facts (feature, value) that at least twenty of the journeys show, and not all of them."""
    counts: dict[tuple[str, str], int] = {}
    for one in known:
        for name, (values, places) in one.columns.items():
            for place, count in enumerate(np.bincount(places, minlength=len(values)).tolist()):
                fact = (name, values[place])
                counts[fact] = counts.get(fact, 0) + count
    whole = sum(len(one.rows) for one in known)
    return sorted(fact for fact, count in counts.items() if 20 <= count < whole)


def _indicators(known: Sequence[Known], columns: Sequence[tuple[str, str]]) -> Floats:
    """(journeys, facts) 1 where the journey shows the fact."""
    parts = []
    for one in known:
        part = np.zeros((len(one.rows), len(columns)))
        for place, (name, value) in enumerate(columns):
            values, codes = one.columns[name]
            if value in values:
                part[:, place] = codes == values.index(value)
        parts.append(part)
    return np.concatenate(parts) if parts else np.zeros((0, len(columns)))


def _regression(x: Floats, left: Bools) -> Any:
    """Rows are in order of time: the last third of them chooses how strongly the points are bound."""
    cut = int(len(left) * (1 - HELD_OUT))
    errors = []
    for strength in STRENGTHS:
        model = _fitted(x[:cut], left[:cut], strength)
        errors.append(float(np.mean((model.predict_proba(x[cut:])[:, 1] - left[cut:]) ** 2)))
    return _fitted(x, left, STRENGTHS[int(np.argmin(errors))])


def _fitted(x: Floats, left: Bools, strength: float) -> Any:
    return _logistic(C=strength, max_iter=500).fit(x, left)


def _logistic(**settings: float) -> Any:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise BadValue(
            "The score of open journeys needs scikit-learn: install the extra 'analysis'."
        ) from error
    return LogisticRegression(**settings)


def _half(person: NDArray[np.int64]) -> Bools:
    mixed = person.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    return (mixed >> np.uint64(40)) % np.uint64(2) == 0


def _crossed(odds: Floats, left: Bools, half: Bools) -> Floats:
    """Scores of each half of the persons by the line that the other half calibrates: nobody is measured by themselves."""
    scores = np.zeros(len(odds))
    for measured in (half, ~half):
        slope, shift = _line(odds[~measured], left[~measured])
        scores[measured] = chances(slope * odds[measured] + shift)
    return scores


def _line(odds: Floats, left: Bools) -> tuple[float, float]:
    """Slope and shift that make the odds true; as they are where too few happened to say."""
    if min(left.sum(), (~left).sum()) < 20:
        return 1.0, 0.0
    line = _logistic(C=1e6, max_iter=200).fit(odds[:, None], left)
    return float(line.coef_[0][0]), float(line.intercept_[0])
