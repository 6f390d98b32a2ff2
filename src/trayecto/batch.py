"""The arrays that every question walks: a run of journeys of one log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Batch:
    """Journeys ``first … first + len(offsets) - 2`` of a log, as views into its memory-mapped arrays.

    Journey ``i`` of the batch owns ``steps[offsets[i]:offsets[i + 1]]`` and the same slice of ``times``;
    ``offsets`` are absolute positions in the log, so ``steps`` and ``times`` are always the whole arrays.
    """

    first: int
    offsets: NDArray[np.int64]  # (journeys + 1,)
    steps: NDArray[np.uint16]  # (events of the log,) step codes
    times: NDArray[np.int64]  # (events of the log,) microseconds since 1970 UTC
    selected: NDArray[np.bool_] | None  # (journeys,) None = all
    weights: NDArray[np.float64] | None  # (journeys,) None = every journey weighs 1
    n_steps: int

    @property
    def journeys(self) -> int:
        return len(self.offsets) - 1


@dataclass(frozen=True, slots=True)
class EventColumn:
    """A dictionary-coded column with one value per event (channel, owner…); code -1 = no value."""

    name: str
    codes: NDArray[np.int32]  # (events of the log,)
    values: tuple[str, ...]


class View(Protocol):
    """A journey log, whole or filtered: what questions and filters may rely on."""

    @property
    def step_names(self) -> tuple[str, ...]: ...

    @property
    def total_journeys(self) -> int:
        """Journeys in the log, whatever the selection."""

    @property
    def selection(self) -> NDArray[np.bool_] | None:
        """(total_journeys,) mask, or None for all."""

    @property
    def weights(self) -> NDArray[np.float64] | None: ...

    @property
    def offsets(self) -> NDArray[np.int64]: ...

    @property
    def steps(self) -> NDArray[np.uint16]: ...

    @property
    def times(self) -> NDArray[np.int64]: ...

    @property
    def attributes(self) -> pa.Table:
        """One row per journey of the log: journey, person, started, ended, events, variant, then attributes."""

    @property
    def columns(self) -> Mapping[str, EventColumn]: ...

    @property
    def as_of(self) -> datetime:
        """The moment the log speaks of: what had not happened by then is open."""

    def code(self, step: str) -> int:
        """The code of a step; raises UnknownStep with the nearest name."""

    def batches(self, parts: int | None = None) -> Sequence[Batch]:
        """The journeys cut into ``parts`` runs of about equal events (default: one per core)."""
