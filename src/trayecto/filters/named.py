"""Journeys by name: a set that somebody kept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.batch import View
from trayecto.filters.base import Filter, Mask


@dataclass(frozen=True, slots=True)
class Named(Filter):
    """Journeys that have one of the names."""

    names: frozenset[str]

    def mask(self, view: View) -> Mask:
        return view.asked(self._of)

    def _of(self, lines: pa.Table) -> Mask:
        wanted = pa.array(sorted(self.names), pa.string())
        found = pc.is_in(lines["journey"].cast(pa.string()), value_set=wanted)
        return np.asarray(found.to_numpy(zero_copy_only=False), np.bool_)

    def __str__(self) -> str:
        quoted = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(self.names))
        return f"journey in ({quoted})" if quoted else "1 = 0"


def named(*names: str) -> Filter:
    """The journeys with these names; a name that the log does not have selects nothing."""
    return Named(frozenset(names))
