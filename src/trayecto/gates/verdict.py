"""The verdict on a gate, and its reasons: a rule that can be read, on figures that can be checked."""

from __future__ import annotations

from collections.abc import Sequence

from trayecto.gates.options import EXCEPTIONS, KEEP, REMOVE, SIMPLIFY, Option
from trayecto.gates.visits import OUTCOMES, REJECTED, Visits
from trayecto.money import Interval

SELDOM = 0.01  # of those stopped: a gate that rejects fewer is named as such
LEAST = 30  # times somebody was stopped, for any verdict but keep
LAW, RISK = "law", "risk"

TOO_FEW = "too_few"
NO_COMPARABLE = "no_comparable"
COST_UNSURE = "cost_unsure"
COSTS = "costs"
REJECTS_SELDOM = "rejects_seldom"
REJECTS = "rejects"
DEMANDED_BY_LAW = "demanded_by_law"
GUARDS_A_RISK = "guards_a_risk"
NOBODY_DEMANDS_IT = "nobody_demands_it"
AVOIDS_MORE = "avoids_more"


def rejection_share(visits: Visits) -> float | None:
    """Rejected ÷ decided: those who passed, were rejected or gave up; None while nobody is."""
    decided = sum(visits.count(place) for place, name in enumerate(OUTCOMES) if name != "open")
    return visits.count(REJECTED) / decided if decided else None


def verdict_of(visits: Visits, options: Sequence[Option], comparable: bool) -> tuple[str, list[str]]:
    """One of the options' names, with the reasons that lead to it.

    Keep: too few were stopped, or nobody is comparable, or nothing says that the gate costs anything, or what it avoids is worth more. Else, where
    it rejects under one in a hundred: remove – only for exceptions where it guards a risk, simplify where the law demands it.
    Else simplify.
    """
    gate = visits.gate.gate
    assert gate is not None
    if len(visits) < LEAST:
        return KEEP, [TOO_FEW]
    share = rejection_share(visits) or 0.0
    reasons = [REJECTS_SELDOM if share < SELDOM else REJECTS]
    if not comparable:
        return KEEP, [*reasons, NO_COMPARABLE]
    if not _gains(options, SIMPLIFY):
        return KEEP, [*reasons, COST_UNSURE]
    reasons.append(COSTS)
    if gate.origin == LAW:
        return SIMPLIFY, [*reasons, DEMANDED_BY_LAW]
    if gate.avoids and not _gains(options, REMOVE):
        reasons.append(AVOIDS_MORE)
    elif share < SELDOM and gate.origin != RISK:
        return REMOVE, [*reasons, NOBODY_DEMANDS_IT]
    if gate.origin == RISK:
        reasons.append(GUARDS_A_RISK)
    return (EXCEPTIONS if share < SELDOM else SIMPLIFY), reasons


def _gains(options: Sequence[Option], name: str) -> bool:
    """Whether the option surely brings something: money, or without a value model orders or fewer contacts."""
    option = next(one for one in options if one.name == name)
    if option.money is not None:
        return option.money.low > 0
    return option.orders_kept.low > 0 or _less(option.contacts)


def _less(contacts: Interval) -> bool:
    return contacts.high < 0
