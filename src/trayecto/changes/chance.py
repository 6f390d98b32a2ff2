"""How often chance does as much: whole blocks of days are shuffled, so that what hangs together for some days stays together."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2_000  # shuffles


def orders(blocks: NDArray[np.int64], count: int, chance: np.random.Generator) -> Iterator[NDArray[np.int64]]:
    """``count`` orders of the days, each with its blocks shuffled, in pieces of (shuffles, days)."""
    for done in range(0, count, AT_ONCE):
        keys = chance.random((min(AT_ONCE, count - done), int(blocks.max()) + 1))
        yield np.argsort(keys[:, blocks], axis=1, kind="stable")
