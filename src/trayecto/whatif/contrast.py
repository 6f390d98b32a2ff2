"""Those whom something befell beside comparable ones: contacts, cancellations and coming back, per attempt.

In the same fortnight where there are such; else by age, against those before: then whoever the matter does not concern
says what else changed with the season.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.errors import BadValue
from trayecto.whatif.compare import (
    difference,
    doubted,
    excess,
    overlap,
    ratio,
    ratio_by_age,
    steadied,
)
from trayecto.whatif.draws import Draws, Floats
from trayecto.whatif.moved import Later, by_period

ENOUGH = 0.5  # share that must have comparable attempts in the same fortnight
LEAST = 20  # attempts on each side
SETTLED = 0.9  # quantile of the age of contacts after which an attempt has had its own


@dataclass(frozen=True, eq=False)
class Contrast:
    """(n,) per attempt that it befell: ``asked`` contacts more, ``undone`` orders lost; ``ratio``: how many times as often they come back. ``later``: (3, periods, n),
    or one for all periods, what would follow each."""

    draws: Draws
    asked: Floats
    undone: Floats
    ratio: Floats
    later: Floats
    same_time: bool

    def spared(self, counts: Floats, silent: Floats | float = 1.0) -> tuple[Floats, Floats]:
        """The change and its variance by chance when it no longer befalls ``counts`` (periods, n) of them.

        ``silent``: how many suffer for each who is counted; they ask nothing, and come back as little.
        """
        whole = counts.sum(axis=0)
        gain = (self.later * counts).sum(axis=1) * (1 - self.ratio) * silent
        kept, worth = self.undone * whole, self.undone * whole * self._worth()
        change = gain + np.array([kept, -self.asked * whole, worth])
        spread = Later(self.draws).spread
        orders = np.array([abs(kept[0]), abs(self.asked[0] * whole[0]), abs(worth[0]) * self._worth()])
        return change, np.abs(gain[:, 0]) * spread + orders

    def _worth(self) -> float:
        facts = self.draws.facts
        return float(facts.worth.sum() / max(facts.kept.sum(), 1))


def contrast(
    draws: Draws,
    befell: Bools,
    spared: Bools,
    start: Ints,
    unconcerned: Bools | None = None,
    *,
    always: bool,
) -> Contrast:
    """``start``: (units,) the moment from which it can be felt; ``unconcerned``: attempts the matter cannot touch; ``always``:
    whether it has always been so, and those of before the log would come back within it too.

    Raises BadValue where either side has fewer than 20 attempts.
    """
    for mask, who in ((befell, "that it befell"), (spared, "to compare them with")):
        if mask.sum() < LEAST:
            raise BadValue(
                f"No comparable: the log has only {mask.sum()} attempts {who}; {LEAST} are needed."
            )
    if overlap(befell, spared, draws.cell) >= ENOUGH:
        return _at_the_same_time(draws, befell, spared, start, always)
    return _before_and_after(draws, befell, spared, start, unconcerned)


def _at_the_same_time(draws: Draws, befell: Bools, spared: Bools, start: Ints, always: bool) -> Contrast:
    facts, cell = draws.facts, draws.cell
    mine, unit = facts.units.among(facts.log, facts.support)
    old = _settled(facts, befell, start, unit, facts.units.events.at[mine])
    if not always:
        old = np.ones(len(befell), dtype=bool)
    asked = difference(draws, facts.contacts, befell & old, spared & old, cell)
    # What is undone later than the log ends is undone all the same.
    first = facts.units.first(facts.log, facts.undone)
    gone = np.flatnonzero(first < NEVER)
    old = _settled(facts, befell, start, gone, first[gone])
    undone = -doubted(difference(draws, facts.kept, befell & old, spared & old, cell))
    back = steadied(ratio(draws, facts.following, befell, spared, cell))
    later = Later(draws).in_full(spared, befell)[:, None] if always else Later(draws).by_period(spared)
    return Contrast(draws, asked, undone, back, later, True)


def _settled(facts: Facts, befell: Bools, start: Ints, unit: Ints, at: Ints) -> Bools:
    """(units,) who began so long ago that next to all such events have come. ``unit``, ``at``: (events,)."""
    age = at - np.minimum(start[unit], facts.end)
    after = age[befell[unit] & (age >= 0)]
    wait = int(np.quantile(after, SETTLED)) if len(after) else 0
    old: Bools = start < facts.end - wait
    return old if (befell & old).sum() >= LEAST else np.ones(len(old), dtype=bool)


def _before_and_after(
    draws: Draws, befell: Bools, spared: Bools, start: Ints, unconcerned: Bools | None
) -> Contrast:
    facts = draws.facts
    mine, unit = facts.units.among(facts.log, facts.support)
    asked = excess(draws, unit, facts.units.events.at[mine], start, befell, spared)
    # What is brought back later because it was fetched later is no less brought back: only the rest is compared by age.
    steps = [step for step in facts.undone if facts.blueprint.by_key[step].stage != "return"]
    first = facts.units.first(facts.log, steps)
    gone = np.flatnonzero(first < NEVER)
    undone = doubted(excess(draws, gone, first[gone], start, befell, spared, in_full=True))
    back = ratio_by_age(draws, befell, spared)
    if unconcerned is not None:
        back = back / _season(facts, draws, befell, unconcerned)
    back = steadied(back)
    return Contrast(draws, asked, undone, back, Later(draws).by_period(befell) / back, False)


def _season(facts: Facts, draws: Draws, befell: Bools, unconcerned: Bools) -> Floats:
    """(n,) how many times as often the unconcerned come back since it began as before."""
    since = facts.units.began[befell].min()
    after = unconcerned & (facts.units.began >= since)
    before = unconcerned & (facts.units.began < since)
    if min(after.sum(), before.sum()) < LEAST:
        return np.ones(draws.weights.shape[1])
    return ratio_by_age(draws, after, before)


def spared_in(draws: Draws, befell: Bools, share: Floats | float = 1.0) -> Floats:
    """(periods, n) how many of them are spared, by fortnight."""
    return by_period(draws, 1.0, befell) * share


def moment_of(facts: Facts, step: str) -> Ints:
    """(units,) when the step first happens, NEVER where it does not; raises UnknownStep."""
    facts.log.code(step)
    return facts.units.first(facts.log, [step])


def happened(moments: Ints) -> Bools:
    return moments < NEVER
