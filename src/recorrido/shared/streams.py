"""Long streams of small objects: made ahead in a thread, and left alone by the garbage collector."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from threading import Lock
from typing import TypeVar

Item = TypeVar("Item")


def made_ahead(items: Iterable[Item], *, size: int) -> Iterator[Item]:
    """The same items in the same order, ``size`` of them made in a thread while the ones before are used.

    For items made without the database: the thread would have a connection of its own. An error in making them is
    raised where their turn has come.
    """
    source = iter(items)
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="made-ahead") as maker:
        waiting = maker.submit(lambda: list(islice(source, size)))
        while batch := waiting.result():
            waiting = maker.submit(lambda: list(islice(source, size)))
            yield from batch


_USUAL_TURN = sys.getswitchinterval()
_SHORT_TURN = 0.001  # seconds


@contextmanager
def short_turns() -> Iterator[None]:
    """Threads take turns after a millisecond. A thread that hands the database rows waits for its turn many times a
    second; beside one that only calculates it would wait five milliseconds each time."""
    sys.setswitchinterval(_SHORT_TURN)
    try:
        yield
    finally:
        sys.setswitchinterval(_USUAL_TURN)


class _Seldom:
    """How many streams run, and what the thresholds were before the first of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._running = 0
        self._before = gc.get_threshold()

    def begin(self) -> None:
        with self._lock:
            if self._running == 0:
                self._before = gc.get_threshold()
                gc.set_threshold(100_000, 50, 1_000)
            self._running += 1

    def end(self) -> None:
        with self._lock:
            self._running -= 1
            if self._running == 0:
                gc.set_threshold(*self._before)


_seldom = _Seldom()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage in cycles a hundred times less often, in the whole process.

    A stream whose objects vanish by themselves, beside a dictionary of a million that stays, spends a third of its
    time on looking through that dictionary. Of several streams at once the last to end restores the thresholds.
    """
    _seldom.begin()
    try:
        yield
    finally:
        _seldom.end()
