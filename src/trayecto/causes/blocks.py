"""Persons in blocks: what is drawn anew together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCKS = 1_000


def blocks_of(persons: NDArray[np.int64], times: int) -> NDArray[np.int32]:
    """The block of each row, spread evenly by a hash of its person: 0 … times × BLOCKS - 1."""
    mixed = persons.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0xD6E8FEB86659FD93)
    return ((mixed >> np.uint64(33)) % np.uint64(times * BLOCKS)).astype(np.int32)
