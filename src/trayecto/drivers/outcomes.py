"""Outcomes: what becomes of a journey after a moment, several side by side. NaN: not known, or it had happened before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts, anchors_of
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.blueprint import JourneyType
from trayecto.drivers.losses import Losses
from trayecto.drivers.slips import LOST, Slip
from trayecto.units import HOUR, SECOND

Floats = NDArray[np.float64]
GOAL, SATISFACTION, TIME, CONTACTS = "goal", "satisfaction", "time", "contacts"
RETURN, REPURCHASE, VALUE = "return", "repurchase", "value"
WORSE = {GOAL: -1, SATISFACTION: -1, TIME: 1, CONTACTS: 1, RETURN: 1, REPURCHASE: -1, VALUE: -1}
"""Outcome → the sign of what is worse."""


@dataclass(frozen=True, eq=False)
class Aftermath:
    """What became of the journeys. ``within``: microseconds in which another order counts as a repurchase."""

    facts: Facts
    journey_type: JourneyType
    losses: Losses
    within: int

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The outcomes that the log and its blueprint allow."""
        known = self.facts.log.stored.code_of
        there = {
            GOAL: any(step in known for step in self.facts.goals),
            SATISFACTION: self._has(self.journey_type.satisfaction),
            TIME: any(step in known for step in self.facts.goals),
            CONTACTS: any(step in known for step in self.facts.support),
            RETURN: any(step in known for step in self.returns),
            REPURCHASE: len(self._orders[0]) > 0,
            VALUE: len(self._orders[0]) > 0 and self._has(self.journey_type.value),
        }
        return tuple(name for name, is_there in there.items() if is_there)

    def _has(self, attribute: str | None) -> bool:
        return attribute is not None and attribute in self.facts.log.attributes.column_names

    @cached_property
    def returns(self) -> list[str]:
        return [one.key for one in self.facts.blueprint.measured if one.stage == "return"]

    def of(self, name: str, slip: Slip) -> Floats | None:
        """(journeys,) the outcome after a slip's moment; None where the slip itself decides it."""
        if slip.kind == LOST and name != GOAL:
            return None
        return {
            GOAL: self._goal,
            SATISFACTION: self._satisfaction,
            TIME: self._time,
            CONTACTS: self._contacts,
            RETURN: self._return,
            REPURCHASE: self._repurchase,
            VALUE: self._value,
        }[name](slip)

    @cached_property
    def reached(self) -> Ints:
        """(journeys,) when the goal was first reached, or NEVER."""
        return self.facts.units.first(self.facts.log, self.facts.goals)

    def _goal(self, slip: Slip) -> Floats | None:
        if slip.step in self.facts.goals:
            return None
        decided = (self.reached < NEVER) | self.losses.lost
        return np.where(decided & (self.reached > slip.start), self.reached < NEVER, np.nan)

    def _time(self, slip: Slip) -> Floats | None:
        """Hours from the order, else from the beginning, to the goal."""
        if slip.step in self.facts.goals:
            return None
        units = self.facts.units
        ordered = (units.ordered < NEVER) & (units.ordered < self.reached)
        taken = self.reached - np.where(ordered, units.ordered, units.began)
        return np.where((self.reached < NEVER) & (self.reached > slip.start), taken / HOUR, np.nan)

    def _contacts(self, slip: Slip) -> Floats:
        return self.after(self.facts.support, slip.moment).astype(float)

    def after(self, steps: Sequence[str], moment: Ints) -> Ints:
        """(journeys,) how often the steps happen after a moment."""
        mine, unit = self.facts.units.among(self.facts.log, steps)
        later = self.facts.units.events.at[mine] > moment[unit]
        return np.bincount(unit[later], minlength=len(moment)).astype(np.int64)

    def _return(self, slip: Slip) -> Floats | None:
        if slip.step in self.facts.undone:
            return None
        first = self.facts.units.first(self.facts.log, self.returns)
        return np.where(first > slip.moment, first < NEVER, np.nan)

    def _satisfaction(self, slip: Slip) -> Floats:
        name = self.journey_type.satisfaction or ""
        score = self.facts.log.attributes[name].to_numpy().astype(float)[self.facts.units.row]
        written = self.journey_type.attribute(name)
        asked = _last(self.facts, list(written.of) if written else [])
        return np.where(asked > slip.moment, score, np.nan)

    # --- orders of the same person in other journeys ---

    @cached_property
    def _orders(self) -> tuple[Ints, Ints, Ints]:
        """(orders,) person, moment and journey of each order, by person and moment; none where journeys are not of orders."""
        units = self.facts.units
        anchors = [step for step in anchors_of(self.journey_type) if step in self.facts.log.stored.code_of]
        if anchors:
            mine, unit = units.among(self.facts.log, anchors)
            at = units.events.at[mine]
        elif self.journey_type.key == "order":
            unit, at = np.arange(len(units)), units.began
        else:
            unit, at = np.zeros(0, np.int64), np.zeros(0, np.int64)
        order = np.lexsort((at, units.person[unit]))
        return units.person[unit][order], at[order], unit[order]

    @cached_property
    def orders(self) -> int:
        return len(self._orders[0])

    @cached_property
    def _rank(self) -> tuple[Ints, int, int]:
        """(orders,) one number that sorts by person, then by second; the first second, and how many there may be."""
        person, at, _unit = self._orders
        least = int(self.facts.units.began.min(initial=NEVER)) // SECOND
        span = int(self.facts.end + self.within) // SECOND - least + 10
        return person * span + (at // SECOND - least), least, span

    def _until(self, moment: Ints) -> Ints:
        """(journeys,) how many orders stand before the person's first one after a moment."""
        rank, least, span = self._rank
        seconds = np.clip(moment // SECOND - least, -1, span - 1)
        return np.searchsorted(rank, self.facts.units.person * span + seconds, side="right")

    def _window(self, slip: Slip) -> tuple[Ints, Ints, Bools]:
        begun = np.minimum(slip.moment, NEVER - self.within)
        known = (slip.moment < NEVER) & (begun + self.within <= self.facts.end)
        return self._until(begun), self._until(begun + self.within), known

    def _own(self, slip: Slip, value: Floats) -> Floats:
        """(journeys,) what the journey's own orders within the window make: they are no repurchase."""
        _person, at, unit = self._orders
        since = np.minimum(slip.moment, NEVER - self.within)[unit]
        mine = (at > since) & (at <= since + self.within)
        return np.bincount(unit[mine], value[mine], len(slip.moment)).astype(np.float64)

    def _repurchase(self, slip: Slip) -> Floats:
        first, last, known = self._window(slip)
        ones = np.ones(self.orders)
        found = np.minimum(last - first - self._own(slip, ones), 1.0)
        return np.where(known, found, np.nan)

    def _value(self, slip: Slip) -> Floats:
        first, last, known = self._window(slip)
        worth = self.order_values
        total = np.concatenate([[0.0], np.cumsum(worth)])
        return np.where(known, total[last] - total[first] - self._own(slip, worth), np.nan)

    @cached_property
    def order_values(self) -> Floats:
        """(orders,) what each order is worth: its journey's value, in equal parts."""
        _person, _at, unit = self._orders
        values = self.facts.log.attributes[self.journey_type.value or ""].to_numpy().astype(float)
        each = np.nan_to_num(values[self.facts.units.row]) / np.maximum(
            np.bincount(unit, minlength=len(self.facts.units)), 1
        )
        return each[unit]

    def orders_before(self, moment: Ints) -> Ints:
        """(journeys,) how often the person had ordered until a moment."""
        person = self._orders[0]
        return self._until(moment) - np.searchsorted(person, self.facts.units.person)


def _last(facts: Facts, steps: list[str]) -> Ints:
    """(journeys,) when one of the steps last happens; the journey's last moment where no steps are told, -1 where none does."""
    if not steps:
        return facts.units.events.at[facts.units.stop - 1]
    mine, unit = facts.units.among(facts.log, steps)
    found = np.full(len(facts.units), -1)
    np.maximum.at(found, unit, facts.units.events.at[mine])
    return found


assert DAY == 24 * HOUR
