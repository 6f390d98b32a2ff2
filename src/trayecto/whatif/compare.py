"""Comparisons of attempts within strata, for all draws at once. (n,) arrays are draws; the first is the log as it is."""

from __future__ import annotations

import numpy as np

from trayecto.attempts.facts import WEEK, WEEKS, Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.whatif.draws import Draws, Floats

TINY = 1e-12
FEWEST = 5
SEEN = 0.1  # share of the attempts that must have been seen for a day to count it
PRIOR = 0.35  # standard deviation of log ratios of coming back that one expects before looking
SLAB = 0.2  # the same of ratios that may well be 1
GOLDEN = 0.6180339887498949
AGES = 90  # days after a step in which what follows it is counted
DAY = WEEK // 7


def difference(draws: Draws, values: Floats, one: Bools, other: Bools, cell: Ints) -> Floats:
    """The mean of ``values`` in ``one`` less that in ``other``, within cells (Greenland and Robins, 1985); 0 without overlap."""
    (n1, n0), whole = _sizes(draws, one, other, cell)
    s1, s0 = (draws.sums(values, mask, cell, len(n1)) for mask in (one, other))
    among = (n1 * n0 / whole).sum(axis=0)
    return np.where(among > 0, ((s1 * n0 - s0 * n1) / whole).sum(axis=0) / np.maximum(among, TINY), 0.0)


def ratio(draws: Draws, event: Bools, one: Bools, other: Bools, cell: Ints) -> Floats:
    """How many times as often ``event`` is true of ``one`` (Mantel and Haenszel's ratio of risks); 1 without overlap."""
    (n1, n0), whole = _sizes(draws, one, other, cell)
    k1, k0 = (draws.sums(1.0, mask & event, cell, len(n1)) for mask in (one, other))
    up, down = (k1 * n0 / whole).sum(axis=0), (k0 * n1 / whole).sum(axis=0)
    return np.where((up > 0) & (down > 0), up / np.maximum(down, TINY), 1.0)


def _sizes(draws: Draws, one: Bools, other: Bools, cell: Ints) -> tuple[tuple[Floats, Floats], Floats]:
    size = int(cell.max(initial=0)) + 1
    n1, n0 = (draws.sums(1.0, mask, cell, size) for mask in (one, other))
    return (n1, n0), np.maximum(n1 + n0, TINY)


def means(draws: Draws, values: Floats, among: Bools, cell: Ints) -> Floats:
    """(cells, n) the mean of ``values`` in each cell; the mean of all cells where a cell holds nobody."""
    size = int(cell.max(initial=0)) + 1
    n, s = draws.sums(1.0, among, cell, size), draws.sums(values, among, cell, size)
    whole = s.sum(axis=0) / np.maximum(n.sum(axis=0), TINY)
    return np.where(n > 0, s / np.maximum(n, TINY), whole)


def overlap(one: Bools, other: Bools, cell: Ints) -> float:
    """The share of ``one`` that has comparable ones in its cell: at least one of ``other`` for every five."""
    size = int(cell.max(initial=0)) + 1
    n1, n0 = np.bincount(cell[one], minlength=size), np.bincount(cell[other], minlength=size)
    return float(np.minimum(n1, FEWEST * n0).sum() / max(1, n1.sum()))


def ratio_by_age(draws: Draws, one: Bools, other: Bools) -> Floats:
    """How many times as often ``one`` comes back as ``other`` would have by the same number of weeks after the order.

    For groups of different times: coming back of the other follows Kaplan and Meier (1958) within strata.
    """
    facts = draws.facts
    strata = int(facts.stratum.max(initial=0)) + 1
    size = strata * WEEKS
    cell = facts.stratum * WEEKS + facts.weeks
    ended = draws.sums(1.0, other, cell, size).reshape(strata, WEEKS, -1)
    again = draws.sums(1.0, other & facts.following, cell, size).reshape(strata, WEEKS, -1)
    risk = np.cumsum(ended[:, ::-1], axis=1)[:, ::-1]
    came = 1 - np.cumprod(1 - again / np.maximum(risk, TINY), axis=1)
    until = facts.stratum * WEEKS + weeks_seen(facts)
    expected = (draws.sums(1.0, one, until, size) * came.reshape(size, -1)).sum(axis=0)
    seen = draws.count(one & facts.following)
    return np.where((seen > 0) & (expected > 0), seen / np.maximum(expected, TINY), 1.0)


def weeks_seen(facts: Facts) -> Ints:
    """(units,) whole weeks from the order (or the attempt) to the end of the log."""
    since = np.where(facts.ordered, facts.units.ordered, facts.units.began)
    return np.clip((facts.end - since) // WEEK, 0, WEEKS - 1)


def steadied(ratios: Floats) -> Floats:
    """Ratios drawn towards 1 by how uncertain they are (empirical Bayes; Efron and Morris, 1975): the first becomes the mean of what
    is then believed, the others draws of it."""
    logs = np.log(ratios)
    error = _error(logs)
    return np.exp(_drawn_in(logs, PRIOR**2 / (PRIOR**2 + error**2)))


def sure(ratios: Floats) -> Floats:
    """Ratios that may well be 1: a spike there and a slab of 0.2 around it, as likely before looking (Mitchell and Beauchamp, 1988).
    The first becomes the mean of what is then believed, the others draws of it."""
    logs = np.log(ratios)
    error = _error(logs)
    wide = SLAB**2 / (SLAB**2 + error**2)
    odds = np.sqrt(1 - wide) * np.exp(min(0.5 * (logs[0] / error) ** 2 * wide, 50.0))
    believed = odds / (1 + odds)
    found = _drawn_in(logs, wide)
    ranks = (
        np.arange(len(logs)) * GOLDEN
    ) % 1.0  # evenly spread, so that the same question has the same answer
    found[1:] = np.where(ranks[1:] < believed, found[1:], 0.0)
    found[0] *= believed
    return np.exp(found)


def doubted(found: Floats) -> Floats:
    """Differences drawn towards 0 when chance alone would make as much."""
    return _drawn_in(found, found[0] ** 2 / max(found[0] ** 2 + _error(found) ** 2, TINY))


def _error(found: Floats) -> float:
    return max(float(np.std(found[1:])) if len(found) > 1 else 0.0, TINY)


def _drawn_in(found: Floats, share: float) -> Floats:
    """The mean times ``share``, and draws around it whose variance shrinks with it."""
    return np.asarray(share * found[0] + np.sqrt(share) * (found - found[0]))


def excess(
    draws: Draws, unit: Ints, at: Ints, start: Ints, one: Bools, other: Bools, *, in_full: bool = False
) -> Floats:
    """How many more events follow ``start`` in each of ``one`` than would at the rates by day of ``other``.

    ``unit``, ``at``: (events,) whose they are and when. Rates are per day at risk, so that groups of different times compare.
    ``in_full``: also those that will follow after the end of the log, by the rates of days for which enough have been seen.
    """
    facts = draws.facts
    age = np.where(start[unit] < NEVER, (at - np.minimum(start[unit], at)) // DAY, -1)
    age = np.where(at < start[unit], -1, age)
    seen = (age >= 0) & (age <= AGES)
    until = np.minimum(_next(facts), facts.end)
    ends = np.clip((until - np.where(start < NEVER, start, until)) // DAY, 0, AGES)
    tables = []
    for mask in (one, other):
        ended = draws.sums(1.0, mask, ends, AGES + 1)
        happened = _of_events(draws, unit[seen], age[seen], mask)
        tables.append((happened, np.cumsum(ended[::-1], axis=0)[::-1]))
    (k1, n1), (k0, n0) = tables
    rate = np.where(n0 > 0, k0 / np.maximum(n0, TINY), 0.0)
    if in_full:
        seen_days = n1[:, 0] >= SEEN * max(n1[0, 0], 1.0)
        return np.asarray((k1 / np.maximum(n1, TINY) - rate)[seen_days].sum(axis=0))
    return np.asarray((k1 - rate * n1).sum(axis=0) / np.maximum(draws.count(one), TINY))


def _of_events(draws: Draws, unit: Ints, age: Ints, among: Bools) -> Floats:
    """(AGES + 1, n) events by day after the start, of the attempts that are ``among``."""
    chosen = among[unit]
    blocks = len(draws.weights)
    key = age[chosen] * blocks + draws.block[unit[chosen]]
    found = np.bincount(key, minlength=(AGES + 1) * blocks).reshape(AGES + 1, blocks)
    return np.asarray(found @ draws.weights)


def _next(facts: Facts) -> Ints:
    return np.where(facts.following, np.append(facts.units.began[1:], facts.end), facts.end)
