"""Hashes of texts and of sequences, for indexes on disk: the same on every machine and in every process."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numba import njit
from numpy.typing import NDArray

from trayecto.kernels.arrays import frozen

Hashes = NDArray[np.uint64]


def hash_texts(texts: pa.Array) -> Hashes:
    """(len,) a 64-bit hash of each text; of a large_string array without nulls."""
    hashes = np.empty(len(texts), np.uint64)
    if len(texts):
        _validity, offsets, data = texts.buffers()
        places = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
        letters = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        _hash_runs(frozen(places), frozen(letters), hashes)
    return hashes


def hash_runs(offsets: NDArray[np.int64], values: NDArray[np.uint16]) -> Hashes:
    """(len(offsets) - 1,) a 64-bit hash of each run of codes."""
    hashes = np.empty(len(offsets) - 1, np.uint64)
    _hash_runs(frozen(offsets), frozen(values), hashes)
    return hashes


@njit(cache=True, nogil=True)
def _hash_runs(offsets: Any, values: Any, hashes: Any) -> None:  # pragma: no cover
    for run in range(len(hashes)):
        value = np.uint64(14695981039346656037)
        for place in range(offsets[run], offsets[run + 1]):
            value = (value ^ np.uint64(values[place])) * np.uint64(1099511628211)
        value ^= value >> np.uint64(33)
        value *= np.uint64(0xFF51AFD7ED558CCD)
        hashes[run] = value ^ (value >> np.uint64(33))


def find(wanted: Hashes, known: Hashes) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(len(wanted),) first and last place of each wanted hash among the sorted known ones; equal where it is none."""
    return np.searchsorted(known, wanted, "left"), np.searchsorted(known, wanted, "right")


@njit(cache=True, nogil=True)
def match_runs(
    offsets: NDArray[np.int64], codes: NDArray[np.uint16], lows: NDArray[np.int64], highs: NDArray[np.int64],
    numbers: NDArray[np.int32], known_offsets: NDArray[np.int64], known_codes: NDArray[np.uint16],
    found: NDArray[np.int64],
) -> None:  # pragma: no cover  # fmt: skip
    """Write to ``found`` which known run equals each run, -1 for none; candidates are ``numbers[low:high]``."""
    for run in range(len(found)):
        found[run] = -1
        low, length = offsets[run], offsets[run + 1] - offsets[run]
        for place in range(lows[run], highs[run]):
            number = numbers[place]
            other = known_offsets[number]
            same = known_offsets[number + 1] - other == length
            k = 0
            while same and k < length:
                same = codes[low + k] == known_codes[other + k]
                k += 1
            if same:
                found[run] = number
                break
