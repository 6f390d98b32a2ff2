"""What a log has of some keys: the journeys that a patch takes the place of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.log.patch import Patch, spread
from trayecto.log.stored import Rows
from trayecto.log.version import Version
from trayecto.questions.variants import runs_of


@dataclass(frozen=True)
class Replaced:
    """The rows of the base by key (-1: none), and what is live of these keys, wherever it lies."""

    base_row: NDArray[np.int64]
    base_rows: NDArray[np.int32]
    journeys: int
    steps: NDArray[np.uint16]  # of all their events
    last: int | None  # their last moment


def find_replaced(version: Version, keys: pa.Array) -> Replaced:
    """Look the keys (large_string) up in the base and in the patches."""
    base_row, base_rows = version.base.rows_of_keys(keys)
    found = list(_live(version, keys, base_row, base_rows))
    steps = [runs_of(piece.offsets, piece.steps, rows)[1] for piece, rows in found]
    lasts = [int(piece.times[piece.offsets[rows + 1] - 1].max()) for piece, rows in found if len(rows)]
    return Replaced(
        base_row, base_rows, sum(len(rows) for _, rows in found),
        np.concatenate([np.empty(0, np.uint16), *steps]), max(lasts, default=None),
    )  # fmt: skip


def _live(
    version: Version, keys: pa.Array, base_row: NDArray[np.int64], base_rows: NDArray[np.int32]
) -> Iterator[tuple[Rows, NDArray[np.int64]]]:
    """Where the newest journeys of the keys lie: in the newest patch that names the key, else in the base."""
    left = np.arange(len(keys))
    for patch in reversed(version.patches):
        places = pc.index_in(keys.take(pa.array(left)), value_set=patch.keys["key"].combine_chunks())
        known = places.is_valid().to_numpy(zero_copy_only=False)
        yield Rows(patch.journeys), _rows_of(patch, places.drop_null().to_numpy().astype(np.int64))
        left = left[~known]
    yield version.base, spread(base_row[left], base_rows[left].astype(np.int64))


def _rows_of(patch: Patch, places: NDArray[np.int64]) -> NDArray[np.int64]:
    counts = patch.rows_of_keys
    return spread((np.cumsum(counts) - counts)[places], counts[places])
