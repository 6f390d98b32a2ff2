"""Variant numbers of a log with a tail: those of the base stay, new sequences get new ones, ranks are counted anew."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from trayecto.kernels import naming, sequences
from trayecto.kernels.arrays import NO_MASK, frozen
from trayecto.log.stored import Base, Rows
from trayecto.questions.shares import place_of_names
from trayecto.questions.variants import Numbering, runs_of


def number_variants(base: Base, live: NDArray[np.bool_], tail: Rows, step_names: Sequence[str]) -> Numbering:
    """The variants of a base (of which only some rows are ``live``) and a tail together."""
    known = base.variant_runs
    distinct = len(base.variants)
    members, examples = _group(tail)
    own_offsets, own_steps = runs_of(tail.offsets, tail.steps, examples)
    found = _find(base, own_offsets, own_steps)
    new = np.flatnonzero(found < 0)
    found[new] = distinct + np.arange(len(new))
    more_offsets, more_steps = runs_of(own_offsets, own_steps, new)
    offsets = np.concatenate([known.offsets, known.offsets[-1] + more_offsets[1:]])
    steps = np.concatenate([known.steps, more_steps])
    numbers = np.concatenate([base.plain("variant"), found[members].astype(np.int32)])
    counts = _counts(base, live, found, members, distinct + len(new))
    return Numbering(numbers, offsets, steps, _ranked(base, counts, offsets, steps, step_names))


def _group(tail: Rows) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The number of each journey's sequence in the tail, and one journey of each."""
    rows = len(tail.offsets) - 1
    members, examples = np.empty(rows, np.int32), np.empty(rows, np.int64)
    distinct = sequences.group(frozen(tail.offsets), frozen(tail.steps), NO_MASK, members, examples)
    return members, examples[:distinct]


def _find(base: Base, offsets: NDArray[np.int64], steps: NDArray[np.uint16]) -> NDArray[np.int64]:
    """The base's number of each sequence, -1 for those it does not have."""
    known = base.variant_runs
    lows, highs = naming.find(naming.hash_runs(offsets, steps), base.variants["hash"].to_numpy())
    found = np.empty(len(offsets) - 1, np.int64)
    numbers = frozen(base.variants["by_hash"].to_numpy())
    naming.match_runs(
        frozen(offsets), frozen(steps), frozen(lows), frozen(highs), numbers,
        frozen(known.offsets), frozen(known.steps), found,
    )  # fmt: skip
    return found


def _counts(
    base: Base, live: NDArray[np.bool_], found: NDArray[np.int64], members: NDArray[np.int32], distinct: int
) -> NDArray[np.int64]:
    """Live journeys of each variant: those of the base without the dead rows, and those of the tail."""
    counts = np.zeros(distinct, np.int64)
    counts[: len(base.variants)] = base.variants["journeys"].to_numpy()
    counts[: len(base.variants)] -= np.bincount(base.plain("variant")[~live], minlength=len(base.variants))
    return counts + np.bincount(found[members], minlength=distinct)


def _ranked(
    base: Base, counts: NDArray[np.int64], offsets: NDArray[np.int64], steps: NDArray[np.uint16],
    step_names: Sequence[str],
) -> NDArray[np.int64]:  # fmt: skip
    """Numbers by falling count, equal ones by the names of their steps: only those whose count moved are sorted."""
    places = place_of_names(step_names)
    spoken = steps if places is None else places.astype(np.uint16)[steps]
    before = np.zeros(len(counts), np.int64)
    before[: len(base.variants)] = base.variants["journeys"].to_numpy()
    changed = counts != before
    moved, kept = np.flatnonzero(changed), np.flatnonzero(~changed)
    sequences.rank_by_frequency(frozen(counts), frozen(offsets), frozen(spoken), moved)
    order = np.empty(len(counts), np.int64)
    sequences.merge_ranks(frozen(kept), frozen(moved), frozen(counts), frozen(offsets), frozen(spoken), order)
    return order
