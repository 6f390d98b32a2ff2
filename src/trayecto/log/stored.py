"""The files of one version of a log, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import EventColumn
from trayecto.errors import BadLog
from trayecto.log.write import MAP_FLOWS, MAP_STEPS, VARIANTS
from trayecto.questions import map as map_question


@dataclass(frozen=True, eq=False)
class Stored:
    """The files of one version, memory-mapped; shared by every selection of it."""

    folder: Path
    version: str
    meta: Mapping[str, Any]
    table: pa.Table

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        lists = self._piece("steps")
        return np.zeros(1, np.int64) if lists is None else lists.offsets.to_numpy()

    @cached_property
    def steps(self) -> NDArray[np.uint16]:
        return self.values("steps", np.uint16)

    @cached_property
    def times(self) -> NDArray[np.int64]:
        return self.values("times", np.int64)

    def values(self, name: str, kind: Any) -> NDArray[Any]:
        """The values of a list column, journey after journey."""
        lists = self._piece(name)
        return np.empty(0, kind) if lists is None else lists.values.to_numpy()

    def _piece(self, name: str) -> pa.LargeListArray | None:
        pieces = self.table[name].chunks
        return pieces[0] if pieces else None

    @cached_property
    def attributes(self) -> pa.Table:
        return self.table.drop_columns(["steps", "times", *self.meta["columns"]])

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        if "weight" not in self.table.column_names:
            return None
        return self.table["weight"].chunk(0).to_numpy() if len(self.table) else np.empty(0)

    @cached_property
    def columns(self) -> dict[str, EventColumn]:
        return {
            name: EventColumn(name, self.values(name, np.int32), tuple(values))
            for name, values in self.meta["columns"].items()
        }

    @cached_property
    def code_of(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.meta["steps"])}

    @cached_property
    def variant_runs(self) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        pieces = read_arrow(self.folder / self.version / VARIANTS)["steps"].chunks
        if not pieces:
            return np.zeros(1, np.int64), np.empty(0, np.uint16)
        return pieces[0].offsets.to_numpy(), pieces[0].values.to_numpy()

    @cached_property
    def map(self) -> map_question.MapResult:
        """The unfiltered map, as the build stored it."""
        place = self.folder / self.version
        return map_question.from_arrow(
            self.meta["journeys"], self.meta["events"], self.meta["weighted_journeys"],
            read_arrow(place / MAP_STEPS), read_arrow(place / MAP_FLOWS),
        )  # fmt: skip


def read_arrow(path: Path) -> pa.Table:
    """Memory-map an Arrow file; BadLog when it is damaged."""
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, UnicodeError, pa.ArrowException) as error:
        raise BadLog(f"{path} is damaged ({error}): build the log again.") from error
