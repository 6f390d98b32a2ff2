"""Journeys made up for benchmarks: 30 steps, about 900 flows, ten events per journey, in arrival order."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

STEPS = (
    "ad.clicked", "product.viewed", "store.visited", "advice.asked", "cart.filled", "checkout.started",
    "identity.requested", "identity.approved", "identity.rejected", "order.placed", "payment.approved",
    "payment.declined", "order.prepared", "order.shipped", "order.delivered", "delivery.failed", "pickup.ready",
    "pickup.notified", "order.picked_up", "contact.received", "case.opened", "case.resolved", "return.requested",
    "return.received", "return.inspected", "refund.paid", "survey.answered", "order.cancelled", "review.written",
    "coupon.used",
)  # fmt: skip
CHANNELS = ("web", "store", "phone", "whatsapp", "email")
FUNNEL = ("product.viewed", "cart.filled", "order.placed", "order.delivered")
MAIN_PATH = (
    "product.viewed", "cart.filled", "checkout.started", "order.placed", "payment.approved", "order.prepared",
    "order.shipped", "order.delivered", "survey.answered", "product.viewed",
)  # fmt: skip
MEAN_EVENTS = 10
LOOKUP = 4096  # resolution of the transition probabilities
SECOND, DAY = 1_000_000, 86_400_000_000
OPENING = 1_704_067_200_000_000  # 2024-01-01 UTC, in microseconds


def write_events(path: Path, events: int, seed: int = 7) -> int:
    """Write about ``events`` events to a Parquet file; returns how many there are."""
    table = make_events(events, seed)
    pq.write_table(table, path, compression="zstd", row_group_size=1_000_000)
    return table.num_rows


def make_events(events: int, seed: int = 7) -> pa.Table:
    """Columns journey (int64), step and channel (text), at (timestamp), sorted by time."""
    rng = np.random.default_rng(seed)
    journeys, steps, times = _walk(rng, max(1, events // MEAN_EVENTS))
    order = np.argsort(times, kind="stable")
    channels = rng.integers(0, len(CHANNELS), len(order)).astype(np.int8)
    return pa.table(
        {
            "journey": journeys[order],
            "step": pa.DictionaryArray.from_arrays(pa.array(steps[order]), pa.array(STEPS)),
            "at": pa.array(times[order]).cast(pa.timestamp("us", "UTC")),
            "channel": pa.DictionaryArray.from_arrays(pa.array(channels), pa.array(CHANNELS)),
        }
    )


def _walk(
    rng: np.random.Generator, count: int
) -> tuple[NDArray[np.int64], NDArray[np.int8], NDArray[np.int64]]:
    """Walk all journeys at once, one step at a time, until the last has ended."""
    follow, pause = _transitions(rng)
    alive = np.arange(count, dtype=np.int64)
    step = rng.choice(5, count, p=[0.3, 0.4, 0.1, 0.05, 0.15]).astype(np.int8)
    time = OPENING + rng.integers(0, 365 * DAY, count)
    left = 1 + rng.geometric(1 / (MEAN_EVENTS - 1), count).clip(1, 80)
    found = []
    while len(alive):
        found.append((alive, step, time))
        left = left - 1
        going = left > 0
        alive, step, time, left = alive[going], step[going], time[going], left[going]
        target = follow[step, rng.integers(0, LOOKUP, len(alive))]
        wait = rng.lognormal(0.0, 1.5, len(alive)) * pause[step, target] * SECOND
        step, time = target, time + wait.astype(np.int64)
    journeys, steps, times = (np.concatenate(column) for column in zip(*found, strict=True))
    return journeys, steps, times


def _transitions(rng: np.random.Generator) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
    """Every step may follow every other, a few of them mostly; and the typical pause of each flow in seconds."""
    size = len(STEPS)
    weights = rng.pareto(0.7, (size, size)) + 0.02
    for source, target in pairwise(MAIN_PATH):
        row = STEPS.index(source)
        weights[row, STEPS.index(target)] += weights[row].sum()  # every second journey keeps to the path
    share = weights / weights.sum(axis=1, keepdims=True)
    slots = 1 + np.floor(share * (LOOKUP - size)).astype(int)
    slots[np.arange(size), slots.argmax(axis=1)] += LOOKUP - slots.sum(axis=1)
    follow = np.stack([np.repeat(np.arange(size, dtype=np.int8), row) for row in slots])
    return follow, np.exp(rng.uniform(np.log(30), np.log(5 * 86_400), (size, size)))
