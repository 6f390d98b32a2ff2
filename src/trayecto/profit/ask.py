"""``profit``: the most and the least profitable customers, products and channels, with the arithmetic.

What somebody leaves is the margin of the orders they kept, less what their support contacts, returns and days of delay cost, by the
value model of the log. Counts are what happened in the log's time; only the amounts are uncertain. What the value
model does not name is not counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts, facts_of
from trayecto.attempts.lives import Ints
from trayecto.demand.costs import months_of, prices_of
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue, UnknownAttribute, did_you_mean
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line, exactly, total_of
from trayecto.profit.quantities import Entries, entries_of

PERSON = "person"
SHOWN = 10


@dataclass(frozen=True)
class Profit:
    """What a customer, a product or a channel left. ``lines`` add up to ``total``."""

    name: str
    journeys: int
    orders: int
    lines: Sequence[Line]

    @property
    def total(self) -> Interval:
        return total_of(self.lines)

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "journeys": self.journeys,
            "orders": self.orders,
            "profit": self.total.to_dict(),
            "lines": [line.to_dict() for line in self.lines],
        }


@dataclass(frozen=True)
class Dimension:
    """``by``: an attribute of journeys, or PERSON. ``groups``: how many there are; ``losing``: how many left less than nothing."""

    by: str
    groups: int
    losing: int
    most: Sequence[Profit]
    least: Sequence[Profit]

    def to_dict(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "groups": self.groups,
            "losing": self.losing,
            "most": [one.to_dict() for one in self.most],
            "least": [one.to_dict() for one in self.least],
        }


@dataclass(frozen=True)
class Profits:
    """``whole``: everything together; ``months``: the length of the log's time."""

    currency: str
    months: float
    whole: Profit
    dimensions: Sequence[Dimension]

    def to_dict(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "months": round(self.months, 3),
            "whole": self.whole.to_dict(),
            "dimensions": [one.to_dict() for one in self.dimensions],
        }


def profit(log: JourneyLog, by: Sequence[str] = (), *, top: int = SHOWN) -> Profits:
    """The ``top`` most and least profitable groups ``by`` each attribute (default: persons, and every segment of the blueprint).

    Raises BadValue for a log without a blueprint or without amounts, UnknownAttribute.
    """
    blueprint, journey_type = blueprint_of(log)
    facts, prices = facts_of(log, blueprint, journey_type), prices_of(log, blueprint)
    entries = list(entries_of(facts, prices))
    if not entries:
        raise BadValue("Nothing says what an order or a contact is worth: build the log with --values.")
    wanted = by or [
        PERSON,
        *(one.name for one in journey_type.segments if one.name in log.attributes.column_names),
    ]
    whole = _Sums(facts, entries, _Groups(("",), np.zeros(log.total_rows, dtype=np.int64), False))
    dimensions = [_dimension(_Sums(facts, entries, _groups(facts, name)), name, top) for name in wanted]
    return Profits(prices.currency, months_of(facts), whole.profit(0), dimensions)


@dataclass(frozen=True, eq=False)
class _Groups:
    """``code``: of each row of the log, or, ``of_persons``, of each person; -1 = none."""

    names: Sequence[str]
    code: Ints
    of_persons: bool

    def of(self, row: Ints, person: Ints) -> Ints:
        return self.code[person if self.of_persons else row]


def _groups(facts: Facts, name: str) -> _Groups:
    table = facts.log.attributes
    if name == PERSON:
        persons = pc.dictionary_encode(table[PERSON]).combine_chunks().dictionary
        return _Groups([str(one) for one in persons.to_pylist()], np.arange(len(persons)), True)
    if name not in table.column_names:
        raise UnknownAttribute(f"The log has no attribute '{name}'.{did_you_mean(name, table.column_names)}")
    coded = pc.dictionary_encode(table[name].cast(pa.string())).combine_chunks()
    code = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return _Groups([str(one) for one in coded.dictionary.to_pylist()], code, False)


class _Sums:
    """The quantities of all entries by group."""

    def __init__(self, facts: Facts, entries: Iterable[Entries], groups: _Groups) -> None:
        self.groups, size = groups, len(groups.names)
        self.entries = list(entries)
        self.quantities = [_sum(groups.of(one.row, one.person), one.quantity, size) for one in self.entries]
        units = facts.units
        mine = groups.of(units.row, units.person)
        self.orders = _sum(mine, facts.ordered.astype(float), size)
        pairs = np.unique(np.stack([mine, units.row]), axis=1) if len(units) else np.empty((2, 0), np.int64)
        self.journeys = _sum(pairs[0], np.ones(pairs.shape[1]), size)
        worth = (sums * one.each.expected for sums, one in zip(self.quantities, self.entries, strict=True))
        self.expected = np.sum([np.zeros(size), *worth], axis=0)

    def profit(self, place: int) -> Profit:
        lines = [
            Line(f"{one.what} {one.about}".strip(), exactly(float(sums[place])), one.each)
            for sums, one in zip(self.quantities, self.entries, strict=True)
            if sums[place]
        ]
        return Profit(self.groups.names[place], int(self.journeys[place]), int(self.orders[place]), lines)


def _sum(code: Ints, quantity: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    known = code >= 0
    found: NDArray[np.float64] = np.bincount(code[known], quantity[known], size).astype(np.float64)
    return found


def _dimension(sums: _Sums, name: str, top: int) -> Dimension:
    """Groups that did nothing in this time are left out."""
    active = np.flatnonzero((sums.orders > 0) | (sums.expected != 0))
    ranked = active[np.argsort(-sums.expected[active], kind="stable")]
    losing = int((sums.expected[active] < 0).sum())
    most = [sums.profit(place) for place in ranked[:top].tolist()]
    least = [sums.profit(place) for place in ranked[::-1][:top].tolist()]
    return Dimension(name, len(active), losing, most, least)
