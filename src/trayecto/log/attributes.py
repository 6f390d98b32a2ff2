"""Journey attributes: one value per journey, made from an event column."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue, UnknownColumn, did_you_mean
from trayecto.kernels import sorting
from trayecto.kernels.arrays import NO_MASK, frozen
from trayecto.log.pieces import whole

RESERVED = frozenset(
    {
        "journey",
        "person",
        "weight",
        "weight_differs",
        "started",
        "ended",
        "events",
        "variant",
        "steps",
        "times",
        "row",
    }
)


@dataclass(frozen=True)
class Aggregate:
    """How a journey attribute comes out of its events; made by ``first``, ``last``, ``count`` and ``total``."""

    kind: Literal["first", "last", "count", "total"]
    column: str


def first(column: str) -> Aggregate:
    """The first value of an event column that is not null."""
    return Aggregate("first", column)


def last(column: str) -> Aggregate:
    """The last value of an event column that is not null."""
    return Aggregate("last", column)


def count(column_or_step: str) -> Aggregate:
    """How many events have a value in the column; or, when no column is called so, how many are of the step."""
    return Aggregate("count", column_or_step)


def total(column: str) -> Aggregate:
    """The sum of a numeric event column; nulls count nothing."""
    return Aggregate("total", column)


@dataclass(frozen=True)
class Journeys:
    """Sorted events: journey ``j`` owns places ``offsets[j]:offsets[j + 1]``, and ``rows`` leads to the table."""

    offsets: NDArray[np.int64]
    rows: NDArray[np.uint32]
    steps: NDArray[np.uint16]
    step_names: tuple[str, ...]
    table: pa.Table


def normalise(attributes: Mapping[str, Aggregate] | Sequence[str] | None) -> dict[str, Aggregate]:
    """Attribute names and aggregates; a plain list of columns means their first values."""
    if attributes is None:
        return {}
    pairs = (
        attributes.items()
        if isinstance(attributes, Mapping)
        else [(name, first(name)) for name in attributes]
    )
    chosen = dict(pairs)
    for name in chosen:
        if name in RESERVED:
            raise BadValue(
                f"A journey attribute cannot be called '{name}': every journey log has a column of that name."
            )
    return chosen


def check(attributes: Mapping[str, Aggregate], columns: Sequence[str], step_names: Collection[str]) -> None:
    """Raise UnknownColumn for an attribute of a column (or, for counts, a step) that is not there."""
    for aggregate in attributes.values():
        known = [*columns, *step_names] if aggregate.kind == "count" else list(columns)
        if aggregate.column not in known:
            hint = did_you_mean(aggregate.column, known)
            raise UnknownColumn(f"The events have no column '{aggregate.column}'.{hint}")


def evaluate(aggregate: Aggregate, journeys: Journeys) -> pa.Array:
    """One value per journey."""
    if aggregate.kind == "count":
        return pa.array(_count(aggregate.column, journeys))
    if aggregate.kind == "total":
        return _total(aggregate.column, journeys)
    return pick(journeys.table[aggregate.column], journeys, backwards=aggregate.kind == "last")


def pick(column: pa.ChunkedArray, journeys: Journeys, *, backwards: bool = False) -> pa.Array:
    """The first (last) non-null value of each journey's events."""
    found = sorting.first_valid(frozen(journeys.offsets), frozen(journeys.rows), _valid(column), backwards)
    taken = column.take(pa.array(found, mask=found < 0))
    return whole(taken)


def _valid(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """Which rows have a value; empty when all have."""
    return NO_MASK if column.null_count == 0 else frozen(pc.is_valid(column).to_numpy())


def _count(name: str, journeys: Journeys) -> NDArray[np.int64]:
    if name in journeys.table.column_names:
        column = journeys.table[name]
        ones = frozen(np.ones(len(column), np.int64))
        return sorting.sum_valid(frozen(journeys.offsets), frozen(journeys.rows), ones, _valid(column))
    if name not in journeys.step_names:  # a step of the log, but of none of these journeys
        return np.zeros(len(journeys.offsets) - 1, np.int64)
    matches = journeys.steps == journeys.step_names.index(name)
    running = np.concatenate(([0], np.cumsum(matches)))
    return np.diff(running[journeys.offsets])


def _total(name: str, journeys: Journeys) -> pa.Array:
    column = journeys.table[name]
    values = _numbers(name, column)
    totals = sorting.sum_valid(
        frozen(journeys.offsets), frozen(journeys.rows), frozen(values), _valid(column)
    )
    return pa.array(totals)


def _numbers(name: str, column: pa.ChunkedArray) -> NDArray[Any]:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return pc.fill_null(column.cast(pa.int64()), 0).to_numpy()
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pc.fill_null(column.cast(pa.float64()), 0.0).to_numpy()
    raise BadValue(f"Column '{name}' holds no numbers, so it has no total.")
