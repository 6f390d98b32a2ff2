"""The support contacts of a log, each with the attempt to order it belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools, Ints


@dataclass(frozen=True, eq=False)
class Contacts:
    """(contacts,) arrays. ``unit`` is -1 for who contacts before any attempt; ``before``: the same person's attempt before
    that, else -1; ``event``: the place among ``facts.units.events``."""

    facts: Facts
    event: Ints
    unit: Ints
    before: Ints

    def __len__(self) -> int:
        return len(self.event)

    @cached_property
    def at(self) -> Ints:
        return self.facts.units.events.at[self.event]

    @cached_property
    def person(self) -> Ints:
        return self.facts.units.events.person[self.event]

    @cached_property
    def row(self) -> Ints:
        """The journey each is a step of."""
        return self.facts.units.events.row[self.event]

    @cached_property
    def step(self) -> Ints:
        return self.facts.units.events.step[self.event]

    def said(self, column: str) -> list[str | None]:
        """What the contacts say in an event column; None where the log keeps no such column."""
        if column not in self.facts.log.columns:
            return [None] * len(self)
        values = self.facts.units.events.values(self.facts.log, column)
        return [values[place] for place in self.event.tolist()]


def contacts_of(facts: Facts) -> Contacts:
    """All support contacts, by person and time."""
    codes = [facts.log.stored.code_of[step] for step in facts.support if step in facts.log.stored.code_of]
    event = np.flatnonzero(np.isin(facts.units.events.step, codes))
    unit = facts.units.unit_of_event()[event]
    return Contacts(facts, event, unit, _one_before(facts, unit))


def _one_before(facts: Facts, unit: Ints) -> Ints:
    same: Bools = np.zeros(len(facts.units) + 1, dtype=bool)
    same[1:-1] = facts.units.person[1:] == facts.units.person[:-1]
    return np.where((unit > 0) & same[unit], unit - 1, -1)
