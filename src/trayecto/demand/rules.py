"""The rules by which contacts are traced: those the blueprint writes, and those its promises and gates imply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.attempts.promises import Promised, promised, promised_as, promises_of
from trayecto.blueprint.design import Echo, Promise
from trayecto.demand.contacts import NONE, Contacts, back_from
from trayecto.units import parse_duration

SAID, NOT_SENT, GATE, LATE, AFTER, MISSING, CHANGED, UNEXPLAINED = (
    "said",
    "not sent",
    "gate",
    "late",
    "after",
    "missing",
    "changed",
    "sin explicar",
)
STILL = 3 * DAY  # so long after trouble has ended people still ask
AT_A_GATE = DAY  # after an order that its gate let pass

Fits = Callable[[Ints, Ints], Bools]
"""(units, moments) → whether the cause is at work in these attempts at these moments."""


@dataclass(frozen=True, eq=False)
class Explanation:
    """``step``: where the trouble is born. ``fits`` None: whatever is going on; ``said``: (contacts,) whether a contact says so
    itself, None = whatever it says."""

    kind: str
    step: str
    fits: Fits | None = None
    said: Bools | None = None
    since: int | None = None  # the moment from which it does, of a change
    compared: bool = False  # whether its contacts were set beside comparable attempts

    def explains(self, contacts: Contacts) -> Bools:
        """(contacts,) whether it explains them, by their own attempt or one of the same person before."""
        about = (
            np.ones(len(contacts), bool)
            if self.fits is None
            else at_work(self, contacts.facts, contacts.unit, contacts.at)
        )
        return about if self.said is None else about & self.said


def at_work(one: Explanation, facts: Facts, units: Ints, at: Ints) -> Bools:
    """(rows,) whether a cause is at work at these moments, in these attempts or the same person's before."""
    found = np.zeros(len(units), dtype=bool)
    for unit in back_from(facts, units):
        some = np.flatnonzero(unit != NONE)
        found[some] |= one.fits(unit[some], at[some]) if one.fits else True
    return found


def written_rules(facts: Facts, contacts: Contacts) -> list[Explanation]:
    """The blueprint's own, in its order."""
    return [_written(facts, contacts, echo) for echo in facts.blueprint.demand]


def implied_rules(facts: Facts) -> list[Explanation]:
    """Of the blueprint's promises and gates: information not sent, gates, steps that are late (the promise that was
    given last first)."""
    kept = promises_of(facts)
    advice = {one.key for one in facts.blueprint.measured if one.nature == "advice"}
    sent = [one for one in kept if one.step in advice]
    # A step that never happens is none of this company's (advice that is never sent is just that).
    ever = [one for one in kept if one.step not in advice and (one.done < NEVER).any()]
    late = sorted(ever, key=lambda one: -_usual_start(facts, one))
    return [
        *(Explanation(NOT_SENT, one.step, overdue(one), compared=True) for one in sent),
        *_gates(facts),
        *(Explanation(LATE, one.step, overdue(one), compared=True) for one in late),
    ]


def overdue(promise: Promised) -> Fits:
    return lambda units, at: promise.overdue(units, at, STILL)


def within_after(began: Ints, length: int) -> Fits:
    """From a moment on, (units,) NEVER where it never comes, for some time."""

    def fits(units: Ints, at: Ints) -> Bools:
        since = began[units]
        return (since <= at) & (at - np.minimum(since, at) < length)

    return fits


def _written(facts: Facts, contacts: Contacts, echo: Echo) -> Explanation:
    said = None if echo.property is None else _says(contacts, echo.property, echo.values)
    if echo.late is not None:
        return Explanation(LATE, echo.born_at, overdue(promised(facts, echo.late)), said)
    if echo.not_sent is not None:
        return Explanation(NOT_SENT, echo.born_at, overdue(_sending(facts, echo, echo.not_sent)), said)
    if echo.after is not None and echo.within is not None:
        began = facts.units.first(facts.log, [echo.after])
        return Explanation(AFTER, echo.born_at, within_after(began, parse_duration(echo.within)), said)
    return Explanation(SAID, echo.born_at, None, said)


def _sending(facts: Facts, echo: Echo, step: str) -> Promised:
    if echo.since is None:
        return promised(facts, step)
    return promised_as(facts, step, echo.since, Promise(within=echo.within, since=echo.since))


def _says(contacts: Contacts, column: str, values: Sequence[str]) -> Bools:
    codes, names = contacts.codes(column)
    return np.isin(codes, [place for place, name in enumerate(names) if name in set(values)])


def _usual_start(facts: Facts, one: Promised) -> float:
    begun = one.start < NEVER
    return float(np.median((one.start - facts.units.began)[begun])) if begun.any() else 0.0


def _gates(facts: Facts) -> Iterator[Explanation]:
    for touchpoint in facts.blueprint.measured:
        if touchpoint.gate is not None:
            stopped = facts.units.first(facts.log, [touchpoint.key])
            yield Explanation(GATE, touchpoint.key, _stopped(facts, stopped), compared=True)


def _stopped(facts: Facts, stopped: Ints) -> Fits:
    """From the gate until a day after the order, or three days without one."""

    def fits(units: Ints, at: Ints) -> Bools:
        since, ordered = stopped[units], facts.units.ordered[units]
        passed = (ordered < NEVER) & (ordered >= since)
        until = np.where(
            passed, np.minimum(ordered, NEVER - STILL) + AT_A_GATE, np.minimum(since, NEVER - STILL) + STILL
        )
        return (since <= at) & (at <= until)

    return fits
