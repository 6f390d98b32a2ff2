"""What follows the ledger within a second: each follower in a thread of its own, inside the worker.

A follower is a function without arguments that takes the next piece of work, commits it together with its bookmark and
says whether there may be more. Two workers may run the same one: the bookmark's row lets them take turns. It is asked
again whenever the ledger (or the persons) moved, and every second besides.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib import import_module

from django.db import connection

PAUSE = 0.1  # seconds between two looks at the sequences
IDLE = 1.0  # a follower without news is asked all the same, for what time alone brings
LONGEST_PAUSE = 30.0  # after errors one behind the other

FOLLOWERS: dict[str, str] = {
    "journeys.fresh": "recorrido.journeys.actions:follow",
    "data-health": "recorrido.events.actions:count_events",
    "quarantine-rules": "recorrido.events.actions:mend_waiting",
    "watch": "recorrido.journeys.watch.actions:follow",
    "mail": "recorrido.company.actions:send_next_mail",
    "webhooks": "recorrido.connectors.webhooks.actions:collect",
    "webhooks-sender": "recorrido.connectors.webhooks.follower:send",
}
"""Name → "module:function". A name is also what the follower calls its bookmark."""

Step = Callable[[], bool]
_log = logging.getLogger(__name__)


@dataclass
class News:
    """Where the ledger and the persons stand: one thread looks, for all followers."""

    ending: threading.Event
    position: tuple[int, ...] = ()
    _moved: threading.Condition = field(default_factory=threading.Condition)

    def run(self) -> None:
        """Until told to end. While the database is away there is no news, and the followers say so."""
        while not self.ending.wait(PAUSE):
            try:
                self._tell(_positions())
            except Exception:
                connection.close()
        self._tell(())
        connection.close()

    def _tell(self, position: tuple[int, ...]) -> None:
        if position != self.position:
            with self._moved:
                self.position = position
                self._moved.notify_all()

    def wait(self, seen: tuple[int, ...]) -> None:
        """Until something moved since ``seen``, or for ``IDLE``."""
        with self._moved:
            self._moved.wait_for(lambda: self.position != seen or self.ending.is_set(), IDLE)


@dataclass
class Follower:
    """One follower and its thread."""

    name: str
    step: Step
    news: News
    pause: float = PAUSE

    @property
    def ending(self) -> threading.Event:
        return self.news.ending

    def run(self) -> None:
        """Until told to end; an error is logged and tried again, later and later."""
        while not self.ending.is_set():
            try:
                seen = self.news.position  # before the step: what arrives during it is news
                self._until_done()
                self.news.wait(seen)
            except Exception:
                _log.exception("The follower %s stopped in its step; it tries again.", self.name)
                self.pause = min(self.pause * 2, LONGEST_PAUSE)
                connection.close()
                self.ending.wait(self.pause)
            else:
                self.pause = PAUSE
        connection.close()

    def _until_done(self) -> None:
        while not self.ending.is_set() and self.step():
            pass


def _positions() -> tuple[int, ...]:
    """Where the sequences of ledger and person changes stand: one cheap statement, no table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT last_value FROM events_event_id_seq), (SELECT last_value FROM people_personchange_id_seq)"
        )
        return tuple(cursor.fetchone())


def start(names: Iterable[str] | None = None) -> Callable[[], None]:
    """Start followers (all of them by default); returns what stops them and waits for their present step."""
    news = News(threading.Event())
    wanted = FOLLOWERS if names is None else {name: FOLLOWERS[name] for name in names}
    threads = [_thread(name, Follower(name, _load(path), news).run) for name, path in wanted.items()]
    threads.append(_thread("news", news.run))

    def stop() -> None:
        news.ending.set()
        for thread in threads:
            thread.join(10)

    return stop


def _thread(name: str, run: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=run, name=f"follower-{name}", daemon=True)
    thread.start()
    return thread


def _load(path: str) -> Step:
    module, _, name = path.partition(":")
    step: Step = getattr(import_module(module), name)
    return step
