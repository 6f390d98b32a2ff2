"""Run a question over batches: on this machine's cores, or on a cluster that reads the same logs.

A question gives ``scan(batch) -> summary`` and ``merge(a, b) -> summary``; merge is associative and commutative,
so any machinery that can map and reduce gives the same answer. Batches know by which engine they want to be counted
(``JourneyLog.open(path, engine="ray")``); everything else runs on threads.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from trayecto.engine.threads import Answer, Item, Summary, Threads, cores, each
from trayecto.engine.watch import Watch, current, watched
from trayecto.errors import BadValue

__all__ = [
    "LOCAL",
    "Engine",
    "Watch",
    "checked",
    "cores",
    "cores_of",
    "each",
    "on",
    "over",
    "regroup",
    "run",
    "staying_here",
    "usual",
    "watched",
]

LOCAL = "local"
CLUSTERS = {
    "ray": "trayecto.engine.cluster"
}  # by how the engine's name begins: the module with ``connect(name)``


class Engine(Protocol):
    """What runs scans. ``items`` are never empty."""

    def cores(self) -> int:
        """How many parts it counts at once."""

    def over(self, work: Callable[[Item], Answer], items: Sequence[Item], watch: Watch) -> list[Answer]:
        """``work`` on every item, in order."""

    def run(
        self,
        items: Sequence[Item],
        scan: Callable[[Item], Summary],
        merge: Callable[[Summary, Summary], Summary],
        watch: Watch,
    ) -> Summary:
        """The merged summary of all items."""

    def regroup(
        self,
        items: Sequence[Any],
        scatter: Callable[[Any], Sequence[Any]],
        gather: Callable[[Sequence[Any]], Summary],
        merge: Callable[[Summary, Summary], Summary],
        watch: Watch,
    ) -> Summary:
        """Every item scattered into as many pieces as there are items; the first pieces of all gathered, the second …; merged."""


def checked(name: str) -> str:
    """The name of an engine: ``local``, ``ray``, or ``ray://HOST:PORT``; raises BadValue for any other."""
    if name != LOCAL and name.partition("://")[0] not in CLUSTERS:
        raise BadValue(f"There is no engine '{name}': use 'local', 'ray' or 'ray://HOST:PORT'.")
    return name


@cache
def _named(name: str) -> Engine:
    if checked(name) == LOCAL:
        return Threads()
    cluster: Engine = import_module(CLUSTERS[name.partition("://")[0]]).connect(name)
    return cluster


def cores_of(name: str) -> int:
    """How many parts an engine counts at once."""
    return _named(name).cores()


def usual() -> str:
    """The engine that the environment's TRAYECTO_ENGINE names; ``local`` without."""
    return os.environ.get("TRAYECTO_ENGINE") or LOCAL


def on(name: str, work: Callable[[Any], Answer], items: Sequence[Any]) -> list[Answer]:
    """``work`` on every item, or on what it fetches, in order, on the engine of this name."""
    return _named(LOCAL if _stays.get() else name).over(work, items, current()) if items else []


def over(work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """``work`` on every batch, in order, where their engine says. It must not write into what others read."""
    return _of(items).over(work, items, current()) if items else []


def run(
    items: Sequence[Item], scan: Callable[[Item], Summary], merge: Callable[[Summary, Summary], Summary]
) -> Summary:
    """The merged summary of all batches; there is always at least one batch."""
    return _of(items).run(items, scan, merge, current())


def regroup(
    items: Sequence[Any],
    scatter: Callable[[Any], Sequence[Any]],
    gather: Callable[[Sequence[Any]], Summary],
    merge: Callable[[Summary, Summary], Summary],
) -> Summary:
    """For what lies in several items and belongs together: each gives a piece for every group, groups are counted and merged."""
    return _of(items).regroup(items, scatter, gather, merge, current())


def _of(items: Sequence[Any]) -> Engine:
    here = len(items) <= 1 or _stays.get()
    return _named(LOCAL if here else getattr(items[0], "engine", LOCAL))


_stays: ContextVar[bool] = ContextVar("stays", default=False)


@contextmanager
def staying_here() -> Iterator[None]:
    """What is asked in this block is counted on this machine: it is itself a part that a cluster counts."""
    token = _stays.set(True)
    try:
        yield
    finally:
        _stays.reset(token)
