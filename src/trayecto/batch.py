"""The arrays that every question walks: a run of journeys of one log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

    from trayecto.persons import Lives


class Home(Protocol):
    """Where the rows of a batch lie, for those who open them again: another process, on another machine."""

    @property
    def engine(self) -> str:
        """By which engine the log wants to be counted."""

    @property
    def key(self) -> str:
        """Names the rows, the same whenever the log is asked."""

    def ticket(self, batch: Batch) -> tuple[Callable[..., Batch], tuple[Any, ...]] | None:
        """A function and its arguments that make the batch again, small enough to send; None when it holds other arrays."""


class Noted(Protocol):
    """What is noted of journeys that never change, so that it need not be looked for again."""

    @property
    def presence(self) -> NDArray[np.uint64] | None: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows ``first … first + len(offsets) - 2`` of a log, as views into its memory-mapped arrays.

    Row ``i`` of the batch owns ``steps[offsets[i]:offsets[i + 1]]`` and the same slice of ``times``; ``offsets`` are
    absolute positions in the arrays handed over, which are those of the log's base or of its tail, always whole.
    A row that is not ``live`` was taken the place of by a newer one: it is never selected.
    """

    first: int
    offsets: NDArray[np.int64]  # (rows + 1,)
    steps: NDArray[np.uint16]  # (events,) step codes
    times: NDArray[np.int64]  # (events,) microseconds since 1970 UTC
    selected: NDArray[np.bool_] | None  # (rows,) None = all
    weights: NDArray[np.float64] | None  # (rows,) None = every journey weighs 1
    n_steps: int
    live: NDArray[np.bool_] | None = None  # (rows,) None = all
    columns: Mapping[str, NDArray[np.int32]] = field(default_factory=dict)  # (events,) codes, -1 = no value
    noted: Noted | None = None  # what is noted of the file that its rows lie in
    noted_from: int = 0  # the row of the log that this file begins with
    home: Home | None = None  # where the rows lie; None for arrays of nobody else

    @property
    def journeys(self) -> int:
        """Rows of the batch, live or not."""
        return len(self.offsets) - 1

    @property
    def events(self) -> int:
        """Events of these rows."""
        return int(self.offsets[-1] - self.offsets[0])

    @property
    def presence(self) -> NDArray[np.uint64] | None:
        """(rows, words) which steps occur in each row, a bit each by its code; None where that is not noted."""
        if self.noted is None or self.noted.presence is None:
            return None
        first = self.first - self.noted_from
        return self.noted.presence[first : first + self.journeys]

    @property
    def engine(self) -> str:
        """By which engine it wants to be counted."""
        return "local" if self.home is None else self.home.engine

    @property
    def key(self) -> str | None:
        """Names its rows when they lie in a file, the same whenever the log is asked."""
        return None if self.home is None else self.home.key

    def __reduce__(self) -> tuple[Callable[..., Batch], tuple[Any, ...]]:
        """As where its rows lie, when they lie in a file; else with its own part of the arrays."""
        ticket = None if self.home is None else self.home.ticket(self)
        if ticket is not None:
            return ticket
        alone = self._alone()
        return Batch, tuple(getattr(alone, one.name) for one in fields(alone))

    def _alone(self) -> Batch:
        """The same rows with nothing of the log around them."""
        low, high = int(self.offsets[0]), int(self.offsets[-1])
        return replace(
            self,
            offsets=self.offsets - low,
            steps=self.steps[low:high],
            times=self.times[low:high],
            columns={name: codes[low:high] for name, codes in self.columns.items()},
            noted=None,
            noted_from=0,
            home=None,
        )

    @property
    def unfiltered(self) -> Batch:
        """The same rows with every live journey selected."""
        return replace(self, selected=self.live)


@dataclass(frozen=True, slots=True)
class EventColumn:
    """A dictionary-coded column with one value per event (channel, owner…); the codes are in the batches."""

    name: str
    values: tuple[str, ...]  # by code


class View(Protocol):
    """A journey log, whole or filtered: what questions and filters may rely on."""

    @property
    def step_names(self) -> tuple[str, ...]:
        """By code; sorted, but for steps that came after the log was built."""

    @property
    def selection(self) -> NDArray[np.bool_] | None:
        """(rows,) mask, or None for all; never a row that is not live."""

    @property
    def live(self) -> NDArray[np.bool_] | None:
        """(rows,) False where a newer row took the place of this one; None when all count."""

    @property
    def weights(self) -> NDArray[np.float64] | None: ...

    @property
    def weighted(self) -> bool:
        """Whether a journey may stand for more than itself."""

    @property
    def away(self) -> bool:
        """Whether its journeys lie on a store, so that they are better counted where they are fetched."""

    @property
    def attributes(self) -> pa.Table:
        """One line per row of the log: journey, person, started, ended, events, variant, then attributes."""

    def asked(self, work: Callable[[pa.Table], NDArray[Any]]) -> NDArray[Any]:
        """(rows,) what ``work`` makes of the attribute lines, of all at once or of runs of them where they lie."""

    def lives(self, marks: Mapping[str, NDArray[Any]]) -> Lives | None:
        """The journeys in parts for questions that go person by person, with the (rows,) marks of each; None: all are here."""

    @property
    def columns(self) -> Mapping[str, EventColumn]: ...

    @property
    def as_of(self) -> datetime:
        """The moment the log speaks of: what had not happened by then is open."""

    def code(self, step: str) -> int:
        """The code of a step; raises UnknownStep with the nearest name."""

    def batches(self, parts: int | None = None) -> Sequence[Batch]:
        """The rows cut into ``parts`` runs of about equal events (default: one per core), and the tail."""
