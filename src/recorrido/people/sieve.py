"""Which values a long run into empty tables has certainly not told of before, so that nobody needs to look them up."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recorrido.people.kinds import Key

SLOTS = 1 << 25


class Sieve:
    """A Bloom filter with two marks per value, in 32 MB. Of three million values it lets one new one in forty through as
    possibly told before; of more, more of them. While it is not ``open`` it knows nothing."""

    def __init__(self, *, is_open: bool) -> None:
        self._marks = np.zeros(SLOTS if is_open else 0, bool)

    def sift(self, values: Sequence[Key]) -> Sequence[Key]:
        """Those that may be there already. All of them count as told from now on."""
        marks = self._marks  # another thread may close it meanwhile
        if not marks.size:
            return values
        hashes = np.fromiter(map(hash, values), np.int64, len(values))
        one, other = hashes & SLOTS - 1, hashes >> 32 & SLOTS - 1
        told = marks[one] & marks[other]
        marks[one] = marks[other] = True
        return [values[int(place)] for place in np.flatnonzero(told)]

    def close(self) -> None:
        """Somebody else writes too."""
        self._marks = np.zeros(0, bool)
