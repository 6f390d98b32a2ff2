"""A program of its own: two followers and a builder that are killed at random moments, while events come in, persons are
joined and parted, and a reader looks on.

``python -m recorrido.journeys.tests.killed_processes DATABASE FOLDER SEED ROUNDS``; the reader's complaint ends it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path


def main(database: str, folder: str, seed: str, rounds: str) -> int:
    _set_up(database, folder)
    from recorrido.journeys.tests.fresh_logs import KINDS, follow_to_the_end, log_of
    from recorrido.journeys.tests.some_orders import join_or_part, record_some

    luck = random.Random(int(seed))
    follow_to_the_end()  # what is compiled and loaded once is not what we want to kill
    reader = _start(_look_on)
    for _ in range(int(rounds)):
        victims = [_start(_follow_for_ever), _start(_follow_for_ever), _start(_build_for_ever)]
        for _ in range(3):
            record_some(luck, luck.randrange(1, 10))
            join_or_part(luck)
            time.sleep(luck.uniform(0, 0.2))
        for victim in luck.sample(victims, len(victims)):
            _end(victim, signal.SIGKILL)
            time.sleep(luck.uniform(0, 0.1))
        for kind in KINDS:
            log_of(kind).verify()
    return os.waitstatus_to_exitcode(_end(reader, signal.SIGTERM))


def _set_up(database: str, folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "recorrido.site.settings_tests"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.settings_dict["NAME"] = database
    settings.RECORRIDO_DATA = Path(folder)


def _start(work: Callable[[], object]) -> int:
    from django.db import connection

    connection.close()
    process = os.fork()
    if process:
        return process
    try:
        work()
    finally:
        os._exit(1)


def _end(process: int, sign: signal.Signals) -> int:
    os.kill(process, sign)
    return os.waitpid(process, 0)[1]


def _follow_for_ever() -> None:
    from recorrido.journeys.actions import follow

    while True:
        follow()


def _build_for_ever() -> None:
    from recorrido.journeys.actions import build_now
    from recorrido.journeys.errors import BuildRunning
    from recorrido.journeys.tests.fresh_logs import KINDS

    while True:
        for kind in KINDS:
            with suppress(BuildRunning):
                build_now(journey_type=kind, actor=None)


def _look_on() -> None:
    """Ends well with SIGTERM; ill when a version is half, when a step that was seen is gone from a later version, or
    when a page's version is no longer what it was."""
    from recorrido.journeys.queries import open_study
    from recorrido.journeys.tests.fresh_logs import log_of

    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    seen, pages = 0, list[tuple[str, int]]()
    while True:
        log = log_of("order")
        if log.total_events < seen or log.map().events != log.total_events:
            _complain(f"{log.version} has {log.total_events} steps after {seen}")
        seen = log.total_events
        pages = [*pages[-5:], (log.version, seen)]
        for version, steps in pages:
            if open_study("order", version).log.map().events != steps:
                _complain(f"{version} had {steps} steps")


def _complain(words: str) -> None:
    print(words, file=sys.stderr, flush=True)
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
