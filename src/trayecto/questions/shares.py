"""What several questions share: counts by class, shares, weighted twins, results as dicts and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date
from itertools import pairwise
from typing import Any, get_args, get_type_hints

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import Batch


def place_of_names(names: Sequence[str]) -> NDArray[np.int64] | None:
    """(codes,) where each name stands among the sorted ones; None when they are sorted, so that codes say it."""
    if all(a <= b for a, b in pairwise(names)):
        return None
    places = np.empty(len(names), np.int64)
    places[sorted(range(len(names)), key=names.__getitem__)] = np.arange(len(names))
    return places


def share(part: float, whole: float) -> float:
    """``part / whole``, and 0 of nothing."""
    return float(part) / float(whole) if whole else 0.0


def count_by(
    classes: NDArray[Any], size: int, batch: Batch
) -> tuple[NDArray[np.int64], NDArray[np.float64] | None]:
    """Selected journeys of each class 0 … size - 1, counted and (when the log has weights) weighed."""
    chosen = slice(None) if batch.selected is None else batch.selected
    counts = np.bincount(classes[chosen], minlength=size).astype(np.int64)
    if batch.weights is None:
        return counts, None
    weighted = np.bincount(classes[chosen], weights=batch.weights[chosen], minlength=size)
    return counts, weighted.astype(np.float64)


def add_weighted(a: NDArray[np.float64] | None, b: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    """The sum of two weighted twins; both exist or neither does."""
    return None if a is None or b is None else a + b


def without_none(record: Any) -> dict[str, Any]:
    """A dataclass or dict as a dict without its empty entries (weighted twins of a log without weights)."""
    entries = asdict(record) if is_dataclass(record) and not isinstance(record, type) else dict(record)
    return {key: value for key, value in entries.items() if value is not None}


ARROW_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), date: pa.date32()}


def table_of(kind: type, records: Iterable[Any]) -> pa.Table:
    """Flat dataclasses as a table: a column per field, also when there are no rows; weighted ones may be null."""
    hints = get_type_hints(kind)
    schema = pa.schema([(field.name, _arrow_type(hints[field.name])) for field in fields(kind)])
    return pa.Table.from_pylist([asdict(record) for record in records], schema=schema)


def _arrow_type(hint: Any) -> pa.DataType:
    """The column type of a field: its own, or that of the one type beside None; text for literals."""
    kinds = [kind for kind in get_args(hint) or (hint,) if kind in ARROW_TYPES]
    return ARROW_TYPES[kinds[0]] if kinds else pa.string()
