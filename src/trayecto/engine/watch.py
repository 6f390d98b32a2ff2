"""Watching a question while it is worked on: how far it is, what befell it, and calling it off."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from threading import Lock
from typing import TypeVar

from trayecto.errors import Cancelled

Item = TypeVar("Item")
Answer = TypeVar("Answer")
log = logging.getLogger("trayecto.engine")
SLOW = 10.0  # seconds without a part that is done, after which it is said which ones are waited for
MOST_NAMED = 3


@dataclass(frozen=True)
class Watch:
    """``tell(done, total)``: parts of the present scan that are counted; ``say``: a sentence about something lost or slow;
    ``cancelled()``: whether nobody wants the answer any more; ``carried(bytes)``: what the parts of a scan gave back."""

    tell: Callable[[int, int], None] | None = None
    say: Callable[[str], None] = log.warning
    cancelled: Callable[[], bool] | None = None
    carried: Callable[[int], None] | None = None
    _lock: Lock = field(default_factory=Lock)

    def check(self) -> None:
        """Raise Cancelled when the answer is not wanted any more."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled("The question was called off before it was answered.")

    def told(self, done: int, total: int) -> None:
        if self.tell is not None:
            self.tell(done, total)

    def brought(self, size: int) -> None:
        if self.carried is not None:
            self.carried(size)

    def waits_for(self, names: Sequence[str]) -> None:
        """Say which parts did not come, for as long as SLOW."""
        told = ", ".join(sorted(names)[:MOST_NAMED]) + (", …" if len(names) > MOST_NAMED else "")
        self.say(f"Still waiting for {len(names)} parts; none came for {SLOW:g} s: {told}")

    def counting(self, work: Callable[[Item], Answer], total: int) -> Callable[[Item], Answer]:
        """``work`` that tells of each part when it is done, and is not begun once it was called off."""
        if self.tell is None and self.cancelled is None:
            return work
        done = 0

        def watched(item: Item) -> Answer:
            nonlocal done
            self.check()
            answer = work(item)
            with self._lock:
                done += 1
                self.told(done, total)
            return answer

        return watched


NOBODY = Watch()
_watch: ContextVar[Watch | None] = ContextVar("watch", default=None)


def current() -> Watch:
    return _watch.get() or NOBODY


@contextmanager
def watched(
    tell: Callable[[int, int], None] | None = None,
    *,
    say: Callable[[str], None] = log.warning,
    cancelled: Callable[[], bool] | None = None,
    carried: Callable[[int], None] | None = None,
) -> Iterator[None]:
    """Watch the questions asked in this block, on whatever engine.

    ``tell`` is called with (done, total) parts of each scan, from any thread but never from two at once; a question may
    scan several times. ``cancelled`` is asked between parts: once it says True, Cancelled is raised. ``say`` gets a
    sentence when a machine was lost and its parts were counted elsewhere, and when parts do not come for long (default: a
    warning to the log). ``carried`` is called once per scan on a cluster, with the bytes that the summaries of its parts came to
    before they were merged.
    """
    token = _watch.set(Watch(tell, say, cancelled, carried))
    try:
        yield
    finally:
        _watch.reset(token)
