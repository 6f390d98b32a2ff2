"""What else was known of a journey when a step was awaited: held constant, so that like is compared with like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.blueprint import Attribute, JourneyType
from trayecto.causes import Feature, bands, coded
from trayecto.drivers.outcomes import Aftermath
from trayecto.drivers.slips import LEAST, Slip

PERIOD, VALUE_BAND, TENURE, CONTACTS_BEFORE = "period", "value band", "orders before", "contacts before"
REGIONS = frozenset(("region", "state", "province", "country", "city"))
KNOWN_IN_TIME = 0.95  # of the journeys, else an attribute may tell of what came later
BANDS = 5


@dataclass(frozen=True, eq=False)
class Circumstances:
    """``features``: (rows,) columns; ``comparable`` the places of those within whose combinations journeys are compared."""

    features: tuple[Feature, ...]
    comparable: tuple[int, ...]

    @property
    def says_something(self) -> bool:
        """Whether anything but the period is known."""
        return any(len(one.values) > 1 for one in self.features if one.name != PERIOD)


def circumstances_of(slip: Slip, others: Sequence[Slip], aftermath: Aftermath) -> Circumstances:
    """Of all journeys: the period, attributes known by then, how the person had ordered and asked until then, and which
    other steps had gone badly."""
    facts = aftermath.facts
    features = [_period(slip), *_attributes(slip, facts, aftermath.journey_type), *_before(slip, aftermath)]
    features += [feature for other in others if (feature := _other(slip, other))]
    told = [feature for feature in features if len(feature.values) > 1 or feature.name == PERIOD]
    strata = tuple(place for place, one in enumerate(told) if one.name == PERIOD or one.name in REGIONS)
    return Circumstances(tuple(told), strata)


def _period(slip: Slip) -> Feature:
    """The month in which the step was awaited."""
    begun = np.where(slip.start < NEVER, slip.start, 0)
    month = begun.astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
    months, codes = np.unique(month, return_inverse=True)
    return coded(PERIOD, [str(np.datetime64(int(one), "M")) for one in months], codes)


def _attributes(slip: Slip, facts: Facts, journey_type: JourneyType) -> Iterator[Feature]:
    for attribute in journey_type.attributes:
        if attribute.name not in facts.log.attributes.column_names:
            continue
        if attribute.name == journey_type.value and _in_time(slip, facts, attribute):
            yield bands(VALUE_BAND, _numbers(facts, attribute.name), BANDS)
        elif attribute.segment and attribute.take == "first" and _in_time(slip, facts, attribute):
            yield _coded(facts, attribute.name)


def _in_time(slip: Slip, facts: Facts, attribute: Attribute) -> bool:
    """Whether the events that tell it had happened when the step was awaited."""
    if not attribute.of:
        return attribute.take == "first"
    told = facts.units.first(facts.log, attribute.of)
    both = slip.known & (told < NEVER)
    return bool(both.any()) and float((told[both] <= slip.start[both]).mean()) >= KNOWN_IN_TIME


def _numbers(facts: Facts, name: str) -> NDArray[np.float64]:
    found: NDArray[np.float64] = facts.log.attributes[name].to_numpy().astype(float)[facts.units.row]
    return found


def _coded(facts: Facts, name: str) -> Feature:
    column = facts.log.attributes[name].cast(pa.string()).take(pa.array(facts.units.row)).combine_chunks()
    found = pc.dictionary_encode(column)
    return coded(
        name, found.dictionary.to_pylist(), found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    )


def _before(slip: Slip, aftermath: Aftermath) -> Iterator[Feature]:
    facts = aftermath.facts
    start = np.where(slip.start < NEVER, slip.start, facts.units.began)
    mine, unit = facts.units.among(facts.log, facts.support)
    asked = np.bincount(unit[facts.units.events.at[mine] <= start[unit]], minlength=len(start))
    yield _few(CONTACTS_BEFORE, asked)
    if aftermath.orders:
        yield _few(TENURE, aftermath.orders_before(start - 1))


def _few(name: str, counts: Ints) -> Feature:
    return coded(name, ("0", "1", "2+"), np.clip(counts, 0, 2))


def _other(slip: Slip, other: Slip) -> Feature | None:
    """Whether another step had gone badly before this one was awaited."""
    if other is slip or other.step == slip.step:
        return None
    before: Bools = other.badly & (other.moment <= slip.start) & (slip.start < NEVER)
    among = int(before[slip.known].sum())
    if not LEAST <= among <= int(slip.known.sum()) - LEAST:
        return None
    return coded(f"{other.step} {other.kind}", ("no", "yes"), before.astype(np.int64))
