"""The engine of one machine: on this thread when there is little to do, on all cores otherwise."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from functools import cache, reduce
from typing import Any, TypeVar

from trayecto.engine import watch as watching
from trayecto.engine.fetching import is_away, opened
from trayecto.engine.watch import Watch

POOL = "trayecto-pool"
AT_ONCE = 4  # parts that are fetched while others are counted
Summary = TypeVar("Summary")
Item = TypeVar("Item")
Answer = TypeVar("Answer")


def cores() -> int:
    """Cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(max_workers=cores(), thread_name_prefix=POOL)


if hasattr(os, "register_at_fork"):  # threads do not survive a fork: a child makes its own pool
    os.register_at_fork(after_in_child=_pool.cache_clear)


def each(work: Callable[[Item], Answer], items: Sequence[Item]) -> list[Answer]:
    """``work`` on every item, in order; on threads when there are several (kernels release the lock).

    Work that is itself on one of the threads goes on there: waiting for the others could be waiting for itself.
    """
    if len(items) <= 1 or threading.current_thread().name.startswith(POOL):
        return [work(item) for item in items]
    begun = [_pool().submit(work, item) for item in items]
    try:
        return [one.result() for one in begun]
    finally:  # after a mistake nothing goes on behind the back of who tidies up
        _end(begun)


def as_they_come(work: Callable[[Any], Answer], items: Sequence[Any], watch: Watch) -> list[Answer]:
    """``work`` on every item, in order of the items; several are fetched at once, and each is worked on when it is here."""
    if threading.current_thread().name.startswith(POOL):
        return [work(opened(item, watch.check)) for item in items]
    begun: dict[int, Future[Answer]] = {}
    fetchers = ThreadPoolExecutor(AT_ONCE, "trayecto-fetch")
    coming = {fetchers.submit(opened, item, watch.check): place for place, item in enumerate(items)}
    try:
        _begin(work, items, coming, begun, watch)
        return [begun[place].result() for place in range(len(items))]
    finally:  # who calls off does not wait for a store that says nothing; what it sends later is kept, or not
        fetchers.shutdown(wait=False, cancel_futures=True)
        _end(list(begun.values()))


def _begin(
    work: Callable[[Any], Answer],
    items: Sequence[Any],
    coming: dict[Future[Any], int],
    begun: dict[int, Future[Answer]],
    watch: Watch,
) -> None:
    """Hand to the cores what has come, until all has; says what is waited for."""
    pending = set(coming)
    while pending:
        done, pending = wait(pending, timeout=watching.SLOW, return_when=FIRST_COMPLETED)
        watch.check()
        if not done:
            watch.waits_for([str(items[coming[one]]) for one in pending])
        for one in done:
            begun[coming[one]] = _pool().submit(work, one.result())


def _end(begun: Sequence[Future[Any]]) -> None:
    for one in begun:
        one.cancel()
    wait(begun)


class Threads:
    """All cores of this machine."""

    def cores(self) -> int:
        return cores()

    def over(self, work: Callable[[Item], Answer], items: Sequence[Item], watch: Watch) -> list[Answer]:
        counting = watch.counting(work, len(items))
        return as_they_come(counting, items, watch) if is_away(items[0]) else each(counting, items)

    def run(
        self,
        items: Sequence[Item],
        scan: Callable[[Item], Summary],
        merge: Callable[[Summary, Summary], Summary],
        watch: Watch,
    ) -> Summary:
        return reduce(merge, self.over(scan, items, watch))

    def regroup(
        self,
        items: Sequence[Any],
        scatter: Callable[[Any], Sequence[Any]],
        gather: Callable[[Sequence[Any]], Summary],
        merge: Callable[[Summary, Summary], Summary],
        watch: Watch,
    ) -> Summary:
        groups = list(zip(*self.over(scatter, items, watch), strict=True))
        return self.run(groups, gather, merge, watch)
