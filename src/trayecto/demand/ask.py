"""``failure_demand``: what share of the support contacts is born in which process, contact by contact.

Each contact has exactly one primary cause: the first rule that explains it in its own attempt to order, else in the
person's attempt before; else a change it follows; else it stays unexplained. Shares therefore sum to one. Intervals hold
90 % of draws of persons with replacement.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts, facts_of
from trayecto.attempts.lives import Bools, Ints
from trayecto.demand.changes import changes_of, follows
from trayecto.demand.contacts import Contacts, contacts_of
from trayecto.demand.rules import CHANGED, UNEXPLAINED, Explanation, rules_of
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval

DRAWS = 400
ENDS = (5.0, 95.0)  # of the 90 % interval
NOBODY = -1


@dataclass(frozen=True, slots=True)
class Share:
    """``contacts`` of all support contacts. ``department`` None: nobody is known to have caused them."""

    department: str | None
    kind: str
    born_at: str | None
    contacts: int
    share: Interval

    def to_dict(self) -> dict[str, Any]:
        return {
            "department": self.department,
            "kind": self.kind,
            "born_at": self.born_at,
            "contacts": self.contacts,
            "share": self.share.to_dict(),
        }


@dataclass(frozen=True, eq=False)
class FailureDemand:
    """``cause``: (contacts,) the place of each contact's cause in ``explanations``, NOBODY = unexplained."""

    facts: Facts
    contacts: Contacts
    explanations: Sequence[Explanation]
    cause: Ints

    @property
    def explained(self) -> int:
        return int((self.cause != NOBODY).sum())

    def by_cause(self) -> list[Share]:
        """One row per cause that explains a contact, the most first, then what is unexplained."""
        names = [(self._department(one.step), one.kind, one.step) for one in self.explanations]
        rows = self._shares(self.cause, names)
        return [*rows, *self._unexplained()]

    def by_department(self) -> list[Share]:
        """One row per department whose steps explain a contact, the most first, then what is unexplained."""
        owners = sorted({self._department(one.step) or "" for one in self.explanations})
        of = np.array(
            [owners.index(self._department(one.step) or "") for one in self.explanations] + [NOBODY]
        )
        rows = self._shares(of[self.cause], [(name or None, "", None) for name in owners])
        return [*rows, *self._unexplained()]

    def felt_at(self, place: int) -> str | None:
        """The support step at which most contacts of a cause were made."""
        steps = self.contacts.step[self.cause == place]
        return self.facts.log.step_names[int(np.bincount(steps).argmax())] if len(steps) else None

    def to_dict(self) -> dict[str, Any]:
        return {
            "contacts": len(self.contacts),
            "explained": self.explained,
            "by_department": [
                {"department": one.department, "contacts": one.contacts, "share": one.share.to_dict()}
                for one in self.by_department()
            ],
            "by_cause": [one.to_dict() for one in self.by_cause()],
        }

    def _department(self, step: str) -> str | None:
        owner = self.facts.blueprint.owner(step)
        return owner.slug if owner else None

    def _unexplained(self) -> list[Share]:
        return self._shares((self.cause == NOBODY) - 1, [(None, UNEXPLAINED, None)])

    def _shares(self, codes: Ints, names: Sequence[tuple[str | None, str, str | None]]) -> list[Share]:
        drawn = _drawn(self.contacts.person, codes, len(names))
        whole = max(1, len(self.contacts))
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        found = []
        for place, (department, kind, step) in enumerate(names):
            count = int(counts[place])
            low, high = np.percentile(drawn[:, place], ENDS).tolist()
            share = Interval(min(low, count / whole), count / whole, max(high, count / whole))
            found += [Share(department, kind, step, count, share)] if count else []
        return sorted(found, key=lambda one: (-one.contacts, one.born_at or "", one.department or ""))


def _drawn(person: Ints, codes: Ints, kinds: int) -> NDArray[np.float64]:
    """(draws, kinds) shares of the contacts when persons are drawn anew."""
    if not len(person):
        return np.zeros((1, kinds))
    persons, of = np.unique(person, return_inverse=True)
    counts = np.zeros((len(persons), kinds + 1))
    np.add.at(counts, (of, np.where(codes >= 0, codes, kinds)), 1)
    chance = np.random.default_rng(7)
    draws = [
        np.bincount(chance.integers(len(persons), size=len(persons)), minlength=len(persons)) @ counts
        for _ in range(DRAWS)
    ]
    sums = np.asarray(draws)
    return sums[:, :kinds] / np.maximum(sums.sum(axis=1, keepdims=True), 1)


def failure_demand(log: JourneyLog) -> FailureDemand:
    """The primary cause of every support contact of a log that a blueprint built.

    Raises BadValue where the blueprint has no support contacts.
    """
    facts = facts_of(log, *blueprint_of(log))
    if not facts.support:
        raise BadValue("The blueprint has no touchpoint of nature 'support', so there is nothing to explain.")
    return trace(facts)


def trace(facts: Facts) -> FailureDemand:
    """The primary cause of every support contact."""
    contacts, rules = contacts_of(facts), rules_of(facts)
    cause = np.full(len(contacts), NOBODY)
    for units in (contacts.unit, contacts.before):
        for place, rule in enumerate(rules):
            cause[(cause == NOBODY) & _fitting(rule, contacts, units)] = place
    learnt = _learnt(facts, contacts, cause, len(rules))
    return FailureDemand(facts, contacts, [*rules, *learnt], cause)


def _fitting(rule: Explanation, contacts: Contacts, units: Ints) -> Bools:
    fits: Bools = rule.fits(contacts, np.maximum(units, 0)) & (units >= 0)
    return fits


def _learnt(facts: Facts, contacts: Contacts, cause: Ints, first: int) -> list[Explanation]:
    """Changes that explain what is left, the largest first; fills in ``cause``."""
    found: list[Explanation] = []
    while changes := changes_of(facts, contacts, cause == NOBODY):
        change = changes[0]
        explanation = Explanation(
            CHANGED, change.step, _since(facts, change.step, change.since), change.since
        )
        mine = (cause == NOBODY) & _fitting(explanation, contacts, contacts.unit)
        if not mine.any():
            break
        cause[mine] = first + len(found)
        found.append(explanation)
    return found


def _since(facts: Facts, step: str, since: int) -> Any:
    begun = facts.units.first(facts.log, [step])

    def fits(contacts: Contacts, units: Ints) -> Bools:
        return follows(facts, contacts, step, units) & (begun[units] >= since)

    return fits
