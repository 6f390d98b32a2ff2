"""``failure_demand``: what share of the support contacts is born in which process, contact by contact.

Each contact has exactly one primary cause (``trace``), so shares sum to one. Intervals hold 90 % of draws of persons with
replacement.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts, facts_of
from trayecto.attempts.lives import Bools, Ints
from trayecto.demand.contacts import NONE, Contacts, contacts_of
from trayecto.demand.costs import lines_of, months_of, prices_of
from trayecto.demand.rules import UNEXPLAINED, Explanation
from trayecto.demand.trace import trace
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line, total_of

DRAWS = 400
ENDS = (5.0, 95.0)  # of the 90 % interval


@dataclass(frozen=True, slots=True)
class Department:
    """``contacts`` of all support contacts born in a department's steps; ``department`` None: nobody is known to have caused them."""

    department: str | None
    contacts: int
    share: Interval

    def to_dict(self) -> dict[str, Any]:
        return {"department": self.department, "contacts": self.contacts, "share": self.share.to_dict()}


@dataclass(frozen=True)
class Cause:
    """Contacts of one cause: born at a step, felt most at another. ``lines``: what they cost a month, a line per channel;
    none where nobody says what a contact costs. ``places``: which contacts."""

    kind: str
    born_at: str | None
    department: str | None
    felt_at: str | None
    contacts: int
    share: Interval
    monthly: Interval
    lines: Sequence[Line]
    currency: str
    places: Ints
    alike: int  # of the contacts: about what began before the log, and of a kind that has this cause
    method: (
        str | None
    )  # adjusted: compared with attempts alike; association: a rule says so, or time does; None: unexplained

    @property
    def money(self) -> Interval | None:
        return total_of(self.lines) if self.lines else None

    def to_dict(self) -> dict[str, Any]:
        money = self.money
        return {
            "kind": self.kind,
            "born_at": self.born_at,
            "department": self.department,
            "felt_at": self.felt_at,
            "contacts": self.contacts,
            "share": self.share.to_dict(),
            "monthly": self.monthly.to_dict(),
            "money": {**money.to_dict(), "currency": self.currency, "per": "month"} if money else None,
            "lines": [line.to_dict() for line in self.lines],
            "alike": self.alike,
            "method": self.method,
        }


@dataclass(frozen=True, eq=False)
class FailureDemand:
    """``cause``: (contacts,) the place of each contact's cause in ``explanations``, NONE = unexplained."""

    facts: Facts
    contacts: Contacts
    explanations: Sequence[Explanation]
    cause: Ints
    alike: Bools

    @property
    def explained(self) -> int:
        return int((self.cause != NONE).sum())

    @cached_property
    def by_cause(self) -> list[Cause]:
        """One row per kind and step that explain a contact, the most first, then what is unexplained."""
        names = sorted({(one.kind, one.step) for one in self.explanations})
        places = np.array([names.index((one.kind, one.step)) for one in self.explanations] + [len(names)])
        codes = places[self.cause]
        counts, shares = self._shares(codes, len(names) + 1)
        rows = [
            self._cause(*name, np.flatnonzero(codes == place), shares[place])
            for place, name in enumerate([*names, (UNEXPLAINED, None)])
            if counts[place]
        ]
        return sorted(rows, key=lambda one: (one.born_at is None, -one.contacts, one.born_at or "", one.kind))

    @cached_property
    def by_department(self) -> list[Department]:
        """One row per department whose steps explain a contact, the most first, then what is unexplained."""
        owners = sorted({self._owner(one.step) or "" for one in self.explanations})
        places = [owners.index(self._owner(one.step) or "") for one in self.explanations] + [len(owners)]
        counts, shares = self._shares(np.array(places)[self.cause], len(owners) + 1)
        rows = [
            Department(owner or None, int(count), share)
            for owner, count, share in zip([*owners, ""], counts, shares, strict=True)
            if count
        ]
        return sorted(rows, key=lambda one: (one.department is None, -one.contacts, one.department or ""))

    def to_dict(self) -> dict[str, Any]:
        return {
            "contacts": len(self.contacts),
            "explained": self.explained,
            "by_department": [one.to_dict() for one in self.by_department],
            "by_cause": [one.to_dict() for one in self.by_cause],
        }

    def _owner(self, step: str) -> str | None:
        owner = self.facts.blueprint.owner(step)
        return owner.slug if owner else None

    def _cause(self, kind: str, step: str | None, mine: Ints, share: Interval) -> Cause:
        whole = len(self.contacts) / months_of(self.facts)
        monthly = Interval(share.low * whole, share.expected * whole, share.high * whole)
        prices = prices_of(self.facts.log, self.facts.blueprint)
        counted = self._counted(mine)
        felt = Counter[str]()
        for (at, _channel), count in counted.items():
            felt[at] += count
        return Cause(
            kind=kind,
            born_at=step,
            department=self._owner(step) if step else None,
            felt_at=max(sorted(felt), key=lambda at: felt[at], default=None),
            contacts=len(mine),
            share=share,
            monthly=monthly,
            lines=lines_of(prices, counted, monthly),
            currency=prices.currency,
            places=mine,
            alike=int(self.alike[mine].sum()),
            method=self._method(kind, step),
        )

    def _method(self, kind: str, step: str | None) -> str | None:
        mine = [one.compared for one in self.explanations if (one.kind, one.step) == (kind, step)]
        return ("adjusted" if all(mine) else "association") if mine else None

    def _counted(self, mine: Ints) -> dict[tuple[str, str], int]:
        """These contacts by step and channel."""
        codes, names = self._channels
        steps = self.facts.log.step_names
        pairs, counts = np.unique(
            np.stack([self.contacts.step[mine], codes[mine]]), axis=1, return_counts=True
        )
        told = zip(*pairs.tolist(), counts.tolist(), strict=True)
        return {(steps[step], names[code] if code != NONE else ""): count for step, code, count in told}

    @cached_property
    def _channels(self) -> tuple[Ints, Sequence[str]]:
        return self.contacts.codes("channel")

    def _shares(self, codes: Ints, kinds: int) -> tuple[Ints, list[Interval]]:
        drawn = _drawn(self.contacts.person, codes, kinds)
        counts = np.bincount(codes, minlength=kinds)
        shares = counts / max(1, len(codes))
        low, high = np.percentile(drawn, ENDS, axis=0)
        return counts, [
            Interval(min(least, mid), mid, max(most, mid))
            for least, mid, most in zip(low.tolist(), shares.tolist(), high.tolist(), strict=True)
        ]


def _drawn(person: Ints, codes: Ints, kinds: int) -> NDArray[np.float64]:
    """(draws, kinds) shares of the contacts when persons are drawn anew."""
    if not len(person):
        return np.zeros((1, kinds))
    persons, of = np.unique(person, return_inverse=True)
    counts = np.zeros((len(persons), kinds))
    np.add.at(counts, (of, codes), 1)
    chance = np.random.default_rng(7)
    draws = [
        np.bincount(chance.integers(len(persons), size=len(persons)), minlength=len(persons)) @ counts
        for _ in range(DRAWS)
    ]
    sums = np.asarray(draws)
    return sums / np.maximum(sums.sum(axis=1, keepdims=True), 1)


def failure_demand(log: JourneyLog) -> FailureDemand:
    """The primary cause of every support contact of a log that a blueprint built.

    Raises BadValue where the blueprint has no support contacts.
    """
    facts = facts_of(log, *blueprint_of(log))
    if not facts.support:
        raise BadValue("The blueprint has no touchpoint of nature 'support', so there is nothing to explain.")
    return demand_of(facts)


def demand_of(facts: Facts) -> FailureDemand:
    """The same of attempts that are at hand."""
    contacts = contacts_of(facts)
    found = trace(facts, contacts)
    return FailureDemand(facts, contacts, found.explanations, found.cause, found.alike)
