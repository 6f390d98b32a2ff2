"""Everybody who was stopped at a gate, and what came of it: passed, rejected, gave up, or still open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.blueprint import Touchpoint
from trayecto.designed import seconds_of

PASSED, REJECTED, OPEN, GAVE_UP = range(4)
OUTCOMES = ("passed", "rejected", "open", "gave_up")
WITHIN = 30 * DAY  # an order later than this after the gate is another matter
SLOWEST = 0.99  # of the decisions: who waits longer without one has given up
FEW = 20  # decisions, to say how long they take
UNKNOWN_WAIT = 7 * DAY


@dataclass(frozen=True, eq=False)
class Visits:
    """One row per time somebody is stopped: (visits,) arrays. ``event``: its place among the sorted events;
    ``at``: the moment; ``decided``: the moment of the decision, else of the order, or NEVER; ``next``: the
    moment of the order, or NEVER; ``outcome``: one of OUTCOMES by place. ``limit``: microseconds after which who waits
    without a decision has given up."""

    facts: Facts
    gate: Touchpoint
    event: Ints
    at: Ints
    decided: Ints
    next: Ints
    outcome: Ints
    limit: int

    def __len__(self) -> int:
        return len(self.event)

    @property
    def person(self) -> Ints:
        return self.facts.units.events.person[self.event]

    @property
    def row(self) -> Ints:
        """The journey each is a step of."""
        return self.facts.units.events.row[self.event]

    @cached_property
    def waited(self) -> Ints:
        """(decided visits,) microseconds until the decision."""
        known = self.decided < NEVER
        return self.decided[known] - self.at[known]

    def of(self, outcome: int) -> Bools:
        return self.outcome == outcome

    def count(self, outcome: int) -> int:
        return int(np.count_nonzero(self.outcome == outcome))


def gates_of(facts: Facts) -> list[Touchpoint]:
    """The gates of the blueprint at which somebody was stopped, in the blueprint's order."""
    known = facts.log.stored.code_of
    return [one for one in facts.blueprint.measured if one.gate is not None and one.key in known]


def visits_of(facts: Facts, gate: Touchpoint) -> Visits:
    """Everybody who was stopped at the gate.

    What comes first decides: the step of rejection, the step of approval, or an order within thirty days; nothing after the
    same person's next stop at this gate counts. Without any of them somebody is *open* until the wait exceeds the promise
    on the approval and the slowest hundredth of the decisions, and has then given up.
    """
    events = facts.units.events
    code = facts.log.stored.code_of
    places = np.flatnonzero(events.step == code[gate.key])
    until = _until(facts, places)
    approval, rejection = facts.blueprint.approval_of(gate), facts.blueprint.rejection_of(gate)
    approved = _first(facts, [approval] if approval else [], places, until)
    rejected = _first(facts, [rejection] if rejection else [], places, until)
    order = _first(facts, facts.anchors, places, until)
    at = events.at[places]
    order = np.where((order < NEVER) & (order - np.minimum(at, order) > WITHIN), NEVER, order)
    passed = np.minimum(approved, order)
    decided = np.minimum(rejected, np.where(approved < NEVER, approved, order))
    limit = _limit(facts, approval, (decided - at)[decided < NEVER])
    waits = facts.end - at <= limit
    outcome = np.select(
        [(rejected < NEVER) & (rejected <= passed), passed < NEVER, waits],
        [REJECTED, PASSED, OPEN],
        GAVE_UP,
    )
    return Visits(facts, gate, places, at, decided, order, outcome, limit)


def _until(facts: Facts, places: Ints) -> Ints:
    """(visits,) the place of the same person's next stop at this gate, else the end of the person's events."""
    person = facts.units.events.person
    end = np.searchsorted(person, person[places], side="right")
    following = np.append(places[1:], len(person))
    return np.minimum(following, end)


def _first(facts: Facts, steps: Sequence[str], places: Ints, until: Ints) -> Ints:
    """(visits,) the moment of the first of these steps after each place and before ``until``, or NEVER."""
    code, events = facts.log.stored.code_of, facts.units.events
    found = np.flatnonzero(np.isin(events.step, [code[step] for step in steps if step in code]))
    if not len(found):
        return np.full(len(places), NEVER)
    after = np.searchsorted(found, places, side="right")
    place = found[np.minimum(after, len(found) - 1)]
    there = (after < len(found)) & (place < until)
    return np.where(there, events.at[place], NEVER)


def _limit(facts: Facts, approval: str | None, waits: Ints) -> int:
    usual = int(np.quantile(waits, SLOWEST)) if len(waits) >= FEW else UNKNOWN_WAIT
    touchpoint = facts.blueprint.by_key.get(approval or "")
    if touchpoint is None or touchpoint.promise is None or touchpoint.promise.property is not None:
        return usual
    return max(usual, round(seconds_of(facts.blueprint, touchpoint.promise) * 1e6))
