"""Where a batch lies: sent to another process it is a name, a range of rows and the selection, not the events."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from trayecto.batch import Batch

if TYPE_CHECKING:
    from trayecto.log.version import Version

MOST_OPEN = 64  # versions that a process keeps open for batches that come again
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
        return reopened, (what, batch.first, batch.noted_from, sent, self.engine)


_KEPT = [one.name for one in fields(Batch) if one.name not in FREE]


def reopened(
    what: tuple[str, str, int, int, int],
    first: int,
    noted_from: int,
    sent: NDArray[np.uint8] | None,
    engine: str,
) -> Batch:
    """The batch whose ticket this was, from the files as this process reads them."""
    folder, version, piece, low, high = what
    selected = None if sent is None else np.unpackbits(sent, count=high - low).view(np.bool_)
    found = _opened(folder, version).part(piece, low, high, selected, engine)
    return found if found.first == first else moved(found, first, noted_from)


def moved(batch: Batch, first: int, noted_from: int) -> Batch:
    """The same rows under other numbers."""
    assert isinstance(batch.home, InFile)
    cut = replace(batch, first=first, noted_from=noted_from, home=None)
    return replace(cut, home=replace(batch.home, cut=cut))


@lru_cache(maxsize=MOST_OPEN)
def _opened(folder: str, version: str) -> Version:
    from trayecto.log.version import open_version

    return open_version(Path(folder), version)
