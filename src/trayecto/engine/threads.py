"""The engine of one machine: on this thread when there is little to do, on all cores otherwise."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cache, reduce
from typing import TypeVar

from trayecto.engine.watch import Watch

POOL = "trayecto-pool"
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
        for one in begun:
            one.cancel()
        wait(begun)


class Threads:
    """All cores of this machine."""

    def cores(self) -> int:
        return cores()

    def over(self, work: Callable[[Item], Answer], items: Sequence[Item], watch: Watch) -> list[Answer]:
        return each(watch.counting(work, len(items)), items)

    def run(
        self,
        items: Sequence[Item],
        scan: Callable[[Item], Summary],
        merge: Callable[[Summary, Summary], Summary],
        watch: Watch,
    ) -> Summary:
        return reduce(merge, self.over(scan, items, watch))
