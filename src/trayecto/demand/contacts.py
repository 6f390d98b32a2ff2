"""The support contacts of a log, each with the attempt to order it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.designed import told_columns

NONE = -1
LEAST_OF_A_KIND = 20  # contacts
BACK = 2  # attempts before a contact's own whose trouble it may still be about


@dataclass(frozen=True, eq=False)
class Contacts:
    """(contacts,) arrays. ``unit`` is NONE for who contacts before any attempt; ``event``: the place among
    ``facts.units.events``."""

    facts: Facts
    event: Ints
    unit: Ints

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

    @cached_property
    def kind(self) -> Ints:
        """What each says of itself, as a number: contacts of a kind agree in all columns they are told apart by. Rare kinds
        are one."""
        code = np.zeros(len(self), dtype=np.int64)
        for column in told_columns(self.facts.blueprint):
            told, names = self.codes(column)
            code = code * (len(names) + 1) + told + 1
        _, of, sizes = np.unique(code, return_inverse=True, return_counts=True)
        pooled = np.where(sizes[of] >= LEAST_OF_A_KIND, of + 1, 0)
        return np.unique(pooled, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def unseen(self) -> Bools:
        """Whether what they may be about began before the log does: no order or gate of theirs is in it."""
        known = self.unit >= 0
        unit = np.maximum(self.unit, 0)
        gates = [one.key for one in self.facts.blueprint.measured if one.gate is not None]
        stopped = self.facts.units.first(self.facts.log, gates)[unit] < NEVER if gates else False
        begun: Bools = self.facts.ordered[unit] | stopped
        return ~(known & begun)

    def codes(self, column: str) -> tuple[Ints, Sequence[str]]:
        """What the contacts say in an event column, as places in its values; NONE where they say nothing."""
        return codes_at(self.facts, column, self.event)

    def said(self, column: str) -> list[str | None]:
        """The same as texts."""
        codes, names = self.codes(column)
        return [names[code] if code != NONE else None for code in codes.tolist()]


def codes_at(facts: Facts, column: str, event: Ints) -> tuple[Ints, Sequence[str]]:
    """The values of an event column at these events: (events,) places in its values, NONE where there is none."""
    if column not in facts.log.columns:
        return np.full(len(event), NONE), ()
    pieces = facts.log.stored.pieces
    whole = np.concatenate([one.values(column)[one.offsets[0] : one.offsets[-1]] for one in pieces])
    return whole[facts.units.events.place[event]].astype(np.int64), facts.log.columns[column].values


def contacts_of(facts: Facts) -> Contacts:
    """All support contacts, by person and time."""
    codes = [facts.log.stored.code_of[step] for step in facts.support if step in facts.log.stored.code_of]
    event = np.flatnonzero(np.isin(facts.units.events.step, codes))
    return Contacts(facts, event, facts.units.unit_of_event()[event])


def back_from(facts: Facts, unit: Ints) -> Iterator[Ints]:
    """The attempts that something may be about, one array after the other: its own, then the same person's before; NONE where there is none."""
    person = facts.units.person
    yield unit
    if not len(person):
        return
    for back in range(1, BACK + 1):
        earlier = np.where(unit >= back, unit - back, NONE)
        same = (earlier != NONE) & (person[np.maximum(earlier, 0)] == person[np.maximum(unit, 0)])
        yield np.where(same, earlier, NONE)
