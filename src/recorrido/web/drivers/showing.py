"""A stored result as the page of the weakest link shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recorrido.journeys.driving import SELECTION
from recorrido.journeys.queries import Selection, Study
from recorrido.web.conditions import attribute_said
from recorrido.web.drivers import wording
from recorrido.web.shown import Count, Interval, behind

MONEY = "money"
FEW = 30


@dataclass(frozen=True)
class Line:
    what: str
    quantity: Interval
    each: Interval
    total: Interval
    source: str


@dataclass(frozen=True)
class ShownDriver:
    """A step and its slip, for one outcome. ``facts`` is what the library said."""

    facts: dict[str, Any]
    outcome: str
    label: str
    owner: str
    count: Count
    lines: tuple[Line, ...]
    differences: tuple[tuple[str, float], ...]

    @property
    def slip(self) -> str:
        return wording.said(wording.SLIPS, self.facts["kind"])

    @property
    def is_lost(self) -> bool:
        """Whether it speaks of journeys that end there: nobody knows whether they wished to go on."""
        return bool(self.facts["kind"] == "lost")

    @property
    def is_usual(self) -> bool:
        """Whether nothing was promised, so that late means later than usual."""
        return bool(self.facts["limit"] == "usual")

    @property
    def method(self) -> str:
        """Its name; pages ask ``method_mark`` for the word and what it means."""
        return str(self.facts["method"])

    @property
    def people(self) -> Interval:
        return Interval(**self.facts["people_per_month"])

    @property
    def told(self) -> dict[str, Any] | None:
        """What the slip does to the outcome; None where it decides it itself."""
        found: dict[str, Any] | None = self.facts["effects"].get(self.outcome)
        return found

    @property
    def verdict(self) -> str:
        key = self.facts["money_verdict"] if self.outcome == MONEY else (self.told or {}).get("verdict")
        return wording.said(wording.VERDICTS, key) if key else ""

    @property
    def weighs(self) -> bool:
        if self.outcome == MONEY:
            return bool(self.facts["money_verdict"] == "weighs")
        return bool(self.told and self.told["verdict"] == "weighs")

    @property
    def month(self) -> Interval | None:
        """What the outcome loses in a month."""
        return Interval.of(self.facts["money"] if self.outcome == MONEY else (self.told or {}).get("extra"))

    @property
    def money(self) -> Interval | None:
        return Interval.of(self.facts["money"])

    @property
    def effect(self) -> str:
        """The effect in one journey, with its interval, in words."""
        found = Interval.of((self.told or {}).get("effect"))
        if found is None:
            return ""
        ends = (wording.effect_said(self.outcome, end) for end in (found.expected, found.low, found.high))
        return "{} ({} … {})".format(*ends)

    @property
    def importance(self) -> float | None:
        """Derived, for this outcome; for money, the greatest of all outcomes."""
        if self.told is not None:
            return self.told["importance"]
        found = [one["importance"] for one in self.facts["effects"].values() if one["importance"] is not None]
        return max(found, default=None) if self.outcome == MONEY else None


def drivers_shown(study: Study, version: str, result: dict[str, Any], outcome: str) -> list[ShownDriver]:
    """The slips by what the outcome loses in a month, those that weigh first."""
    rows = [_driver(study, version, facts, outcome) for facts in result["steps"]]
    return sorted(rows, key=lambda one: (not one.weighs, -(one.month.expected if one.month else 0.0)))


def _driver(study: Study, version: str, facts: dict[str, Any], outcome: str) -> ShownDriver:
    step, kind = facts["step"], facts["kind"]
    differences = sorted(facts["differences"].items(), key=lambda one: -one[1])
    return ShownDriver(
        facts=facts,
        outcome=outcome,
        label=study.label(step),
        owner=study.owner_label(step),
        count=Count(facts["behind"], behind(study, version, Selection(SELECTION, (step, kind)))),
        lines=tuple(_line(line) for line in facts["lines"]),
        differences=tuple((_circumstance(study, name), share) for name, share in differences),
    )


def _line(told: dict[str, Any]) -> Line:
    each = told["each"]
    return Line(
        what=wording.said(wording.LINES, told["what"]),
        quantity=Interval(**told["quantity"]),
        each=Interval(each["low"], each["expected"], each["high"]),
        total=Interval(**told["total"]),
        source=each["source"] or "",
    )


def _circumstance(study: Study, name: str) -> str:
    step, _space, kind = name.rpartition(" ")
    if kind in wording.SLIPS and step:
        return f"{study.label(step)}: {wording.said(wording.SLIPS, kind)}"
    return attribute_said(study.journey_type, name)
