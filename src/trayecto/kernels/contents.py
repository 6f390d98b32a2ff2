"""What a journey holds: one flag per journey, for filters."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.kernels.arrays import frozen

Flags = NDArray[np.bool_]


def chosen(codes: Sequence[int], size: int) -> Flags:
    """(size,) True at the given codes."""
    flags = np.zeros(size, dtype=np.bool_)
    flags[list(codes)] = True
    return flags


WORD = 64  # steps per word of a presence


def presence_of(offsets: NDArray[np.int64], steps: NDArray[np.uint16], n_steps: int) -> NDArray[np.uint64]:
    """(journeys, words) which steps occur in each journey, a bit each."""
    presence = np.zeros((len(offsets) - 1, max(1, -(-n_steps // WORD))), np.uint64)
    _note_presence(frozen(offsets), frozen(steps), presence)
    return presence


def contains_any(batch: Batch, codes: Sequence[int]) -> Flags:
    """(journeys,) True where one of the steps occurs."""
    presence = batch.presence
    if presence is not None:
        return _present(presence, codes)
    found = np.zeros(batch.journeys, dtype=np.bool_)
    _contains(frozen(batch.offsets), frozen(batch.steps), frozen(chosen(codes, batch.n_steps)), found)
    return found


def _present(presence: NDArray[np.uint64], codes: Sequence[int]) -> Flags:
    """As ``contains_any``, by what was noted of all journeys once; steps beyond it came later and occur in none."""
    words = np.zeros(presence.shape[1], np.uint64)
    for code in codes:
        if code < WORD * len(words):
            words[code // WORD] |= np.uint64(1) << np.uint64(code % WORD)
    found = np.zeros(len(presence), np.bool_)
    for number in np.flatnonzero(words):
        found |= (presence[:, number] & words[number]) != 0
    return found


def column_contains_any(batch: Batch, column: NDArray[np.int32], codes: Sequence[int], size: int) -> Flags:
    """(journeys,) True where an event's column value is one of ``codes``; -1 (no value) never is."""
    found = np.zeros(batch.journeys, dtype=np.bool_)
    wanted = chosen(codes, size + 1)  # code -1 falls on the last place, which is never chosen
    _contains(frozen(batch.offsets), frozen(column), frozen(wanted), found)
    return found


def is_sequence(batch: Batch, codes: Sequence[int]) -> Flags:
    """(journeys,) True where the journey is exactly these steps."""
    found = np.zeros(batch.journeys, dtype=np.bool_)
    _equals(frozen(batch.offsets), frozen(batch.steps), frozen(np.asarray(codes, np.int64)), found)
    return found


def occurs_between(batch: Batch, codes: Sequence[int] | None, start: int, end: int) -> Flags:
    """(journeys,) True where one of the steps (None: any) has a time in ``[start, end)``."""
    found = np.zeros(batch.journeys, dtype=np.bool_)
    wanted = np.ones(batch.n_steps, dtype=np.bool_) if codes is None else chosen(codes, batch.n_steps)
    arrays = frozen(batch.offsets), frozen(batch.steps), frozen(batch.times)
    _occurs(*arrays, frozen(wanted), start, end, found)
    return found


def at_end(batch: Batch, codes: Sequence[int], *, last: bool) -> Flags:
    """(journeys,) True where the first (or last) step is one of ``codes``; False for empty journeys."""
    wanted = chosen(codes, batch.n_steps)
    filled = batch.offsets[1:] > batch.offsets[:-1]
    places = batch.offsets[1:][filled] - 1 if last else batch.offsets[:-1][filled]
    found = np.zeros(batch.journeys, dtype=np.bool_)
    found[filled] = wanted[batch.steps[places]]
    return found


@njit(cache=True, nogil=True)
def _contains(offsets, codes, wanted, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        for event in range(offsets[journey], offsets[journey + 1]):
            if wanted[codes[event]]:
                found[journey] = True
                break


@njit(cache=True, nogil=True)
def _note_presence(offsets, steps, presence):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(presence)):
        for event in range(offsets[journey], offsets[journey + 1]):
            step = np.uint64(steps[event])
            presence[journey, step >> np.uint64(6)] |= np.uint64(1) << (step & np.uint64(63))


@njit(cache=True, nogil=True)
def _equals(offsets, steps, sequence, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        start = offsets[journey]
        if offsets[journey + 1] - start != len(sequence):
            continue
        same = 0
        while same < len(sequence) and steps[start + same] == sequence[same]:
            same += 1
        found[journey] = same == len(sequence)


@njit(cache=True, nogil=True)
def _occurs(offsets, steps, times, wanted, start, end, found):  # type: ignore[no-untyped-def]  # pragma: no cover
    for journey in range(len(found)):
        for event in range(offsets[journey], offsets[journey + 1]):
            if start <= times[event] < end and wanted[steps[event]]:
                found[journey] = True
                break
