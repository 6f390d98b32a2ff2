"""Common random numbers: every draw belongs to (seed, purpose, id), never to the order in which it was made.

A run without a fault therefore differs from the run with it only in what the fault causes: the
customers it never touched draw exactly the same numbers. The generator is counter-based – the
finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators",
OOPSLA 2014) applied twice, to the id and then to the id under the purpose's key – so any draw can be
computed alone, vectorised, in any order.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

import numpy as np

Array = np.ndarray
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-53


@lru_cache(maxsize=4096)
def _key(seed: int, purpose: str) -> np.uint64:
    digest = blake2b(f"{seed}:{purpose}".encode(), digest_size=8).digest()
    return np.uint64(int.from_bytes(digest, "little"))


def _mix(bits: Array) -> Array:
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))


class Draws:
    """Random numbers by purpose. ``ids`` is an integer array; each method returns one value per id."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def uniform(self, purpose: str, ids: Array) -> Array:
        """float64, strictly between 0 and 1."""
        spread = _mix((ids.astype(np.uint64) + np.uint64(1)) * _GOLDEN)
        bits = _mix(spread ^ _key(self.seed, purpose))
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * _TO_UNIT

    def between(self, purpose: str, ids: Array, low: Array | float, high: Array | float) -> Array:
        return low + self.uniform(purpose, ids) * (np.asarray(high) - low)

    def happens(self, purpose: str, ids: Array, probability: Array | float) -> Array:
        """bool. Raising a probability only ever adds to the ids that were drawn before."""
        return self.uniform(purpose, ids) < probability

    def exponential(self, purpose: str, ids: Array, mean: Array | float) -> Array:
        return -np.log(self.uniform(purpose, ids)) * mean

    def normal(self, purpose: str, ids: Array) -> Array:
        """Standard normal, by Box and Muller."""
        radius = np.sqrt(-2 * np.log(self.uniform(f"{purpose}/radius", ids)))
        return radius * np.cos(2 * np.pi * self.uniform(f"{purpose}/angle", ids))

    def pick(self, purpose: str, ids: Array, weights: Sequence[float]) -> Array:
        """int64 index into ``weights`` (any positive scale)."""
        edges = np.cumsum(np.asarray(weights, dtype=np.float64))
        found = np.searchsorted(edges, self.uniform(purpose, ids) * edges[-1], side="right")
        return np.minimum(found, len(edges) - 1)

    def pick_by(self, purpose: str, ids: Array, table: Array, row: Array) -> Array:
        """Like ``pick``, with the weights of ``table[row]`` for each id."""
        edges = np.cumsum(table, axis=1)
        target = self.uniform(purpose, ids) * edges[row, -1]
        return np.minimum((edges[row] <= target[:, None]).sum(axis=1), table.shape[1] - 1)
