"""Change points of one series.

Method. PELT on the standardised gaps (Killick, Fearnhead and Eckley, 2012; the library ruptures) proposes days; each is put
where the weighted likelihood of a change between its neighbours is greatest (Hinkley, 1970) and tested: how often do the
residuals, their days shuffled and widened by how much more weeks vary than days, reach as much anywhere? The least certain is dropped until all stand. A change must also fit
better than a steady trend. The days on which the change could as well have been are those whose likelihood ratio is within
the limit of the random walk around a change (90 %).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trayecto.changes.chance import orders
from trayecto.changes.series import Series
from trayecto.errors import BadValue

Floats = NDArray[np.float64]
LEAST_DAYS = 14  # on each side of a change
PENALTY = 3.0  # × log(days), in units of the noise
FIRST_SHUFFLES = 400
FEW = 2  # reached more often among the first shuffles, a gain is chance
LIMIT_90 = 5.94  # of twice the log likelihood ratio around a change
SEED = 1970


@dataclass(frozen=True)
class Break:
    """``day``: the first day of the new level, between ``earliest`` and ``latest``. The old level runs since ``since``, the
    new one until ``until``. ``p``: how often chance reaches as much anywhere in the series."""

    day: int
    earliest: int
    latest: int
    since: int
    until: int
    p: float


def breaks_of(series: Series, alpha: float) -> list[Break]:
    """The changes that chance would make with probability ``alpha`` at most, by time."""
    gap, room = series.gap, series.room
    if len(gap) < 2 * LEAST_DAYS or not room.any():
        return []
    days = _proposed(gap, room)
    while days:
        days = _placed(gap, room, days)
        gains = np.array([_window_gain(gap, room, *one)[1] for one in _windows(days, len(gap))])
        steady = [_is_steady(gap, room, *one) for one in _windows(days, len(gap))]
        chances = [
            1.0 if trend else p
            for p, trend in zip(_chances(gap, room, days, gains, alpha), steady, strict=True)
        ]
        worst = max(range(len(days)), key=lambda place: (chances[place], -gains[place]))
        if chances[worst] <= alpha:
            return [_told(gap, room, days, place, p) for place, p in enumerate(chances)]
        days = [*days[:worst], *days[worst + 1 :]]
    return []


def _proposed(gap: Floats, room: Floats) -> list[int]:
    try:
        import ruptures
    except ImportError as error:
        raise BadValue("Change points need the library ruptures: install the extra 'analysis'.") from error
    standard = np.where(room > 0, gap / np.sqrt(np.maximum(room, 1e-12)), 0.0)
    noise = float(np.median(np.abs(np.diff(standard)))) * 1.4826 / np.sqrt(2)
    penalty = PENALTY * np.log(len(gap)) * max(noise, 1e-6) ** 2
    model = ruptures.KernelCPD(kernel="linear", min_size=LEAST_DAYS).fit(standard.reshape(-1, 1))
    return [int(day) for day in model.predict(pen=penalty)[:-1]]


def _windows(days: list[int], whole: int) -> list[tuple[int, int]]:
    """For each change, from the one before to the one after."""
    edges = [0, *days, whole]
    return [(edges[place], edges[place + 2]) for place in range(len(days))]


def _placed(gap: Floats, room: Floats, days: list[int]) -> list[int]:
    return [_window_gain(gap, room, *window)[0] for window in _windows(days, len(gap))]


def gains_of(gap: Floats, room: Floats) -> Floats:
    """(…, days) how much better two levels fit than one, when the second begins on each day (twice the log likelihood ratio
    in units of ``room``); 0 where a side is too short."""
    total = gap.sum(axis=-1, keepdims=True), room.sum(axis=-1, keepdims=True)
    level = total[0] / np.maximum(total[1], 1e-12)
    sums = np.cumsum(gap - room * level, axis=-1)
    part = np.cumsum(room, axis=-1)
    spread = part * (1 - part / np.maximum(total[1], 1e-12))
    found = np.zeros_like(gap)
    found[..., 1:] = np.where(spread > 1e-9, sums**2 / np.maximum(spread, 1e-9), 0.0)[..., :-1]
    found[..., :LEAST_DAYS] = 0
    found[..., gap.shape[-1] - LEAST_DAYS + 1 :] = 0
    return found


def _window_gain(gap: Floats, room: Floats, first: int, last: int) -> tuple[int, float]:
    gains = gains_of(gap[first:last], room[first:last])
    day = int(np.argmax(gains))
    return first + day, float(gains[day])


def _is_steady(gap: Floats, room: Floats, first: int, last: int) -> bool:
    """Whether a steady trend fits at least as well as a change."""
    part, weight = gap[first:last], room[first:last]
    time = np.arange(last - first, dtype=float)
    time -= (time * weight).sum() / max(weight.sum(), 1e-12)
    trend = (part * time).sum() ** 2 / max((weight * time**2).sum(), 1e-12)
    return bool(trend >= _window_gain(gap, room, first, last)[1])


def _residuals(gap: Floats, room: Floats, days: list[int]) -> Floats:
    edges = [0, *days, len(gap)]
    left = gap.copy()
    for first, last in pairwise(edges):
        left[first:last] -= room[first:last] * gap[first:last].sum() / max(room[first:last].sum(), 1e-12)
    return left


def _chances(gap: Floats, room: Floats, days: list[int], gains: Floats, alpha: float) -> list[float]:
    """How often residuals, their days shuffled, reach each gain, when whole weeks vary as much more than days as they do."""
    left = _residuals(gap, room, days)
    widened = _weekly(left, room, len(days)) * len(gap) / max(len(gap) - 8 * len(days), 1)
    count = max(20_000, round(3 / alpha))
    reached, shuffled = np.zeros(len(days)), 0
    for wanted in (FIRST_SHUFFLES, count):
        chance = np.random.default_rng(SEED + wanted)
        reached, shuffled = np.zeros(len(days)), wanted
        for order in orders(np.arange(len(gap)), wanted, chance):
            most = gains_of(left[order], room[order]).max(axis=1) * widened
            reached += (most[:, None] >= gains[None, :]).sum(axis=0)
        if reached.max() > FEW:
            break
    return ((1 + reached) / (1 + shuffled)).tolist()


def _weekly(left: Floats, room: Floats, fitted: int) -> float:
    """How much more weeks vary than their days, and days at least as chance has it (1 or more)."""
    by_day = _noise(left, room, fitted)
    weeks = np.arange(len(left)) // 7
    by_week = _noise(
        np.bincount(weeks, left).astype(np.float64), np.bincount(weeks, room).astype(np.float64), fitted
    )
    return max(by_week, by_day, 1.0) / max(by_day, 1e-9)


def _noise(left: Floats, room: Floats, fitted: int) -> float:
    """The variance of residuals in units of ``room``."""
    used = room > 0
    return float((left[used] ** 2 / room[used]).sum()) / max(1, int(used.sum()) - fitted - 1)


def _told(gap: Floats, room: Floats, days: list[int], place: int, p: float) -> Break:
    first, last = _windows(days, len(gap))[place]
    gains = gains_of(gap[first:last], room[first:last])
    noise = _noise(_residuals(gap, room, days), room, len(days))
    near = np.flatnonzero(gains >= gains.max() - LIMIT_90 * max(noise, 1e-9))
    return Break(days[place], first + int(near.min()), first + int(near.max()), first, last, p)
