"""The files of a base, memory-mapped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakValueDictionary

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.errors import BadLog, NeedsBuild
from trayecto.kernels import naming
from trayecto.kernels.contents import presence_of
from trayecto.log import store
from trayecto.log.write import FLOWS, JOURNEYS, KEYS, LISTS, MAP_FLOWS, MAP_STEPS, VARIANTS
from trayecto.questions import kept_map
from trayecto.questions import map as map_question
from trayecto.questions.kept_map import Measured

MOST_NOTED = 256  # steps; beyond, noting their presence would take more room than it saves time
HIDDEN = ("steps", "times", "weight_differs")  # columns of the file that are no attributes


@dataclass(frozen=True, eq=False)
class Rows:
    """Journeys as one table, and its lists as plain arrays."""

    table: pa.Table

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        lists = self._piece("steps")
        return np.zeros(1, np.int64) if lists is None else lists.offsets.to_numpy()

    @cached_property
    def steps(self) -> NDArray[np.uint16]:
        return self.values("steps")

    @cached_property
    def times(self) -> NDArray[np.int64]:
        return self.values("times")

    def values(self, name: str) -> NDArray[Any]:
        """The values of a list column, journey after journey."""
        lists = self._piece(name)
        return np.empty(0, LISTS.get(name, np.int32)) if lists is None else lists.values.to_numpy()

    def _piece(self, name: str) -> pa.LargeListArray | None:
        pieces = self.table[name].chunks
        return pieces[0] if pieces else None

    def plain(self, name: str) -> NDArray[Any]:
        """A column without nulls as an array."""
        return self.table[name].to_numpy()


@dataclass(frozen=True, eq=False)
class Base(Rows):
    """The files of one build; shared by every version that stands on it."""

    folder: Path
    name: str
    meta: Mapping[str, Any]
    files: Mapping[
        str, pa.Table
    ]  # all but the journeys, by name; open from the start, for the folder may go one day

    @property
    def place(self) -> Path:
        return self.folder / self.name

    @property
    def variants(self) -> pa.Table:
        return self.files[VARIANTS]

    @cached_property
    def variant_runs(self) -> Rows:
        return Rows(self.variants)

    @property
    def keys(self) -> pa.Table:
        """The index of keys: their hashes, sorted, with the rows of each. NeedsBuild for a log of an earlier format."""
        if KEYS not in self.files:
            raise NeedsBuild(
                f"{self.folder} was built by an earlier version of this program: build the log again."
            )
        return self.files[KEYS]

    def rows_of_keys(self, keys: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """For each key (large_string) its first row, -1 for none, and how many it has; they lie together."""
        known, first, counts = (self.keys[name].to_numpy() for name in ("hash", "row", "rows"))
        rows, sizes = np.full(len(keys), -1, np.int64), np.zeros(len(keys), np.int32)
        lows, highs = naming.find(naming.hash_texts(keys), known)
        for place in np.flatnonzero(highs > lows).tolist():
            for candidate in range(lows[place], highs[place]):
                if self._key_of(int(first[candidate])) == keys[place].as_py():
                    rows[place], sizes[place] = first[candidate], counts[candidate]
        return rows, sizes

    def _key_of(self, row: int) -> str:
        cut = self.meta["options"]["boundaries"] is not None
        return str(self.table["person" if cut else "journey"][row].as_py())

    @cached_property
    def presence(self) -> NDArray[np.uint64] | None:
        """Which steps occur in each journey: noted once for all versions on this base; None where there are too many.

        Pages ask for the journeys of every step, and of every version anew.
        """
        steps = len(self.meta["steps"])
        return presence_of(self.offsets, self.steps, steps) if steps <= MOST_NOTED else None

    @cached_property
    def map(self) -> map_question.MapResult:
        """The unfiltered map, as the build stored it."""
        return map_question.from_arrow(
            self.meta["journeys"], self.meta["events"], self.meta["weighted_journeys"],
            self.files[MAP_STEPS], self.files[MAP_FLOWS],
        )  # fmt: skip

    @cached_property
    def measured(self) -> Measured | None:
        """What it takes to keep the map current; None in a base that does not hold it."""
        if FLOWS not in self.files:
            return None
        return kept_map.from_arrow(self.files[FLOWS], self.map, self.meta["steps"])

    @cached_property
    def events_of_steps(self) -> NDArray[np.int64]:
        """(steps,) how often each step occurs."""
        counts = {step.step: step.events for step in self.map.steps}
        return np.array([counts.get(name, 0) for name in self.meta["steps"]], np.int64)


_bases: WeakValueDictionary[tuple[str, str], Base] = WeakValueDictionary()
_lock = Lock()


def open_base(folder: Path, name: str, checksum: str | None) -> Base:
    """Memory-map a base, its files checked; one that is open in this process already is handed out again."""
    meta = store.read_meta(folder, name, checksum)
    place = (str(folder.absolute()), name)
    with _lock:
        known = _bases.get(place)
    if known is not None:
        return known
    tables = {file: read_arrow(folder / name / file) for file in meta["files"]}
    opened = Base(tables.pop(JOURNEYS), folder, name, meta, tables)
    with _lock:
        return _bases.setdefault(place, opened)


def read_arrow(path: Path) -> pa.Table:
    """Memory-map an Arrow file; BadLog when it is damaged."""
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, UnicodeError, pa.ArrowException) as error:
        raise BadLog(f"{path} is damaged ({error}): build the log again.") from error
