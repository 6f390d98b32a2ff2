"""What each journey of a stratified sample stands for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.log import attributes as journey_attributes
from trayecto.log.attributes import Journeys


@dataclass(frozen=True)
class Weights:
    """The weight of each journey, and which journeys have events that name another one."""

    values: NDArray[np.float64]
    differ: NDArray[np.bool_]


def weigh(name: str, journeys: Journeys) -> Weights:
    """The first value of the column in each journey, in log order; events without one are passed over.

    Raises BadValue when the column holds no numbers, or a journey has no weight or a negative one.
    """
    column = journeys.table[name]
    if not _holds_numbers(column.type):
        raise BadValue(f"Column '{name}' holds no numbers, so it cannot be the weight.")
    column = _known(column.cast(pa.float64()))
    chosen = journey_attributes.pick(column, journeys)
    values = pc.fill_null(chosen, -1.0).to_numpy()
    _refuse(name, values, chosen)
    return Weights(values, _differing(column, journeys, values))


def _holds_numbers(kind: pa.DataType) -> bool:
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def _known(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Not-a-number is a missing value."""
    return pc.if_else(pc.is_finite(column), column, pa.scalar(None, pa.float64()))


def _refuse(name: str, values: NDArray[np.float64], chosen: pa.Array) -> None:
    wrong = np.flatnonzero(values < 0)
    if len(wrong):
        fault = "negative" if chosen[int(wrong[0])].is_valid else "missing"
        raise BadValue(
            f"The weight '{name}' is {fault} in journey number {wrong[0] + 1} of the log: "
            "every journey needs a number that is not negative."
        )


def _differing(column: pa.ChunkedArray, journeys: Journeys, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Journeys in which an event names another weight than the first."""
    found = pc.fill_null(column, np.nan).to_numpy()[journeys.rows]
    first = np.repeat(values, np.diff(journeys.offsets))
    places = np.flatnonzero((found != first) & ~np.isnan(found))
    differ = np.zeros(len(values), np.bool_)
    differ[np.searchsorted(journeys.offsets, places, side="right") - 1] = True
    return differ
