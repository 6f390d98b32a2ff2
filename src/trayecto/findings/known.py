"""What was known of each attempt before its trouble: attributes of its journey, told before the moment they should explain.

An attribute that is known when somebody orders is a *circumstance*: the customer brings it (region, amount, channel), so that
attempts are compared within it and it is no cause alone. What is decided later – a carrier, a team – may be to blame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.blueprint import Attribute, JourneyType
from trayecto.causes import Feature, bands, coded

BEFORE = 0.98  # of the attempts that have both: an attribute is told before the trouble
LEAST_EACH = 40  # attempts in a stratum, on average
MONTH = 30 * DAY
PERIOD = "period"


@dataclass(frozen=True, eq=False)
class Known:
    """``features``: (attempts,) each; ``circumstances``: names of those that are no cause alone; ``strata``: those within
    which attempts are compared; ``telling``: the circumstance that says most about the outcome, however many values it has."""

    features: Sequence[Feature]
    circumstances: tuple[str, ...]
    strata: tuple[str, ...]
    telling: Feature | None

    def of(self, mask: Bools) -> list[Feature]:
        return [replace(feature, codes=feature.codes[mask]) for feature in self.features]

    def stratum(self) -> Ints:
        """(attempts,) a number for each combination of the strata."""
        code = np.zeros(len(self.features[0].codes), np.int64)
        for feature in self.features:
            if feature.name in self.strata:
                code = code * len(feature.values) + feature.codes
        return np.unique(code, return_inverse=True)[1].astype(np.int64)


def known_before(facts: Facts, journey_type: JourneyType, until: Ints, among: Bools, outcome: Bools) -> Known:
    """Features of the attempts ``among`` these, told before the moments ``until`` (NEVER where none)."""
    found = [_period(facts)]
    for attribute in journey_type.attributes:
        told = _told(facts, journey_type, attribute, until, among)
        if told is not None:
            found.append(_feature(facts, attribute, told, among))
    kept = [one for one in found if np.count_nonzero(np.bincount(one.codes[among])) > 1]
    circumstances = tuple(one.name for one in kept if one.order == 0)
    ranked = _ranked(kept, circumstances, among, outcome)
    telling = next((one for one in ranked if one.name != PERIOD), None)
    return Known(kept or found[:1], circumstances, _strata(ranked, int(among.sum())), telling)


def _period(facts: Facts) -> Feature:
    month = (facts.units.began - facts.units.began.min()) // MONTH
    return coded(PERIOD, [str(one) for one in range(int(month.max()) + 1)], month)


def _told(
    facts: Facts, journey_type: JourneyType, attribute: Attribute, until: Ints, among: Bools
) -> int | None:
    """0 for what is known when somebody orders, 1 for what is told later and before the trouble, else None."""
    if attribute.name not in facts.log.attributes.column_names or attribute.name == journey_type.satisfaction:
        return None
    if attribute.take == "person":
        return 0
    if attribute.take in {"count", "last"} or (attribute.take == "total" and not attribute.of):
        return None
    if not attribute.of or set(attribute.of) <= set(facts.anchors):
        return 0
    moment = facts.units.first(facts.log, attribute.of)
    both = among & (moment < NEVER) & (until < NEVER)
    if both.sum() < LEAST_EACH or (moment[both] < until[both]).mean() < BEFORE:
        return None
    ordered = both & facts.ordered
    later = ordered.any() and (moment[ordered] > facts.units.ordered[ordered]).mean() > 1 - BEFORE
    return int(later)


def _feature(facts: Facts, attribute: Attribute, order: int, among: Bools) -> Feature:
    """Attributes tell of the first order of a journey: of the others they are unknown."""
    column = facts.log.attributes[attribute.name].take(pa.array(facts.units.row))
    if attribute.type == "number":
        numbers = pc.cast(column, pa.float64()).to_numpy()
        return bands(attribute.name, np.where(facts.first_of_journey & among, numbers, np.nan), 5, order)
    texts = column.cast(pa.string()).combine_chunks().dictionary_encode()
    codes = texts.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return coded(
        attribute.name, texts.dictionary.to_pylist(), np.where(facts.first_of_journey, codes, -1), order
    )


def _ranked(
    features: Sequence[Feature], circumstances: Sequence[str], among: Bools, outcome: Bools
) -> list[Feature]:
    """The period, and the circumstances by how much they say about the outcome."""
    failed = outcome[among].astype(float)
    named = [one for one in features if one.name in circumstances]
    return sorted(named, key=lambda one: (one.name != PERIOD, -_explained(one.codes[among], failed)))


def _strata(ranked: Sequence[Feature], rows: int) -> tuple[str, ...]:
    """The first of them, as long as strata do not get too small."""
    chosen: list[str] = []
    cells = 1
    for one in ranked:
        cells *= len(one.values)
        if cells * LEAST_EACH > rows and chosen:
            break
        chosen.append(one.name)
    return tuple(chosen)


def _explained(codes: NDArray[np.int32], outcome: np.ndarray) -> float:
    """The share of the outcome's spread that lies between values, less what chance alone would put there."""
    n = np.bincount(codes).astype(float)
    mean = np.bincount(codes, outcome) / np.maximum(n, 1)
    between = float((n * (mean - outcome.mean()) ** 2).sum())
    return between / max(float(outcome.var()), 1e-12) - (np.count_nonzero(n) - 1)
