"""Long streams of small objects: made ahead in a thread, and left alone by the garbage collector."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
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


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Look for garbage in cycles a hundred times less often.

    A stream whose objects vanish by themselves, beside a dictionary of a million that stays, spends a third of its
    time on looking through that dictionary. The thresholds are the whole process's.
    """
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1_000)
    try:
        yield
    finally:
        gc.set_threshold(*before)
