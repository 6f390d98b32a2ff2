"""What the open door takes at most, and how long it waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from recorrido.api.ingest.errors import Refusal


@dataclass(frozen=True, slots=True)
class Limits:
    """``rate``: events a second with one key, 0 for any number. ``most_waiting``: bytes that may wait to be written.

    ``patience``: seconds a request waits for a database that is away (the libraries give up after ten).
    ``body_within``: seconds in which a body must come. ``answered_within``: seconds after which it hears 503 although its events may still be written.
    """

    rate: int = 0
    most_waiting: int = 32 * 1024 * 1024
    patience: float = 8.0
    body_within: float = 30.0
    answered_within: float = 20.0
    public_url: str = ""


class RateLimit:
    """A bucket of tokens for each key, in this process. ``rate`` 0 means no limit."""

    def __init__(self, rate: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self.burst = max(2 * rate, 1.0)
        self._clock = clock
        self._buckets: dict[int, tuple[float, float]] = {}

    def take(self, key: int, count: int) -> None:
        """Take ``count`` events out of the key's bucket. Raises Refusal (429).

        A batch larger than what is left is taken whole while anything is left, and owed: refused for ever, it would
        never come in."""
        if not self.rate or not count:
            return
        now = self._clock()
        left, since = self._buckets.get(key, (self.burst, now))
        left = min(self.burst, left + (now - since) * self.rate)
        if left < 1:
            self._buckets[key] = (left, now)
            seconds = int((1 - left) / self.rate) + 1
            sentence = f"More than {self.rate:g} events a second with this key: wait {seconds} s."
            raise Refusal(429, "too_many", sentence, retry_after=seconds)
        self._buckets[key] = (left - count, now)
