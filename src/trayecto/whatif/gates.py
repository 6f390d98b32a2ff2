"""Removing a gate: who gave up or was turned down would have ordered, who passed asks nothing and comes back as others do."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.errors import BadValue, did_you_mean
from trayecto.whatif.among import since_moment
from trayecto.whatif.changes import RemoveGate
from trayecto.whatif.compare import TINY, difference, means, overlap, ratio, sure
from trayecto.whatif.contrast import ENOUGH, LEAST, moment_of
from trayecto.whatif.draws import Draws, Floats
from trayecto.whatif.moved import Later, Moved, Note, Shift, by_period
from trayecto.whatif.times import median_days, timing


class _Gate:
    """One gate in one log; (n,) are draws."""

    def __init__(self, draws: Draws, change: RemoveGate) -> None:
        facts, step = draws.facts, change.step
        known = gates_of(facts)
        if step not in known:
            raise BadValue(
                f"'{step}' is no gate of the blueprint this log was built by.{did_you_mean(step, known)}"
            )
        self.draws, self.facts = draws, facts
        self.at = moment_of(facts, step)
        self.stopped = (self.at < NEVER) & (self.at >= since_moment(facts, change.since))
        self.always = change.since is None
        self.passed, self.lost = self.stopped & facts.ordered, self.stopped & ~facts.ordered
        self.free = facts.ordered & (facts.units.count(facts.log, known) == 0)
        if self.passed.sum() < LEAST:
            raise BadValue(
                f"No comparable: only {self.passed.sum()} orders passed '{step}'; {LEAST} are needed."
            )

    @cached_property
    def cell(self) -> Ints:
        return self.draws.cells(self.facts.codes(("region", "delivery", "first_order")))

    @cached_property
    def has_comparable(self) -> bool:
        return overlap(self.passed, self.free, self.draws.cell) >= ENOUGH

    @cached_property
    def asked(self) -> Floats:
        """(n,) contacts that each passage makes."""
        if self.has_comparable:
            return difference(self.draws, self.facts.contacts, self.passed, self.free, self.draws.cell)
        return _soon(self.draws, self.at, self.passed)

    @cached_property
    def back(self) -> Floats:
        """(n,) how many times as often those who passed come back as others whose first (or later) order it was."""
        if overlap(self.passed, self.free, self.cell) < ENOUGH:
            return np.ones(self.draws.weights.shape[1])
        return sure(ratio(self.draws, self.facts.following, self.passed, self.free, self.cell))

    def follows(self, among: Bools, counts: Floats) -> Floats:
        """(3, n) what follows so many (periods, n), of whom each is as these: within the log where the gate has a first day."""
        later = Later(self.draws)
        if self.always:
            return later.in_full(among, among) * counts.sum(axis=0)
        return np.asarray((later.by_period(among) * counts).sum(axis=1))


def gates_of(facts: Facts) -> list[str]:
    return [one.key for one in facts.blueprint.measured if one.gate is not None]


def gate(change: RemoveGate, draws: Draws) -> Moved:
    """Raises BadValue for a step that is no gate, and where too few pass to say what the others would have done."""
    one = _Gate(draws, change)
    facts = one.facts
    lost, passed = by_period(draws, 1.0, one.lost), by_period(draws, 1.0, one.passed)
    own = [facts.kept, facts.contacts, facts.worth]
    would = np.array([(means(draws, values, one.passed, draws.period) * lost).sum(axis=0) for values in own])
    would[1] -= one.asked * lost.sum(axis=0)
    after = one.follows(one.passed, lost) / one.back
    did = np.array([draws.total(values, one.lost) for values in own]) + one.follows(one.lost, lost)
    spared = one.asked * draws.count(one.passed)
    back = one.follows(one.passed, passed) * (1 / one.back - 1)
    change_ = would + after - did + back
    change_[1] -= spared
    before = median_days(draws, facts.units.ordered - one.at, one.passed)
    waits = timing(f"days:{change.step}", before, np.zeros_like(before))
    way = Shift(one.lost.astype(float), one.passed, draws.period, _steps_of(one, change.step))
    chance = _chance(one, would + after, back, did, spared)
    return Moved(change_, chance, one.stopped, [waits], _notes(one, change), [way])


def _chance(one: _Gate, freed: Floats, back: Floats, did: Floats, spared: Floats) -> Floats:
    later = Later(one.draws)
    found = np.abs(freed[:, 0]) * later.spread_with_own(one.passed) + np.abs(back[:, 0]) * later.spread
    found[1] += abs(did[1, 0]) + abs(spared[0])
    return np.asarray(found)


def _steps_of(one: _Gate, step: str) -> list[str]:
    """The gate and its answers."""
    blueprint = one.facts.blueprint
    gate = blueprint.by_key[step]
    return [step, *filter(None, (blueprint.approval_of(gate), blueprint.rejection_of(gate)))]


def _notes(one: _Gate, change: RemoveGate) -> list[Note]:
    touchpoint = one.facts.blueprint.by_key[change.step]
    notes = []
    if touchpoint.gate is not None and touchpoint.gate.origin == "law":
        notes.append(
            Note("law", f"The law demands '{change.step}': it cannot simply be removed.", change.step)
        )
    if not one.has_comparable:
        text = (
            f"Next to no order goes without '{change.step}': its contacts are those of the first day, "
            "less as many as the four days after it have, and nothing is said of who comes back."
        )
        notes.append(Note("no_free", text, change.step))
    return notes


def _soon(draws: Draws, at: Ints, among: Bools) -> Floats:
    """(n,) contacts of the first day after the gate, less those of a day of the four after it."""
    facts = draws.facts
    mine, unit = facts.units.among(facts.log, facts.support)
    age = np.where(at[unit] < NEVER, facts.units.events.at[mine] - np.minimum(at[unit], facts.end), -1)
    sums = []
    for first, last in ((0, DAY), (DAY, 5 * DAY)):
        chosen = unit[(age >= first) & (age < last)]
        count = np.bincount(chosen, minlength=len(facts.units)).astype(float)
        sums.append(draws.total(count, among))
    return (sums[0] - sums[1] / 4) / np.maximum(draws.count(among), TINY)
