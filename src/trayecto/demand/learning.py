"""What contacts nobody has explained follow, or wait for, more often than comparable attempts do.

Looked at are the internal, transaction and advice steps of the log: a contact within days *after* a step, and a contact while a
step is *missing* that usually comes after another and should have come by now (19 of 20 had it by then). Contacts are
asked kind by kind (what they say of themselves), each against its controls. A cause is named when it is far from chance, in
many contacts, and at least twice as frequent as among controls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.demand.contacts import Contacts
from trayecto.demand.controls import Controls, Lift, lift_of
from trayecto.demand.rules import AFTER, MISSING, Explanation, Fits, at_work, within_after

WITHIN = 3 * DAY  # after a step
WAITING = 14 * DAY  # so long somebody asks for a step that does not come
USUAL = 95  # percentile of the wait for a step, from which on it is missing
FOLLOWS = 0.3  # of the attempts with the one step have the other after it
LEAST_ATTEMPTS = 50
LEAST_EXCESS = 12
SURE = 4.0  # standard errors: some dozens of steps are asked about some kinds of contacts
LIFT = 2.0
POINTS = 0.1  # more of the contacts than of the controls


@dataclass(frozen=True, eq=False)
class Candidate:
    """A possible cause with what it is at work for: (contacts,) and (controls,)."""

    cause: Explanation
    fits: Bools
    at_work: Bools

    def lift(self, chosen: Bools, controls: Controls) -> Lift:
        return lift_of(chosen, self.fits, controls, self.at_work)


def candidate_of(cause: Explanation, contacts: Contacts, controls: Controls) -> Candidate:
    at = at_work(cause, contacts.facts, controls.unit, controls.at)
    return Candidate(cause, cause.explains(contacts), at)


def learnable(facts: Facts) -> list[Explanation]:
    """Every cause that could be learnt from this log."""
    steps = [
        one.key
        for one in facts.blueprint.measured
        if one.nature != "support" and one.gate is None and one.key in facts.log.stored.code_of
    ]
    first = {step: facts.units.first(facts.log, [step]) for step in steps}
    after = (
        Explanation(AFTER, step, within_after(at, WITHIN), compared=True)
        for step, at in first.items()
        if (at < NEVER).sum() >= LEAST_ATTEMPTS
    )
    return [*after, *_missing(facts, steps, first)]


def best_of(
    candidates: Sequence[Candidate], chosen: Bools, controls: Controls
) -> tuple[Candidate, Lift] | None:
    """The candidate that explains most of the chosen contacts, of those that stand out; None where none does."""
    lifts = [(one, one.lift(chosen, controls)) for one in candidates]
    sure = [(one, lift) for one, lift in lifts if _stands_out(lift)]
    return max(sure, key=lambda pair: pair[1].excess, default=None)


def _stands_out(lift: Lift) -> bool:
    if not lift.contacts or not lift.controls:
        return False
    share = lift.fitting / lift.contacts
    return (
        lift.excess >= LEAST_EXCESS
        and lift.surety >= SURE
        and share >= LIFT * lift.share
        and share - lift.share >= POINTS
    )


def _missing(facts: Facts, steps: Sequence[str], first: dict[str, Ints]) -> Iterator[Explanation]:
    before = directly_before(facts, steps)
    for step, earlier in before.items():
        since, done = first[earlier], first[step]
        came = (since < NEVER) & (done < NEVER) & (done >= since)
        begun = since < facts.end - WAITING
        if came.sum() < LEAST_ATTEMPTS or came.sum() < FOLLOWS * begun.sum():
            continue
        usual = int(np.percentile((done - since)[came], USUAL))
        yield Explanation(MISSING, step, _waits(since, done, usual), compared=True)


def _waits(since: Ints, done: Ints, usual: int) -> Fits:
    def fits(units: Ints, at: Ints) -> Bools:
        start = since[units]
        waited = at - np.minimum(start, at)
        return (start < at) & (at < done[units]) & (waited > usual) & (waited < usual + WAITING)

    return fits


def directly_before(facts: Facts, steps: Sequence[str]) -> dict[str, str]:
    """Each step with the one that most often stands directly before it in an attempt, support left aside."""
    code_of = facts.log.stored.code_of
    mine, unit = facts.units.among(facts.log, steps)
    codes = facts.units.events.step[mine]
    follows = unit[1:] == unit[:-1]
    size = len(facts.log.step_names)
    pairs = np.bincount(codes[:-1][follows] * size + codes[1:][follows], minlength=size * size).reshape(
        size, size
    )
    names = facts.log.step_names
    found = {}
    for step in steps:
        column = pairs[:, code_of[step]].copy()
        column[code_of[step]] = 0
        if column.any():
            found[step] = names[int(column.argmax())]
    return found
