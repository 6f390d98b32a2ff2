"""Where a batch lies: sent to another process it is a name, a range of rows and the selection, not the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch

FREE = ("selected", "home")  # fields in which a batch may differ from what was cut


@dataclass(frozen=True, eq=False)
class Ticket:
    """What it takes to make a batch again from the files of its log."""

    folder: str  # a path, or an address on a store
    version: str
    piece: int  # of the version: 0 is the base, 1 the tail
    low: int  # rows of the piece
    high: int
    first: int  # the row of the log that the batch begins with
    noted_from: int
    sent: NDArray[np.uint8] | None  # the selection, a bit a row; None: all
    engine: str
    n_steps: int
    events: int

    @property
    def key(self) -> str:
        """Names the part of the file, so that the same machine may count it the next time."""
        return f"{self.folder}/{self.version}#{self.piece}:{self.low}"

    @property
    def selected(self) -> NDArray[np.bool_] | None:
        rows = self.high - self.low
        return None if self.sent is None else np.unpackbits(self.sent, count=rows).view(np.bool_)


def packed(selected: NDArray[np.bool_] | None) -> NDArray[np.uint8] | None:
    """A selection as a ticket carries it."""
    return None if selected is None else np.packbits(selected)


@dataclass(frozen=True, eq=False)
class InFile:
    """A batch that was cut from a version of a log in a folder that everybody who counts can read."""

    where: Ticket  # of the whole part, whatever is selected
    reopen: Callable[[Ticket], Any]  # makes the batch again, or what fetches it
    cut: Batch  # as it was cut

    @property
    def engine(self) -> str:
        return self.where.engine

    @property
    def key(self) -> str:
        return self.where.key

    def ticket(self, batch: Batch) -> Any:
        if any(getattr(batch, name) is not getattr(self.cut, name) for name in _KEPT):
            return None
        told = replace(
            self.where, first=batch.first, noted_from=batch.noted_from, sent=packed(batch.selected)
        )
        return self.reopen, (told,)


_KEPT = [one.name for one in fields(Batch) if one.name not in FREE]


def moved(batch: Batch, first: int, noted_from: int) -> Batch:
    """The same rows under other numbers."""
    assert isinstance(batch.home, InFile)
    cut = replace(batch, first=first, noted_from=noted_from, home=None)
    return replace(cut, home=replace(batch.home, cut=cut))
