"""What many more events would need on a cluster, computed from measured runs.

- *Disk*: bytes of the log per event, times events.
- *First time*: the log's bytes through each machine's network, all machines at once; later it lies in their caches.
- *Scan*: events by the rate of a core of the local engine, times all cores; plus, for each part, what the cluster took longer than
  the local engine in the smallest run, per part, as if nothing of it were done at once.
- *Summaries*: a part's bytes, grown with its events as they grew between the smallest and the largest run (in one run only: in
  proportion, which is too much for all but waits and variants). A machine merges its own before it sends, so that
  ``machines × bytes × (parts of a machine) ^ growth`` cross the network.
- *Memory of a worker*: its own as a straight line through the smallest and the largest run, by the events of a part, and the shard
  that it maps. One run alone says nothing of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

SHARD = 20_000_000  # events of a shard, where there are that many


@dataclass(frozen=True)
class Task:
    """A question: seconds on one machine, seconds on a cluster on the same machine, bytes of the summaries of all parts."""

    local: float
    cluster: float
    carried: int


@dataclass(frozen=True)
class Measured:
    """One run: ``disk`` bytes of the log, ``own`` bytes of the largest worker beside what it maps."""

    events: int
    disk: int
    parts: int
    cores: int
    own: int
    tasks: Mapping[str, Task] = field(default_factory=dict)

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Measured:
        tasks = {name: Task(**task) for name, task in facts["tasks"].items()}
        return cls(**{name: value for name, value in facts.items() if name != "tasks"}, tasks=tasks)

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def per_part(self, task: str) -> float:
        """Bytes of a part's summary."""
        return self.tasks[task].carried / self.parts


@dataclass(frozen=True)
class Machines:
    """A cluster; ``bandwidth``: bytes a second between a machine and the store, or another machine."""

    count: int
    cores: int
    bandwidth: float


@dataclass(frozen=True)
class Needs:
    """Of one question: seconds once the shards are there, and bytes that cross the network."""

    seconds: float
    bytes: float


def growth(runs: Sequence[Measured], task: str) -> float:
    """With which power of its events a part's summary grows, from 0 to 1."""
    small, large = runs[0], runs[-1]
    before, after = small.per_part(task), large.per_part(task)
    if small is large or not before or not after:
        return 1.0
    ratio = (large.events / large.parts) / (small.events / small.parts)
    return min(max(math.log(after / before) / math.log(ratio), 0.0), 1.0)


def needs(runs: Sequence[Measured], task: str, events: int, on: Machines) -> Needs:
    """``runs`` by rising size, at least one."""
    small, large = runs[0], runs[-1]
    parts, power = parts_of(events, on), growth(runs, task)
    rate = large.events / (large.tasks[task].local * large.cores)
    late = max(small.tasks[task].cluster - small.tasks[task].local, 0.0) / small.parts
    size = large.per_part(task) * ((events / parts) / (large.events / large.parts)) ** power
    crossing = on.count * size * (parts / on.count) ** power
    seconds = events / (rate * on.count * on.cores) + parts * late + crossing / (on.count * on.bandwidth)
    return Needs(seconds, crossing)


def parts_of(events: int, on: Machines) -> int:
    """Shards of SHARD events at most, and at least one for each core."""
    return max(math.ceil(events / SHARD), on.count * on.cores)


def mapped(runs: Sequence[Measured], events: int, on: Machines) -> float:
    """Bytes of the shard that a worker maps."""
    return runs[-1].disk / runs[-1].events * events / parts_of(events, on)


def own(runs: Sequence[Measured], events: int, on: Machines) -> float | None:
    """Bytes of a worker beside it; None from one run."""
    small, large = runs[0], runs[-1]
    if small is large:
        return None
    each = [one.events / one.parts for one in (small, large)]
    slope = max((large.own - small.own) / (each[1] - each[0]), 0.0)
    return large.own + slope * (events / parts_of(events, on) - each[1])


def told_of(found: Sequence[Measured], events: int, on: Machines) -> str:
    """The whole computation as a page: a table of the questions, and what the log itself needs."""
    runs = sorted(found, key=lambda one: one.events)
    disk = runs[-1].disk / runs[-1].events * events
    beside = own(runs, events, on)
    lines = [
        f"\n## {events:,} events on {on.count} machines of {on.cores} cores, {on.bandwidth / 1e9:.2f} GB/s each\n",
        f"Computed from runs of {', '.join(f'{one.events:,}' for one in runs)} events.\n",
        f"- The log: {disk / 1e9:,.0f} GB ({runs[-1].disk / runs[-1].events:.1f} bytes an event) in {parts_of(events, on):,} shards, "
        f"{disk / on.count / 1e9:,.1f} GB on each machine.",
        f"- To fetch it once: {disk / on.count / on.bandwidth:,.0f} s.",
        f"- A worker: {'?' if beside is None else f'{beside / 1e9:.2f}'} GB of its own, and a shard of "
        f"{mapped(runs, events, on) / 1e9:.2f} GB that it maps.\n",
        "| question | seconds | bytes over the network |", "|---|---:|---:|",
    ]  # fmt: skip
    for task in runs[-1].tasks:
        one = needs(runs, task, events, on)
        lines.append(f"| {task} | {one.seconds:.1f} | {one.bytes:,.0f} |")
    return "\n".join(lines)
