"""Failure demand that no broken promise and no gate explains: what contacts say themselves, and changes they follow."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools
from trayecto.demand.ask import FailureDemand
from trayecto.demand.changes import follows
from trayecto.demand.contacts import NONE
from trayecto.demand.rules import CHANGED as FOLLOWS
from trayecto.demand.rules import SAID
from trayecto.findings.model import ADJUSTED, ASSOCIATION, CHANGED, DEMAND
from trayecto.findings.since import Change, change_of
from trayecto.findings.suspicion import Study, Suspected, Suspicion, contact_step
from trayecto.findings.undo import Undo
from trayecto.whatif.changes import FailureRate, Fix

USUAL = 0.012  # of the steps after which people say that it went wrong: no more is ordinary
LEAST = 30  # contacts
LIFT = 1.8  # after a change against before
SURE = 1.645
CERTAIN = 0.001


def echoes(study: Study) -> Suspected:
    """Suspicions of the steps that contacts trace back to."""
    demand = study.demand
    if demand is None:
        return Suspected()
    suspicions = [*_said(study, demand), *_follow(study, demand)]
    return Suspected(suspicions)


def _said(study: Study, demand: FailureDemand) -> Iterator[Suspicion]:
    """Steps of which contacts say themselves that something went wrong there."""
    steps = dict.fromkeys(one.step for one in demand.explanations if one.kind == SAID)
    for step in steps:
        places = [
            place for place, one in enumerate(demand.explanations) if one.kind == SAID and one.step == step
        ]
        mine = np.isin(demand.cause, places)
        found = _one(study, demand, step, mine)
        if found is not None:
            yield found


def _one(study: Study, demand: FailureDemand, step: str, mine: Bools) -> Suspicion | None:
    facts = study.facts
    at = facts.units.first(facts.log, [step])
    taken = at < NEVER
    told = _units(facts, demand, mine) & taken
    if told.sum() < LEAST:
        return None
    change = change_of(at[taken], told[taken], study.zone)
    if change and change.p <= CERTAIN and change.after >= LIFT * change.before and change.after >= USUAL:
        return _suspicion(study, demand, DEMAND, step, mine, told & (at >= change.since), change)
    rate, count = float(told.sum() / taken.sum()), int(taken.sum())
    if rate - SURE * np.sqrt(rate * (1 - rate) / count) <= USUAL:
        return None
    return _suspicion(study, demand, DEMAND, step, mine, told, None)


def _units(facts: Facts, demand: FailureDemand, mine: Bools) -> Bools:
    """(attempts,) whether one of these contacts belongs to it."""
    contacts = demand.contacts
    found = np.zeros(len(facts.units), dtype=bool)
    found[contacts.unit[mine & (contacts.unit >= 0)]] = True
    return found


def _follow(study: Study, demand: FailureDemand) -> Iterator[Suspicion]:
    """Steps that contacts follow more often than they used to, of those that nothing else explains. Whoever asked as soon after the step
    before that day counts too: they are unexplained, and without them any day would be certain."""
    facts = study.facts
    for place, one in enumerate(demand.explanations):
        if one.kind != FOLLOWS or one.since is None:
            continue
        mine = demand.cause == place
        at = facts.units.first(facts.log, [one.step])
        taken, told = at < NEVER, _units(facts, demand, _soon_after(facts, demand, one.step, mine))
        change = change_of(at[taken], told[taken], study.zone)
        if change is None or change.p > CERTAIN or change.after < LIFT * change.before:
            continue
        if _units(facts, demand, mine).sum() >= LEAST:
            yield _suspicion(study, demand, CHANGED, one.step, mine, told & (at >= change.since), change)


def _soon_after(facts: Facts, demand: FailureDemand, step: str, mine: Bools) -> Bools:
    """(contacts,) these, and the unexplained ones that follow the step as soon."""
    contacts = demand.contacts
    soon = follows(facts, step)(np.maximum(contacts.unit, 0), contacts.at) & (contacts.unit >= 0)
    return np.asarray((mine | (demand.cause == NONE)) & soon)


def _suspicion(
    study: Study, demand: FailureDemand, kind: str, step: str, mine: Bools, bad: Bools, change: Change | None
) -> Suspicion:
    """``mine``: (contacts,); ``bad``: (attempts,) with such a contact."""
    facts, contacts = study.facts, demand.contacts
    since = change.since if change else None
    counted = mine & (contacts.unit >= 0) & bad[np.maximum(contacts.unit, 0)]
    taken = facts.units.first(facts.log, [step]) < NEVER
    return Suspicion(
        kind, step, step, contact_step(study, bad) or step, np.unique(contacts.row[counted]),
        _undoing(study, kind, step, change), since=since, p=change.p if change else None,
        method=ADJUSTED if change else ASSOCIATION, contacts=int(counted.sum()),
        evidence={"before": change.before if change else None, "after": change.after if change else float(bad.sum() / max(1, taken.sum()))},
    )  # fmt: skip


def _undoing(study: Study, kind: str, step: str, change: Change | None) -> Undo:
    """What contacts say went wrong goes wrong as seldom as before, or half as often as is still ordinary; what they only follow goes as it went."""
    day = study.day(change.since if change else None)
    if kind == CHANGED:
        return Undo(Fix(step, day))
    if change is None:
        return Undo(FailureRate(step, to=USUAL / 2, told_by="contacts"))
    times = round(change.before / max(change.after, 1e-12), 4)
    return Undo(FailureRate(step, times=times, since=day, told_by="contacts"))
