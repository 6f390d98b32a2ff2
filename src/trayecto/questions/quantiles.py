"""Exact quantiles of many runs of durations at once, without sorting them.

A first scan counts each run's durations in the buckets of a histogram; ``ranks`` says from the merged counts which
buckets hold the wanted order statistics; a second scan collects only those buckets' durations (``Values``), and
``quantiles`` selects among them. See ``kernels.flows``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from trayecto import engine
from trayecto.kernels import flows as kernel
from trayecto.kernels.arrays import frozen

FRACTIONS = (0.5, 0.9)


@dataclass(frozen=True)
class Ranks:
    """The order statistics that the quantiles need, and the slots of durations that hold them."""

    slots: NDArray[np.int32]  # (flows, buckets) slot or -1
    starts: NDArray[np.int64]  # (slots,) first place of each slot
    size: int  # places in all slots
    query_slot: NDArray[np.int64]  # (flows, 4) slot of each wanted rank
    query_rank: NDArray[np.int64]  # (flows, 4) rank inside the slot
    fraction: NDArray[np.float64]  # (flows, 2) how far between the lower and the upper rank


@dataclass
class Values:
    """The second scan: the durations that fell into wanted buckets, slot by slot."""

    ends: NDArray[np.int64]
    values: NDArray[np.int64]


def ranks(histogram: NDArray[np.int32]) -> Ranks:
    """Where the wanted ranks lie, from the merged histogram (runs, buckets); empty runs are left out."""
    occurring = np.flatnonzero(histogram.any(axis=1))
    running = np.cumsum(histogram[occurring], axis=1, dtype=np.int64)
    wanted, fraction = wanted_ranks(running[:, -1])
    bucket = np.stack([(running <= wanted[:, [k]]).sum(axis=1) for k in range(wanted.shape[1])], axis=1)
    before = np.take_along_axis(running, bucket, axis=1) - histogram[occurring[:, None], bucket]
    slots = np.full(histogram.shape, -1, np.int32)
    pairs = np.unique(occurring[:, None] * histogram.shape[1] + bucket)
    slots.reshape(-1)[pairs] = np.arange(len(pairs))
    edges = np.concatenate(([0], np.cumsum(histogram.reshape(-1)[pairs], dtype=np.int64)))
    return Ranks(
        slots, edges[:-1], int(edges[-1]), slots[occurring[:, None], bucket], wanted - before, fraction
    )


def wanted_ranks(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """(runs, 4) the lower and the upper rank of each fraction, and (runs, 2) how far between them it lies."""
    place = np.array(FRACTIONS) * (counts - 1)[:, None]
    lower = np.floor(place).astype(np.int64)
    upper = np.minimum(lower + 1, counts[:, None] - 1)
    return np.concatenate([lower, upper], axis=1), np.asarray(place - lower, np.float64)


def merge_values(a: Values, b: Values, ranks: Ranks) -> Values:
    """Both scans' durations, in ``a``'s arrays (slots have room for all of them)."""
    kernel.append_runs(frozen(ranks.starts), a.ends, a.values, b.ends, b.values)
    return a


def quantiles(ranks: Ranks, found: Values) -> NDArray[np.float64]:
    """(flows that occur, 2) median and p90 in microseconds, interpolated as numpy.percentile does."""
    order = ranks.query_slot.reshape(-1)
    lows, highs = frozen(ranks.starts[order]), frozen(found.ends[order])
    wanted = frozen(ranks.query_rank.reshape(-1))
    values = np.empty(len(order), np.int64)
    flows = len(ranks.query_slot)
    edges = [flows * part // engine.cores() * 4 for part in range(engine.cores() + 1)]

    def part(bounds: tuple[int, int]) -> None:
        kernel.select_ranks(found.values, lows, highs, wanted, values, *bounds)

    engine.each(part, list(pairwise(edges)))
    picked = values.reshape(-1, 2, 2).astype(np.float64)
    return interpolated(picked[:, 0], picked[:, 1], ranks.fraction)


def interpolated(
    lower: NDArray[np.float64], upper: NDArray[np.float64], fraction: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Linear interpolation from the nearer end, as NumPy does it, so that results agree to the last bit."""
    step = upper - lower
    return np.where(fraction < 0.5, lower + step * fraction, upper - step * (1 - fraction))
