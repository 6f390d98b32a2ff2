"""A program of its own: followers that are killed at random moments while events come in.

``python -m recorrido.journeys.tests.killed_followers DATABASE FOLDER SEED ROUNDS``
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from pathlib import Path


def main(database: str, folder: str, seed: str, rounds: str) -> None:
    _set_up(database, folder)
    from django.db import connection

    from recorrido.journeys.tests.fresh_logs import KINDS, follow_to_the_end, log_of
    from recorrido.journeys.tests.some_orders import record_some

    luck = random.Random(int(seed))
    follow_to_the_end()  # what is compiled and loaded once is not what we want to kill
    for _ in range(int(rounds)):
        record_some(luck, luck.randrange(1, 30))
        connection.close()
        follower = os.fork()
        if follower == 0:
            _follow_for_ever()
        record_some(luck, luck.randrange(1, 5))
        time.sleep(luck.uniform(0, 0.25))
        os.kill(follower, signal.SIGKILL)
        os.waitpid(follower, 0)
        for kind in KINDS:
            log_of(kind).verify()


def _set_up(database: str, folder: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "recorrido.site.settings_tests"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection

    connection.settings_dict["NAME"] = database
    settings.RECORRIDO_DATA = Path(folder)


def _follow_for_ever() -> None:
    from recorrido.journeys.actions import follow

    while True:
        follow()


if __name__ == "__main__":
    main(*sys.argv[1:])
