"""What ``drivers`` answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trayecto.drivers.slips import LOST
from trayecto.drivers.weigh import WEIGHS
from trayecto.money import Interval, Line

MONEY = "money"


@dataclass(frozen=True)
class OutcomeEffect:
    """What a slip does to one outcome. ``effect``: the adjusted difference in the outcome's own units, with its 90 % interval;
    None without comparable journeys. ``extra``: effect × journeys a month, as harm: above zero is worse. ``importance``: this
    harm in one journey over the greatest of all slips, 0 … 1; None unless it weighs. ``badly``, ``well``: the plain means."""

    verdict: str
    compared: int
    effect: Interval | None = None
    extra: Interval | None = None
    importance: float | None = None
    badly: float | None = None
    well: float | None = None
    p: float | None = None

    def to_dict(self) -> dict[str, Any]:
        return {
            "verdict": self.verdict,
            "compared": self.compared,
            "effect": self.effect.to_dict() if self.effect else None,
            "extra": self.extra.to_dict() if self.extra else None,
            "importance": self.importance,
            "badly": self.badly,
            "well": self.well,
            "p": self.p,
        }


@dataclass(frozen=True)
class Driver:
    """One step and one way in which it goes badly. ``journeys`` in which that is known, ``badly`` those in which it does;
    ``people`` a month to whom it happens; ``stated``: the importance that the blueprint gives the step, 0 … 1. ``lines``: the
    money a month, one by one. ``differences``: how far the circumstances of both differed, which was held constant."""

    step: str
    kind: str
    limit: str | None
    department: str | None
    stated: float
    journeys: int
    badly: int
    people: Interval
    effects: Mapping[str, OutcomeEffect]
    method: str
    differences: Mapping[str, float]
    money: Interval | None = None
    money_verdict: str | None = None
    lines: Sequence[Line] = ()

    @property
    def share(self) -> float:
        return self.badly / self.journeys

    def harm(self, outcome: str) -> float | None:
        """What the outcome loses a month by this, where that stands out from chance."""
        if outcome == MONEY:
            return self.money.expected if self.money and self.money_verdict == WEIGHS else None
        told = self.effects.get(outcome)
        return told.extra.expected if told and told.extra and told.verdict == WEIGHS else None

    def to_dict(self, currency: str | None) -> dict[str, Any]:
        money = self.money.to_dict() | {"currency": currency, "per": "month"} if self.money else None
        return {
            "step": self.step,
            "kind": self.kind,
            "limit": self.limit,
            "department": self.department,
            "stated": self.stated,
            "journeys": self.journeys,
            "badly": self.badly,
            "share": self.share,
            "people_per_month": self.people.to_dict(),
            "effects": {name: one.to_dict() for name, one in self.effects.items()},
            "money": money,
            "money_verdict": self.money_verdict,
            "lines": [line.to_dict() for line in self.lines],
            "method": self.method,
            "differences": dict(self.differences),
        }


@dataclass(frozen=True)
class Drivers:
    """``outcomes`` that the log allows, and MONEY with a value model; ``months`` the log spans; ``tested`` pairs of slip and
    outcome; ``within_days``: how soon another order counts as a repurchase."""

    journeys: int
    months: float
    outcomes: Sequence[str]
    within_days: int
    tested: int
    steps: Sequence[Driver]
    currency: str | None

    def weakest(self, outcome: str) -> Driver | None:
        """The step whose going badly costs the outcome most in a month, importance × shortfall; None where nothing stands out
        from chance. Who is lost at a step may not have wanted to go on: that is counted, but no weakest link."""
        found = [one for one in self.steps if one.kind != LOST and (one.harm(outcome) or 0.0) > 0]
        return max(found, key=lambda one: one.harm(outcome) or 0.0, default=None)

    def to_dict(self) -> dict[str, Any]:
        named = {name: self.weakest(name) for name in self.outcomes}
        return {
            "journeys": self.journeys,
            "months": self.months,
            "outcomes": list(self.outcomes),
            "repurchase_within_days": self.within_days,
            "tested": self.tested,
            "currency": self.currency,
            "weakest": {
                name: {"step": one.step, "kind": one.kind} if one else None for name, one in named.items()
            },
            "steps": [one.to_dict(self.currency) for one in self.steps],
        }
