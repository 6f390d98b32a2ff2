"""The follower ``webhooks-sender``: keeps a bounded number of messages on their way, and writes down how they fare."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from threading import Lock

from django.conf import settings

from recorrido.connectors.webhooks.actions.delivering import LEASE, Job, claim_due, conclude
from recorrido.connectors.webhooks.posting import Outcome, Post, poster

SLOTS = 32  # on their way at a time; an endpoint that hangs holds four of them at most
PATIENCE = 0.2  # seconds to wait for an answer before looking for new work


class Sender:
    """Claims, hands to threads that only speak HTTP, and concludes what came back, all in the caller's thread."""

    def __init__(self, post: Post, *, slots: int = SLOTS, lease: timedelta = LEASE) -> None:
        self._post = post
        self._slots = slots
        self._lease = lease
        self._pool = ThreadPoolExecutor(slots, thread_name_prefix="webhook")
        self._running: dict[Future[Outcome], Job] = {}

    def step(self) -> bool:
        """One round; True while messages are on their way or more are due."""
        busy = Counter(job.endpoint_id for job in self._running.values())
        jobs = claim_due(busy=busy, limit=self._slots - len(self._running), lease=self._lease)
        for job in jobs:
            self._running[self._pool.submit(self._post, job.url, job.headers, job.body)] = job
        if not self._running:
            return False
        done, _ = wait(self._running, timeout=PATIENCE, return_when=FIRST_COMPLETED)
        for future in done:
            conclude(job=self._running.pop(future), outcome=future.result())
        return True

    def close(self) -> None:
        """Wait for what is on its way, without writing it down: it will be tried again."""
        self._pool.shutdown(cancel_futures=True)


_sender: list[Sender] = []
_lock = Lock()


def send() -> bool:
    """What the worker calls: one sender per process."""
    with _lock:
        if not _sender:
            _sender.append(Sender(poster(settings.RECORRIDO_WEBHOOK_ALLOW)))
    return _sender[0].step()
