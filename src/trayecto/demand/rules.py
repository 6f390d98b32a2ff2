"""The rules by which contacts are traced: what they say themselves, what was not sent, gates, broken promises."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.attempts.promises import Promised, promises_of
from trayecto.demand.contacts import Contacts

SAID, NOT_SENT, GATE, LATE, CHANGED, UNEXPLAINED = (
    "said",
    "not sent",
    "gate",
    "late",
    "changed",
    "sin explicar",
)
AFTER = 3 * DAY  # so long after trouble has ended people still ask
AT_A_GATE = DAY // 2  # after an order that its gate let pass

Fits = Callable[[Contacts, Ints], Bools]


@dataclass(frozen=True, eq=False)
class Explanation:
    """``fits(contacts, units)``: (contacts,) whether it explains them, if they belong to these attempts; never asked for
    attempt -1."""

    kind: str
    step: str
    fits: Fits
    since: int | None = None  # the moment from which it does, of a change


def rules_of(facts: Facts) -> list[Explanation]:
    """By priority: what contacts say themselves, information not sent, gates, steps that are late (the promise that was
    given last first)."""
    promised = promises_of(facts)
    advice = {one.key for one in facts.blueprint.measured if one.nature == "advice"}
    sent = [one for one in promised if one.step in advice]
    late = sorted(
        (one for one in promised if one.step not in advice), key=lambda one: -_usual_start(facts, one)
    )
    return [
        *_said(facts),
        *(Explanation(NOT_SENT, one.step, _overdue(one)) for one in sent),
        *_gates(facts),
        *(Explanation(LATE, one.step, _overdue(one)) for one in late),
    ]


def _usual_start(facts: Facts, one: Promised) -> float:
    begun = one.start < NEVER
    return float(np.median((one.start - facts.units.began)[begun])) if begun.any() else 0.0


def _said(facts: Facts) -> Iterator[Explanation]:
    for echo in facts.blueprint.demand:
        values = frozenset(echo.values)

        def fits(
            contacts: Contacts, units: Ints, column: str = echo.property, values: frozenset[str] = values
        ) -> Bools:
            return np.array([value in values for value in contacts.said(column)], dtype=bool)

        yield Explanation(SAID, echo.born_at, fits)


def _overdue(promise: Promised) -> Fits:
    return lambda contacts, units: promise.overdue(units, contacts.at, AFTER)


def _gates(facts: Facts) -> Iterator[Explanation]:
    for touchpoint in facts.blueprint.measured:
        if touchpoint.gate is not None:
            yield Explanation(
                GATE, touchpoint.key, _stopped(facts, facts.units.first(facts.log, [touchpoint.key]))
            )


def _stopped(facts: Facts, stopped: Ints) -> Fits:
    """From the gate until half a day after the order, or three days without one."""

    def fits(contacts: Contacts, units: Ints) -> Bools:
        since, ordered = stopped[units], facts.units.ordered[units]
        passed = (ordered < NEVER) & (ordered >= since)
        until = np.where(
            passed, np.minimum(ordered, NEVER - AFTER) + AT_A_GATE, np.minimum(since, NEVER - AFTER) + AFTER
        )
        return (since <= contacts.at) & (contacts.at <= until)

    return fits
