"""Where a batch lies: sent to another process it is a name, a range of rows and the selection, not the events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from trayecto.batch import Batch

FREE = ("selected", "home")  # fields in which a batch may differ from what was cut


@dataclass(frozen=True, eq=False)
class InFile:
    """A batch that was cut from a version of a log in a folder that everybody who counts can read."""

    folder: str
    version: str
    piece: int  # of the version: 0 is the base, 1 the tail
    low: int  # rows of the piece
    high: int
    engine: str
    reopen: Callable[..., Batch]  # makes the batch again from what ``ticket`` tells
    cut: Batch  # as it was cut

    @property
    def key(self) -> str:
        """Names the part of the file, so that the same machine may count it the next time."""
        return f"{self.folder}/{self.version}#{self.piece}:{self.low}"

    def ticket(self, batch: Batch) -> Any:
        if any(getattr(batch, name) is not getattr(self.cut, name) for name in _KEPT):
            return None
        sent = None if batch.selected is None else np.packbits(batch.selected)
        what = (self.folder, self.version, self.piece, self.low, self.high)
        return self.reopen, (what, batch.first, batch.noted_from, sent, self.engine)


_KEPT = [one.name for one in fields(Batch) if one.name not in FREE]


def moved(batch: Batch, first: int, noted_from: int) -> Batch:
    """The same rows under other numbers."""
    assert isinstance(batch.home, InFile)
    cut = replace(batch, first=first, noted_from=noted_from, home=None)
    return replace(cut, home=replace(batch.home, cut=cut))
