"""The primary cause of each support contact: rules by priority, then what is learnt, else unexplained.

1. The blueprint's own rules (``demand:``), in their order: the company says so.
2. What its promises and gates imply: information not sent, a gate, a step that is late. Such a rule explains contacts of a kind
   (what they say of themselves) only if they are more frequent while it is at work than in comparable attempts; of
   several, the one that explains most of them comes first.
3. What is learnt from the log: what contacts follow, or wait for, more often than comparable attempts do.
4. A day since which more contacts follow a step than before.
5. Contacts about what began before the log does: the cause of nearly all other contacts of their kind.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools, Ints
from trayecto.demand.changes import changes_of, follows
from trayecto.demand.contacts import NONE, Contacts
from trayecto.demand.controls import Controls, Lift, controls_of
from trayecto.demand.learning import Candidate, best_of, candidate_of, learnable
from trayecto.demand.rules import CHANGED, Explanation, implied_rules, written_rules

RATIO = 2.0
SURE = 1.645  # one-sided 95 %: a rule of the design needs less proof than what is learnt
FEW = 8  # contacts; of fewer of a kind nothing can be shown, and the design is believed
NEARLY_ALL = 0.8
LEAST_ALIKE = 10


class Trace:
    """``cause``: (contacts,) places in ``explanations``, NONE = unexplained; ``alike``: those that only share the cause of their kind."""

    def __init__(self, facts: Facts, contacts: Contacts) -> None:
        self.facts, self.contacts = facts, contacts
        self.explanations: list[Explanation] = []
        self.cause: Ints = np.full(len(contacts), NONE)
        self.alike: Bools = np.zeros(len(contacts), dtype=bool)

    @property
    def open(self) -> Bools:
        """(contacts,) whether nothing explains them yet."""
        return self.cause == NONE

    def give(self, explanation: Explanation, mine: Bools) -> bool:
        """Whether the explanation got contacts."""
        mine = mine & self.open
        if not mine.any():
            return False
        if explanation not in self.explanations:
            self.explanations.append(explanation)
        self.cause[mine] = self.explanations.index(explanation)
        return True


def trace(facts: Facts, contacts: Contacts) -> Trace:
    """Every contact traced."""
    found = Trace(facts, contacts)
    for rule in written_rules(facts, contacts):
        found.give(rule, rule.explains(contacts))
    if not len(facts.units):
        return found  # nobody orders anything: there is nothing to be late
    controls = controls_of(facts, contacts)
    _by_kind(found, controls, implied_rules(facts), _best_rule)
    _by_kind(found, controls, learnable(facts), best_of)
    _by_change(found)
    _alike(found)
    return found


def _by_kind(found: Trace, controls: Controls, causes: Sequence[Explanation], choose: object) -> None:
    """Kind by kind, the best cause for what is left of it, until none stands out."""
    candidates = [candidate_of(one, found.contacts, controls) for one in causes]
    for kind in range(int(found.contacts.kind.max(initial=-1)) + 1):
        left = list(candidates)
        while best := choose(left, found.open & (found.contacts.kind == kind), controls):  # type: ignore[operator]
            candidate = best[0]
            found.give(candidate.cause, candidate.fits & (found.contacts.kind == kind))
            left.remove(candidate)


def _best_rule(
    candidates: Sequence[Candidate], chosen: Bools, controls: Controls
) -> tuple[Candidate, Lift] | None:
    lifts = [(one, one.lift(chosen, controls)) for one in candidates]
    borne_out = [(one, lift) for one, lift in lifts if _is_borne_out(lift)]
    return max(borne_out, key=lambda pair: pair[1].excess, default=None)


def _is_borne_out(lift: Lift) -> bool:
    if not lift.fitting:
        return False
    if not lift.controls:
        return True  # nothing to compare with
    return lift.ratio >= RATIO and (lift.surety >= SURE or lift.contacts < FEW)


def _by_change(found: Trace) -> None:
    while changes := changes_of(found.facts, found.contacts, found.open):
        change = changes[0]
        fits = follows(found.facts, change.step, change.since)
        explanation = Explanation(CHANGED, change.step, fits, since=change.since)
        if not found.give(explanation, explanation.explains(found.contacts)):
            break


def _alike(found: Trace) -> None:
    """What began before the log has the cause of its kind, where nearly all others of the kind that were traced have one."""
    contacts = found.contacts
    for kind in range(int(contacts.kind.max(initial=-1)) + 1):
        mine = contacts.kind == kind
        seen = found.cause[mine & ~contacts.unseen]
        causes, counts = np.unique(seen, return_counts=True)
        if len(seen) < LEAST_ALIKE or counts.max() < NEARLY_ALL * len(seen):
            continue
        cause = int(causes[counts.argmax()])
        if cause != NONE:
            found.alike |= mine & contacts.unseen & found.open
            found.give(found.explanations[cause], mine & contacts.unseen)
