"""Since when more support contacts follow a step than before, compared at the same age.

Method. For each step, contacts nobody has explained that follow it within some days are counted by the day of the
step. If from some day on the rate is higher, the day is where a Poisson likelihood ratio is greatest (Hinkley, 1970);
how often chance reaches as much is told by shuffling whole weeks. Of several steps of the same attempts the one is
blamed whose contacts come soonest after it, against before.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools
from trayecto.demand.contacts import Contacts
from trayecto.demand.rules import Fits, within_after

WITHIN = 3  # days after the step
LEAST_DAYS = 10  # on each side of a change
LIFT = 2.0  # a lower rise is not named: most of these contacts would have come anyway
LEAST_CONTACTS = 15  # more than expected
SHUFFLES = 400
CHANCE = 0.0025


@dataclass(frozen=True)
class Change:
    """``since``: the first day, in microseconds; ``before``, ``after``: contacts per step; ``lift`` their ratio."""

    step: str
    since: int
    before: float
    after: float
    excess: float

    @property
    def lift(self) -> float:
        return self.after / self.before if self.before > 0 else float("inf")


def changes_of(facts: Facts, contacts: Contacts, open_: Bools) -> list[Change]:
    """Changes of what follows internal and transaction steps among contacts that are ``open_``; the steepest first, one
    for each set of contacts."""
    found = []
    for touchpoint in facts.blueprint.measured:
        if touchpoint.nature in {"internal", "transaction"} and touchpoint.key in facts.log.stored.code_of:
            change = _change(facts, contacts, open_, touchpoint.key)
            found += [change] if change else []
    return sorted(found, key=lambda one: -one.excess)


def follows(facts: Facts, step: str, since: int = 0) -> Fits:
    """Within days of the step, where it came at ``since`` or later."""
    at = facts.units.first(facts.log, [step])
    return within_after(np.where(at >= since, at, NEVER), WITHIN * DAY)


def _change(facts: Facts, contacts: Contacts, open_: Bools, step: str) -> Change | None:
    first = facts.units.first(facts.log, [step])
    seen = (first < NEVER) & (first < facts.end - WITHIN * DAY)
    if seen.sum() < 2 * LEAST_DAYS:
        return None
    origin = int(first[seen].min() // DAY)
    days = int((first[seen].max() // DAY) - origin + 1)
    unit = np.maximum(contacts.unit, 0)
    mine = open_ & (contacts.unit >= 0) & seen[unit] & follows(facts, step)(unit, contacts.at)
    base = np.bincount(first[seen] // DAY - origin, minlength=days).astype(float)
    count = np.bincount(first[contacts.unit[mine]] // DAY - origin, minlength=days).astype(float)
    day = _break(base, count)
    if day is None:
        return None
    before = count[:day].sum() / base[:day].sum()
    after = count[day:].sum() / base[day:].sum()
    return Change(
        step, (origin + day) * DAY, before, after, float(count[day:].sum() - before * base[day:].sum())
    )


def _break(base: NDArray[np.float64], count: NDArray[np.float64]) -> int | None:
    """The day from which the rate is higher, or None."""
    if len(base) < 2 * LEAST_DAYS or count.sum() < LEAST_CONTACTS:
        return None
    gains = _gains(base, count)
    day = int(np.argmax(gains))
    rate = count[:day].sum() / max(base[:day].sum(), 1)
    excess = count[day:].sum() - rate * base[day:].sum()
    if gains[day] <= 0 or excess < LEAST_CONTACTS or count[day:].sum() < LIFT * rate * base[day:].sum():
        return None
    chance = np.random.default_rng(1970)
    weeks = np.arange(len(base)) // 7
    reached = sum(_gains(*_shuffled(base, count, weeks, chance)).max() >= gains[day] for _ in range(SHUFFLES))
    return day if reached <= CHANCE * SHUFFLES else None


def _gains(base: NDArray[np.float64], count: NDArray[np.float64]) -> NDArray[np.float64]:
    """(days,) twice the log likelihood ratio of a rise on each day; 0 where the rate falls or a side is too short."""
    n, k = np.cumsum(base)[:-1], np.cumsum(count)[:-1]
    whole, all_ = base.sum(), count.sum()
    first, second = k / np.maximum(n, 1), (all_ - k) / np.maximum(whole - n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(k > 0, k * np.log(first / (all_ / whole)), 0.0)
        other = np.where(all_ - k > 0, (all_ - k) * np.log(second / (all_ / whole)), 0.0)
    found = np.concatenate([[0.0], np.where(second > first, 2 * (one + other), 0.0)])
    found[:LEAST_DAYS] = 0
    found[len(base) - LEAST_DAYS :] = 0
    return found


def _shuffled(
    base: NDArray[np.float64],
    count: NDArray[np.float64],
    weeks: NDArray[np.int64],
    chance: np.random.Generator,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    order = chance.permutation(weeks.max() + 1)
    place = np.argsort(order[weeks], kind="stable")
    return base[place], count[place]
