"""Whom a change means: attributes and days."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import Bools, Ints
from trayecto.errors import BadValue, did_you_mean
from trayecto.units import to_microseconds

TOLD = 0.9  # of those who had no trouble


def meets(facts: Facts, where: Mapping[str, str]) -> Bools:
    """(units,) whether the journey has these values; raises BadValue for an attribute or a value the log does not have."""
    met = np.ones(len(facts.units), dtype=bool)
    for name, value in where.items():
        same = pc.equal(values_of(facts, name), pa.scalar(value))
        mine = pc.fill_null(same, False).to_numpy(zero_copy_only=False)
        if not mine.any():
            known = [one for one in pc.unique(values_of(facts, name)).to_pylist() if one is not None]
            shown = ", ".join(map(str, sorted(known)[:8]))
            raise BadValue(
                f"No order has {name} = '{value}'; there are {shown or 'no values'}.{did_you_mean(value, known)}"
            )
        met &= mine
    return met


def told_of(facts: Facts, names: Iterable[str], usual: Bools) -> Bools:
    """(units,) of whom the log tells these attributes, as far as it does of next to all the ``usual``: a parcel no carrier was heard
    of says nothing for or against those that were. An attribute is told by the step it is read from."""
    told = np.ones(len(facts.units), dtype=bool)
    steps = {one.name: one.of for one in facts.journey_type.attributes}
    for name in names:
        of = steps.get(name)
        known = facts.units.count(facts.log, of) > 0 if of else values_of(facts, name).is_valid().to_numpy()
        if usual.any() and known[usual].mean() >= TOLD:
            told &= known
    return told


def values_of(facts: Facts, name: str) -> pa.ChunkedArray:
    """(units,) a journey attribute as text; raises BadValue where the log has no such attribute."""
    known = facts.log.attributes.column_names
    if name not in known:
        raise BadValue(f"The log has no attribute '{name}'.{did_you_mean(name, known)}")
    return facts.attribute(name)


def since_moment(facts: Facts, day: datetime.date | None) -> int:
    """The first microsecond of a day where the company is; of all days for None."""
    if day is None:
        return int(np.iinfo(np.int64).min)
    zone = ZoneInfo(facts.blueprint.time_zone)
    try:
        return to_microseconds(datetime.datetime.combine(day, datetime.time(), zone))
    except OverflowError:
        raise BadValue(f"{day} lies outside of all logs.") from None


def whole_of(facts: Facts, where: Mapping[str, str], among: Bools) -> float:
    """For how many attempts each stands whose attributes are known: a journey tells them of its first order."""
    if not where:
        return 1.0
    return float(among.sum() / max(1, (among & facts.first_of_journey).sum()))


def days(microseconds: Ints) -> np.ndarray:
    return np.asarray(microseconds) / 86_400e6
