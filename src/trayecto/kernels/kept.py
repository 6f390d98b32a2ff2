"""Ranks among the durations of flows after some went and others came."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray


@njit(cache=True, nogil=True, inline="always")
def _up_to(ordered, value):  # type: ignore[no-untyped-def]  # pragma: no cover
    return np.searchsorted(ordered, value, side="right")


@njit(cache=True, nogil=True)
def _span(known, come):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The least and the most of both, of which one may be empty."""
    if len(come) == 0:
        return known[0], known[-1]
    if len(known) == 0:
        return come[0], come[-1]
    return min(known[0], come[0]), max(known[-1], come[-1])


@njit(cache=True, nogil=True)
def rank_in(known, gone, come, rank):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The value of rank ``rank`` (from 0) among ``known`` without ``gone``, which it holds, and with ``come``; all sorted.

    The value lies between what stands in ``known`` where it would be if all that came lay before it, and where it would
    be if all that went did. Where few came and went that is a short span; halving it by value finds the place.
    """
    low, high = _span(known, come)
    if rank >= len(come):
        low = known[rank - len(come)]
    if rank + len(gone) < len(known):
        high = known[rank + len(gone)]
    while low < high:
        middle = low + (high - low) // 2
        if _up_to(known, middle) - _up_to(gone, middle) + _up_to(come, middle) > rank:
            high = middle
        else:
            low = middle + 1
    return low


@njit(cache=True, nogil=True)
def ranks_in(
    known: NDArray[np.int64],
    known_bounds: NDArray[
        np.int64
    ],  # (flows, 2) where each flow's run begins and ends; the same for the others
    gone: NDArray[np.int64],
    gone_bounds: NDArray[np.int64],
    come: NDArray[np.int64],
    come_bounds: NDArray[np.int64],
    ranks: NDArray[np.int64],
    found: NDArray[np.int64],
) -> None:  # pragma: no cover
    """``found[f, r]`` = the value of rank ``ranks[f, r]`` of each flow, see ``rank_in``."""
    for flow in range(len(ranks)):
        mine = known[known_bounds[flow, 0] : known_bounds[flow, 1]]
        went = gone[gone_bounds[flow, 0] : gone_bounds[flow, 1]]
        came = come[come_bounds[flow, 0] : come_bounds[flow, 1]]
        for place in range(ranks.shape[1]):
            found[flow, place] = rank_in(mine, went, came, ranks[flow, place])
