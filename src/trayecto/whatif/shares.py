"""A share of the orders of one path goes another way: they fare as comparable orders do there."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import promises_of
from trayecto.errors import BadValue
from trayecto.whatif.among import meets, whole_of
from trayecto.whatif.changes import Share
from trayecto.whatif.compare import TINY, difference, overlap, ratio, steadied
from trayecto.whatif.contrast import ENOUGH, LEAST
from trayecto.whatif.draws import Draws
from trayecto.whatif.moved import Later, Moved, Shift, Timing, by_period
from trayecto.whatif.times import median_days, timing


def move(change: Share, draws: Draws) -> Moved:
    """Raises BadValue for attributes the log does not have, and where nobody comparable goes the other way."""
    facts = draws.facts
    known = facts.ordered & facts.first_of_journey
    here, there = known & meets(facts, change.where), known & meets(facts, change.to)
    cell = draws.cells(facts.codes([one for one in ("region", "first_order") if one not in change.where]))
    _comparable(change, here, there, cell)
    whole = whole_of(facts, change.where, facts.ordered)
    gone = by_period(draws, 1.0, here) * change.share * whole
    kept, asked = (difference(draws, one, there, here, cell) for one in (facts.kept, facts.contacts))
    worth = draws.total(facts.worth, here) / np.maximum(draws.total(facts.kept, here), TINY)
    back = steadied(ratio(draws, facts.following, there, here, cell))
    total = gone.sum(axis=0)
    follows = Later(draws).in_full(here, here) * total * (back - 1)
    moved = np.array([kept * total, asked * total, kept * total * worth]) + follows
    direct = np.abs(moved[:, 0] - follows[:, 0]) * np.array([1.0, 1.0, worth[0]])
    chance = direct + np.abs(follows[:, 0]) * Later(draws).spread
    way = Shift(change.share * here.astype(float), there, cell)
    return Moved(moved, chance, here, _times(change, draws, here, there, cell, whole), shifts=[way])


def _comparable(change: Share, here: Bools, there: Bools, cell: Ints) -> None:
    if min(here.sum(), there.sum()) < LEAST or overlap(here, there, cell) < ENOUGH:
        raise BadValue(
            f"No comparable: too few orders with {_shown(change.to)} in the regions and weeks of those with "
            f"{_shown(change.where)}."
        )


def _shown(where: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in where.items())


def _times(change: Share, draws: Draws, here: Bools, there: Bools, cell: Ints, whole: float) -> list[Timing]:
    """The share late of each promise that surely moves, among all, and the days from order to goal."""
    told = []
    moved = draws.count(here) * change.share * whole
    for promise in promises_of(draws.facts):
        failed, judged = (
            moved * difference(draws, mask.astype(float), there, here, cell)
            for mask in (promise.failed, promise.judged)
        )
        among = draws.count(promise.judged)
        before = draws.count(promise.failed) / np.maximum(among, TINY)
        after = np.clip((before * among + failed) / np.maximum(among + judged, 1.0), 0.0, 1.0)
        low, high = np.percentile((after - before)[1:], (5, 95))
        if low > 0 or high < 0:
            told.append(timing(f"late:{promise.step}", before, after))
    return [*told, _to_goal(change, draws, here, there, cell)]


def _to_goal(change: Share, draws: Draws, here: Bools, there: Bools, cell: Ints) -> Timing:
    """Days from the order to its goal, of the orders that are moved."""
    facts = draws.facts
    goal = facts.units.first(facts.log, facts.goals)
    took = np.where(goal < NEVER, goal, 0) - np.where(facts.ordered, facts.units.ordered, 0)
    done = (goal < NEVER) & facts.ordered
    before = median_days(draws, took, here & done)
    after = median_days(draws, took, there & done)
    return timing("days:goal", before, before + (after - before) * change.share)
