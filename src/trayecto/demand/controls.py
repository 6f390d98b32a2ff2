"""Whether contacts are more frequent where a cause is at work than in comparable attempts at the same age.

Method. Each contact is set beside moments of attempts that compare with it – ordered in the same month, of the same region and
way of delivery – equally long after their order (before it: after their beginning), whether they made a contact or not:
density sampling, as in a nested case-control study (Langholz and Goldstein, 1996). The odds of a cause being at work among
contacts against those among their controls are the ratio of the rates of contact with and without it; what the rate
alone would have brought is subtracted from the contacts that fit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Ints
from trayecto.demand.contacts import NONE, Contacts

PER_CONTACT = 4
MONTH = 30 * DAY
LEAST = 3  # attempts that compare with a contact

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Controls:
    """(controls,) arrays: ``of`` the contact each is set beside, ``unit`` and ``at`` the attempt and the moment."""

    of: Ints
    unit: Ints
    at: Ints


@dataclass(frozen=True)
class Lift:
    """Contacts of which ``fitting`` fit a cause, and how often controls do (``share``)."""

    contacts: int
    fitting: int
    share: float
    controls: int

    @property
    def expected(self) -> float:
        """Contacts that would fit if the cause made none."""
        return self.contacts * self.share

    @property
    def excess(self) -> float:
        """Contacts that fit beyond what those that do not fit let expect (the attributable part)."""
        others = self.contacts - self.fitting
        if self.share >= 1:
            return 0.0
        return self.fitting - others * self.share / (1 - self.share)

    @property
    def ratio(self) -> float:
        """Odds against odds, half a contact added to each."""
        inside, outside = self.controls * self.share, self.controls * (1 - self.share)
        return ((self.fitting + 0.5) * (outside + 0.5)) / (
            (self.contacts - self.fitting + 0.5) * (inside + 0.5)
        )

    @property
    def surety(self) -> float:
        """Standard errors of the log of the ratio from nothing (Woolf, 1955)."""
        inside, outside = self.controls * self.share, self.controls * (1 - self.share)
        cells = (self.fitting, self.contacts - self.fitting, inside, outside)
        return math.log(self.ratio) / math.sqrt(sum(1 / (cell + 0.5) for cell in cells))


def lift_of(chosen: Bools, fits: Bools, controls: Controls, at_work: Bools) -> Lift:
    """Of the chosen contacts. ``fits``: (contacts,); ``at_work``: (controls,) whether the cause is at work there."""
    beside = chosen[controls.of]
    inside = int((at_work & beside).sum())
    whole = int(beside.sum())
    return Lift(int(chosen.sum()), int((chosen & fits).sum()), inside / whole if whole else 0.0, whole)


def controls_of(facts: Facts, contacts: Contacts) -> Controls:
    """PER_CONTACT moments beside each contact that compares with at least LEAST attempts."""
    ordered = facts.units.ordered
    unit = np.maximum(contacts.unit, 0)
    after = (contacts.unit >= 0) & (ordered[unit] <= contacts.at)
    before = (contacts.unit >= 0) & ~after
    chance = np.random.default_rng(1996)
    found = [
        _beside(facts, contacts, np.flatnonzero(after), ordered, chance),
        _beside(facts, contacts, np.flatnonzero(before), facts.units.began, chance),
    ]
    return Controls(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _beside(
    facts: Facts, contacts: Contacts, chosen: Ints, zero: Ints, chance: np.random.Generator
) -> tuple[Ints, Ints, Ints]:
    """Moments equally long after ``zero`` in attempts of the same cell that are still watched then."""
    units = facts.units
    watched = np.where(units.following, np.append(units.began[1:], facts.end), facts.end)
    length = np.where(zero < NEVER, watched - np.minimum(zero, watched), NONE)
    cell = _cells(facts, zero)
    order = np.lexsort((-length, cell))
    first = np.searchsorted(cell[order], np.arange(cell.max(initial=0) + 2))
    age = contacts.at[chosen] - zero[contacts.unit[chosen]]
    mine = cell[contacts.unit[chosen]]
    enough = _longer(cell[order], length[order], mine, age) - first[mine]
    some = enough >= LEAST
    of = np.repeat(chosen[some], PER_CONTACT)
    drawn = (chance.random(len(of)) * np.repeat(enough[some], PER_CONTACT)).astype(np.int64)
    unit = order[np.repeat(first[mine][some], PER_CONTACT) + drawn]
    return of, unit, zero[unit] + np.repeat(age[some], PER_CONTACT)


def _cells(facts: Facts, zero: Ints) -> Ints:
    months = np.where(zero < NEVER, zero, 0) // MONTH
    code = facts.stratum * (int(months.max(initial=0)) + 2) + months
    return np.unique(code, return_inverse=True)[1].astype(np.int64)


def _longer(cells: Ints, lengths: Ints, cell: Ints, age: Ints) -> Ints:
    """Per row the place behind the last attempt of its cell that is watched at least so long; lengths fall within cells."""
    low = np.searchsorted(cells, cell, side="left")
    high = np.searchsorted(cells, cell, side="right")
    while (low < high).any():
        middle = (low + high) // 2
        is_longer = (low < high) & (lengths[np.minimum(middle, len(lengths) - 1)] >= age)
        low, high = np.where(is_longer, middle + 1, low), np.where(is_longer | (low >= high), high, middle)
    return low
