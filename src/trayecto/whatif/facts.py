"""What is known about each attempt to order: what came of it, what came after it, and with whom it compares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.blueprint import Blueprint, JourneyType
from trayecto.log.journeylog import JourneyLog
from trayecto.units import to_microseconds
from trayecto.whatif.lives import DAY, NEVER, Bools, Ints, Units, units_of

Floats = NDArray[np.float64]
STRATA = ("region", "delivery")
WEEK = 7 * DAY
WEEKS = 60


@dataclass(frozen=True)
class Facts:
    """(units,) arrays. ``kept``: ordered, not cancelled, not brought back; ``later_kept``, ``later_contacts``: in later attempts of
    the same person; ``stratum``: whom it compares with; ``weeks``: whole weeks from the order to the next attempt or the end."""

    log: JourneyLog
    blueprint: Blueprint
    units: Units
    end: int
    support: Sequence[str]
    undone: Sequence[str]
    ordered: Bools
    kept: Floats
    contacts: Floats
    later_kept: Floats
    later_contacts: Floats
    stratum: Ints
    weeks: Ints

    @property
    def following(self) -> Bools:
        return self.units.following

    def attribute(self, name: str) -> pa.ChunkedArray:
        """(units,) a journey attribute as text."""
        return self.log.attributes[name].cast(pa.string()).take(pa.array(self.units.row))


def facts_of(log: JourneyLog, blueprint: Blueprint, journey_type: JourneyType) -> Facts:
    """Orders are the anchors of the journeys' boundaries, else steps of the goal."""
    anchors = journey_type.boundaries.anchor if journey_type.boundaries else ()
    touchpoints = blueprint.measured
    support = [one.key for one in touchpoints if one.nature == "support"]
    undone = [one.key for one in touchpoints if one.stage == "return" or one.key == "order.cancelled"]
    units = units_of(
        log, anchors or journey_type.goal, [one.key for one in touchpoints if one.gate is not None]
    )
    ordered = units.ordered < NEVER
    kept = (ordered & (units.first(log, undone) == NEVER)).astype(float)
    contacts = units.count(log, support).astype(float)
    end = to_microseconds(log.as_of)
    until = np.where(units.following, np.append(units.began[1:], end), end)
    weeks = np.where(ordered, (until - np.minimum(units.ordered, end)) // WEEK, 0)
    return Facts(
        log, blueprint, units, end, support, undone, ordered, kept, contacts, _later(units, kept), _later(units, contacts),
        _strata(log, units), np.clip(weeks, 0, WEEKS - 1),
    )  # fmt: skip


def _later(units: Units, values: Floats) -> Floats:
    """(units,) the sum of the values of the same person's later units."""
    total = np.cumsum(values)
    last = np.searchsorted(units.person, units.person, side="right") - 1
    return total[last] - total


def _strata(log: JourneyLog, units: Units) -> Ints:
    code = np.zeros(len(units), dtype=np.int64)
    for name in STRATA:
        if name in log.attributes.column_names:
            column = log.attributes[name].cast(pa.string()).take(pa.array(units.row)).combine_chunks()
            found = pc.dictionary_encode(column, null_encoding="encode")
            code = code * (len(found.dictionary) + 1) + found.indices.to_numpy()
    return np.unique(code, return_inverse=True)[1].astype(np.int64)
