"""``drivers``: which steps matter for what becomes of a journey, and which is the weakest link.

Method. Each way in which a step goes badly (a slip) is held against what became of the journey after that moment, beside
comparable journeys in which it went well: the same period and region, the rest of what was known when the step was awaited
held constant by least squares. Persons are drawn anew for the intervals (1,000 draws of 1,000 blocks). What weighs is told
apart from chance with a rate of false discoveries of 1 % over all pairs of slip and outcome. Importance × shortfall is the
effect in one journey × journeys a month in which the step goes badly.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import erfc, sqrt

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts, facts_of_journeys
from trayecto.attempts.lives import DAY
from trayecto.blueprint import JourneyType
from trayecto.causes.blocks import BLOCKS, blocks_of
from trayecto.chance import discovered
from trayecto.designed import blueprint_of
from trayecto.drivers.circumstances import Circumstances, circumstances_of
from trayecto.drivers.losses import losses_of
from trayecto.drivers.outcomes import WORSE, Aftermath
from trayecto.drivers.pricing import Priced, Prices, Quantity, harm, late_days, priced, quantity
from trayecto.drivers.results import MONEY, Driver, Drivers, OutcomeEffect
from trayecto.drivers.slips import LOST, Slip, slips_of
from trayecto.drivers.weigh import NOISE, WEIGHS, Weight, differences, weigh
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval
from trayecto.values import Values, read_values

WITHIN_DAYS = 60
PART_OF_LOG = (
    3  # a window for repurchases is at most this part of the log's time: what comes later is not known
)
MONTH = 365.25 / 12 * DAY
FALSE_DISCOVERIES = 0.01
ADJUSTED, ASSOCIATION = "adjusted", "association"

Progress = Callable[[float], None]


def drivers(log: JourneyLog, *, within_days: int | None = None, progress: Progress | None = None) -> Drivers:
    """What each step of a log that a blueprint built does to the outcomes that log and blueprint allow.

    ``within_days``: how soon another order counts as a repurchase (default 60, at most a third of the log's time);
    ``progress`` is told the share that is done. Raises BadValue.
    """
    if within_days is not None and within_days < 1:
        raise BadValue(
            f"{within_days} days is no time in which somebody could order again: ask for 1 or more."
        )
    blueprint, journey_type = blueprint_of(log)
    facts = facts_of_journeys(log, blueprint, journey_type)
    if not len(facts.units):
        return Drivers(0, 0.0, (), within_days or WITHIN_DAYS, 0, (), None)
    return _Study.of(facts, journey_type, within_days).result(progress or (lambda share: None))


@dataclass(frozen=True, eq=False)
class _Weighed:
    """One slip, the ``place``-th, with its weights by outcome."""

    place: int
    slip: Slip
    around: Circumstances
    weights: dict[str, Weight]
    bad: Quantity
    people: Quantity
    lost: dict[str, Quantity]
    cost: Priced | None


@dataclass(frozen=True, eq=False)
class _Study:
    facts: Facts
    aftermath: Aftermath
    within_days: int
    blocks: NDArray[np.int32]  # (journeys,)
    months: float

    @classmethod
    def of(cls, facts: Facts, journey_type: JourneyType, within_days: int | None) -> _Study:
        span = facts.end - int(facts.units.began.min())
        days = within_days or max(1, min(WITHIN_DAYS, int(span // DAY) // PART_OF_LOG))
        aftermath = Aftermath(facts, journey_type, losses_of(facts), days * DAY)
        return cls(facts, aftermath, days, blocks_of(facts.units.person, 1), max(span / MONTH, 1 / 30))

    @cached_property
    def values(self) -> Values | None:
        text = self.facts.log.texts.get("values")
        return read_values(text) if text else None

    @cached_property
    def prices(self) -> Prices | None:
        return None if self.values is None else Prices.of(self.values, self.aftermath)

    @cached_property
    def counts(self) -> NDArray[np.float64]:
        """(journeys,) how many each stands for."""
        weights = self.facts.log.weights
        return np.ones(len(self.facts.units)) if weights is None else weights[self.facts.units.row]

    def result(self, progress: Progress) -> Drivers:
        slips = slips_of(self.facts, self.aftermath.losses)
        weighed = []
        for place in range(len(slips)):
            weighed.append(self._weighed(place, slips))
            progress((place + 1) / len(slips))
        tested, passing = _standing(weighed)
        names = (*self.aftermath.names, *((MONEY,) if self.prices else ()))
        greatest = {name: _greatest(weighed, name, passing) for name in self.aftermath.names}
        told = [self._driver(one, passing, greatest) for one in weighed]
        return Drivers(
            len(self.facts.units),
            self.months,
            names,
            self.within_days,
            tested,
            sorted(told, key=lambda one: (-(one.harm(names[-1]) or 0.0), -one.badly, one.step, one.kind)),
            self.values.currency if self.values else None,
        )

    def _weighed(self, place: int, slips: Sequence[Slip]) -> _Weighed:
        slip = slips[place]
        around = circumstances_of(slip, slips, self.aftermath)
        weights = {}
        for name in self.aftermath.names:
            outcome = self.aftermath.of(name, slip)
            if outcome is not None:
                weights[name] = weigh(slip, outcome, WORSE[name], around, self.blocks)
        bad = self._monthly(slip.badly * self.counts)
        lost = {name: harm(one, WORSE[name], bad) for name, one in weights.items() if one.effect}
        counted = (
            list(self.prices.lines(slip, lost, self._monthly(late_days(slip) * self.counts)))
            if self.prices
            else []
        )
        return _Weighed(place, slip, around, weights, bad, self._people(slip), lost, priced(counted))

    def _monthly(self, values: NDArray[np.float64]) -> Quantity:
        return quantity(values, self.blocks, BLOCKS, self.months)

    def _people(self, slip: Slip) -> Quantity:
        """Persons to whom it happens, each once."""
        bad = np.flatnonzero(slip.badly)
        first = np.zeros(len(slip.badly))
        first[bad[np.unique(self.facts.units.person[bad], return_index=True)[1]]] = 1.0
        return self._monthly(first * self.counts)

    def _driver(self, one: _Weighed, passing: set[tuple[int, str]], greatest: dict[str, float]) -> Driver:
        touchpoint = self.facts.blueprint.by_key[one.slip.step]
        owner = self.facts.blueprint.owner(one.slip.step)
        held = one.around.says_something and one.slip.kind != LOST
        return Driver(
            step=one.slip.step,
            kind=one.slip.kind,
            limit=one.slip.limit,
            department=owner.slug if owner else None,
            stated=touchpoint.importance,
            journeys=int(one.slip.known.sum()),
            badly=int(one.slip.badly.sum()),
            people=one.people.interval,
            effects={name: _told(one, name, passing, greatest[name]) for name in one.weights},
            method=ADJUSTED if held else ASSOCIATION,
            differences=differences(one.slip, one.around),
            money=one.cost.money if one.cost else None,
            money_verdict=(WEIGHS if (one.place, MONEY) in passing else NOISE) if one.cost else None,
            lines=one.cost.lines if one.cost else (),
        )


def _standing(weighed: Sequence[_Weighed]) -> tuple[int, set[tuple[int, str]]]:
    """How many pairs of slip and outcome were tested, and those that stand out from chance."""
    pairs = [
        ((one.place, name), weight.p)
        for one in weighed
        for name, weight in one.weights.items()
        if weight.effect
    ]
    pairs += [((one.place, MONEY), erfc(one.cost.z / sqrt(2)) / 2) for one in weighed if one.cost]
    passed = discovered([p for _pair, p in pairs], FALSE_DISCOVERIES)
    return len(pairs), {pair for (pair, _p), stands in zip(pairs, passed, strict=True) if stands}


def _greatest(weighed: Sequence[_Weighed], name: str, passing: set[tuple[int, str]]) -> float:
    """The greatest harm to an outcome in one journey."""
    found = [
        WORSE[name] * weight.effect.effect
        for one in weighed
        if (weight := one.weights.get(name)) and weight.effect and (one.place, name) in passing
    ]
    return max(found, default=0.0)


def _told(one: _Weighed, name: str, passing: set[tuple[int, str]], greatest: float) -> OutcomeEffect:
    weight = one.weights[name]
    if weight.effect is None:
        return OutcomeEffect(weight.verdict, weight.compared)
    told = weight.effect
    weighs = (one.place, name) in passing
    importance = WORSE[name] * told.effect / greatest if weighs and greatest > 0 else None
    return replace(
        OutcomeEffect(WEIGHS if weighs else NOISE, weight.compared),
        effect=Interval(min(told.low, told.effect), told.effect, max(told.high, told.effect)),
        extra=one.lost[name].interval,
        importance=importance,
        badly=weight.mean,
        well=weight.mean_well,
        p=weight.p,
    )
