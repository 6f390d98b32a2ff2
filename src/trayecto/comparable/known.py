"""What makes journeys comparable: period, region, value band, product family, tenure – whatever the log has."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.blueprint import Blueprint, JourneyType
from trayecto.causes.features import Feature, bands, coded
from trayecto.log.journeylog import JourneyLog

Ints = NDArray[np.int64]
VALUE, FIFTHS = "value", 5


def traits(log: JourneyLog, journey_type: JourneyType, rows: Ints, by: Sequence[str]) -> list[Feature]:
    """The segments of the journeys in ``rows`` that are told by the steps ``by`` (an order), or by the journey's first
    event: what is told later may be a consequence."""
    names = [
        one.name
        for one in journey_type.segments
        if one.take in {"first", "person"} and (not one.of or set(one.of) <= set(by))
    ]
    return [attribute_feature(log, name, rows) for name in names if name in log.attributes.column_names]


def attribute_feature(log: JourneyLog, name: str, rows: Ints, order: int = 0) -> Feature:
    """A journey attribute of these rows, as texts."""
    column = log.attributes[name].cast(pa.string()).take(pa.array(rows)).combine_chunks()
    found = pc.dictionary_encode(column)
    codes = found.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    return coded(name, found.dictionary.to_pylist(), codes, order)


def month_feature(at: Ints, blueprint: Blueprint) -> Feature:
    """The month of moments (microseconds UTC), in the blueprint's time zone."""
    moments = pa.array(at, pa.timestamp("us", "UTC")).cast(pa.timestamp("us", blueprint.time_zone))
    found = pc.dictionary_encode(pc.strftime(moments, "%Y-%m"))
    return coded("period", found.dictionary.to_pylist(), found.indices.to_numpy())


def value_feature(value: NDArray[np.float64], count: int = FIFTHS) -> Feature:
    """Value bands: so many equal parts of what is known; NaN is unknown."""
    return bands(VALUE, value, count)


def tenure_feature(earlier: Ints) -> Feature:
    """Whether the person had ordered before, as far as the log goes back."""
    return coded("tenure", ("none before", "one before", "more before"), np.minimum(earlier, 2))
