"""Equal-length arrays under names: orders, customers and contacts in the making."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

NEVER = 1 << 62  # a moment (wall seconds) that does not come; beyond every end, so cutting drops it


class Columns:
    """A table of NumPy columns, read as attributes: ``orders.amount``."""

    def __init__(self, **arrays: np.ndarray) -> None:
        self._arrays: dict[str, np.ndarray] = {}
        self.put(**arrays)

    def put(self, **arrays: np.ndarray) -> Columns:
        """Add or replace columns; ValueError when a length differs."""
        for name, values in arrays.items():
            array = np.asarray(values)
            if self._arrays and len(array) != len(self):
                raise ValueError(f"column {name} has {len(array)} rows, the table has {len(self)}")
            self._arrays[name] = array
        return self

    def __getattr__(self, name: str) -> np.ndarray:
        try:
            return self.__dict__["_arrays"][name]
        except KeyError:
            raise AttributeError(f"no column {name}") from None

    def __len__(self) -> int:
        return len(next(iter(self._arrays.values()))) if self._arrays else 0

    def __contains__(self, name: str) -> bool:
        return name in self._arrays

    def take(self, rows: np.ndarray) -> Columns:
        """The rows of a mask or an index, as a table of its own."""
        return Columns(**{name: values[rows] for name, values in self._arrays.items()})

    @staticmethod
    def concat(tables: Sequence[Columns]) -> Columns:
        names = tables[0]._arrays
        return Columns(**{name: np.concatenate([getattr(table, name) for table in tables]) for name in names})


def spread(mask: np.ndarray, values: np.ndarray, fill: int | float = NEVER) -> np.ndarray:
    """``values`` (one per true row of ``mask``) laid out over all rows, ``fill`` elsewhere."""
    out = np.full(len(mask), fill, dtype=np.asarray(values).dtype)
    out[mask] = values
    return out
