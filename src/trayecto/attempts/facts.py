"""What is known about each attempt to order: what came of it, what came after it, and with whom it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.attempts.lives import DAY, NEVER, Bools, Ints, Units, journeys_as_units, units_of
from trayecto.blueprint import Blueprint, JourneyType
from trayecto.log.journeylog import JourneyLog
from trayecto.units import to_microseconds

Floats = NDArray[np.float64]
STRATA = ("region", "delivery")
WEEK = 7 * DAY
WEEKS = 60
AFTER = ("delivery", "return")


@dataclass(frozen=True)
class Facts:
    """(units,) arrays. ``kept``: ordered, not cancelled, not brought back; ``worth``: its value if kept; ``later``: kept, contacts and worth
    of the same person's later attempts; ``stratum``: whom it compares with; ``weeks``: whole weeks from the order to the next attempt or the end;
    ``first_of_journey``: whether the journey's attributes, which tell of its first order, tell of this one."""

    log: JourneyLog
    blueprint: Blueprint
    journey_type: JourneyType
    units: Units
    end: int
    anchors: Sequence[str]
    goals: Sequence[str]
    support: Sequence[str]
    undone: Sequence[str]
    ordered: Bools
    kept: Floats
    contacts: Floats
    worth: Floats
    later: tuple[Floats, Floats, Floats]
    stratum: Ints
    weeks: Ints
    first_of_journey: Bools

    @property
    def following(self) -> Bools:
        return self.units.following

    def codes(self, names: Sequence[str]) -> Ints:
        """(units,) a number for each combination of values of these journey attributes."""
        return _strata(self.log, self.units, names)

    def attribute(self, name: str) -> pa.ChunkedArray:
        """(units,) a journey attribute as text."""
        return self.log.attributes[name].cast(pa.string()).take(pa.array(self.units.row))


def facts_of(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> Facts:
    """Orders are the anchors of the journeys' boundaries, else steps of the goal."""
    anchored = anchors_of(journey_type) or journey_type.goal
    gates = [one.key for one in blueprint.measured if one.gate is not None]
    after = [one.key for one in blueprint.measured if one.stage in AFTER and one.key not in anchored]
    return _facts(log, blueprint, journey_type, units_of(log, anchored, gates, after))


def facts_of_journeys(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> Facts:
    """The same with the log's journeys, whatever they are of, in the place of attempts to order; a journey of two orders counts
    as two."""
    anchors = anchors_of(journey_type)
    units = journeys_as_units(log, anchors, of_orders=not anchors and journey_type.key == "order")
    return _facts(log, blueprint, journey_type, units)


def anchors_of(journey_type: JourneyType) -> Sequence[str]:
    """The steps that journeys of this type are cut around."""
    return journey_type.boundaries.anchor if journey_type.boundaries else ()


def _facts(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType, units: Units) -> Facts:
    anchored = anchors_of(journey_type) or journey_type.goal
    touchpoints = blueprint.measured
    support = [one.key for one in touchpoints if one.nature == "support"]
    undone = [one.key for one in touchpoints if one.stage == "return" or one.key == "order.cancelled"]
    ordered = units.ordered < NEVER
    kept = (ordered & (units.first(log, undone) == NEVER)).astype(float)
    contacts = units.count(log, support).astype(float)
    end = to_microseconds(log.as_of)
    until = np.where(units.following, np.append(units.began[1:], end), end)
    weeks = (until - np.where(ordered, units.ordered, units.began)) // WEEK
    worth = kept * order_values(log, units, journey_type, ordered)
    alone = np.ones(len(units), dtype=bool)
    alone[1:] = units.row[1:] != units.row[:-1]
    return Facts(
        log, blueprint, journey_type, units, end, anchored, journey_type.goal, support, undone, ordered, kept, contacts, worth,
        (_later(units, kept), _later(units, contacts), _later(units, worth)),
        _strata(log, units, STRATA), np.clip(weeks, 0, WEEKS - 1), alone,
    )  # fmt: skip


def order_values(log: JourneyLog, units: Units, journey_type: JourneyType, ordered: Bools) -> Floats:
    """(units,) the journey's value, in equal parts for each of its orders."""
    if journey_type.value is None or journey_type.value not in log.attributes.column_names:
        return np.zeros(len(units))
    value = log.attributes[journey_type.value].to_numpy().astype(float)
    orders = np.bincount(units.row[ordered], minlength=len(value))
    return np.nan_to_num(value[units.row]) / np.maximum(orders[units.row], 1)


def _later(units: Units, values: Floats) -> Floats:
    """(units,) the sum of the values of the same person's later units."""
    total = np.cumsum(values)
    last = np.searchsorted(units.person, units.person, side="right") - 1
    return total[last] - total


def _strata(log: JourneyLog, units: Units, names: Sequence[str]) -> Ints:
    code = np.zeros(len(units), dtype=np.int64)
    for name in names:
        if name in log.attributes.column_names:
            column = log.attributes[name].cast(pa.string()).take(pa.array(units.row)).combine_chunks()
            found = pc.dictionary_encode(column, null_encoding="encode")
            code = code * (len(found.dictionary) + 1) + found.indices.to_numpy()
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
