"""What follows the ledger within a second: each follower in a thread of its own, inside the worker.

A follower is a function without arguments that takes the next piece of work, commits it together with its bookmark and
says whether there may be more. Two workers may run the same one: the bookmark's row lets them take turns. It is asked
again whenever the ledger (or the persons) moved, and every second besides.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from django.db import connection, transaction

PAUSE = 0.1  # seconds between two looks at the sequences while nothing happens
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
class Follower:
    """One follower and its thread."""

    name: str
    step: Step
    ending: threading.Event
    pause: float = PAUSE

    def run(self) -> None:
        """Until told to end; an error is logged and tried again, later and later."""
        while not self.ending.is_set():
            try:
                seen = _positions()  # before the step: what arrives during it is news
                self._until_done()
                self._wait_for_news(seen)
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

    def _wait_for_news(self, seen: tuple[int, ...]) -> None:
        waited = 0.0
        while not self.ending.wait(PAUSE) and waited < IDLE:
            waited += PAUSE
            if _positions() != seen:
                return


def _positions() -> tuple[int, ...]:
    """Where the sequences of ledger and person changes stand: one cheap statement, no table."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT last_value FROM events_event_id_seq), (SELECT last_value FROM people_personchange_id_seq)"
        )
        return tuple(cursor.fetchone())


def start(names: Iterable[str] | None = None) -> Callable[[], None]:
    """Start followers (all of them by default); returns what stops them and waits for their present step."""
    ending = threading.Event()
    wanted = FOLLOWERS if names is None else {name: FOLLOWERS[name] for name in names}
    threads = [_thread(Follower(name, _load(path), ending)) for name, path in wanted.items()]

    def stop() -> None:
        ending.set()
        for thread in threads:
            thread.join(10)

    return stop


def _thread(follower: Follower) -> threading.Thread:
    thread = threading.Thread(target=follower.run, name=f"follower-{follower.name}", daemon=True)
    thread.start()
    return thread


def _load(path: str) -> Step:
    module, _, name = path.partition(":")
    step: Step = getattr(import_module(module), name)
    return step
