"""A program of its own that records events and has them exported, three at a time, by processes that it kills.

``python -m recorrido.journeys.exporting.tests.killed_exports DATABASE FOLDER SEED ROUNDS``
"""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from contextlib import suppress


def main(database: str, folder: str, seed: str, rounds: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "recorrido.site.settings_tests"
    import django

    django.setup()
    from django.db import connection

    connection.settings_dict["NAME"] = database
    from recorrido.journeys.exporting import actions
    from recorrido.journeys.tests.some_orders import record_some

    luck = random.Random(int(seed))
    _export(folder)  # what is compiled and loaded once is not what we want to kill
    actions.PORTION = 3  # many steps to be killed between
    for _ in range(int(rounds)):
        record_some(luck, 5)
        connection.close()
        process = os.fork()
        if not process:
            _export_for_ever(folder)
        time.sleep(luck.uniform(0.02, 0.3))
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def _export_for_ever(folder: str) -> None:
    try:
        while True:
            _export(folder)
    finally:
        os._exit(1)


def _export(folder: str) -> None:
    from recorrido.journeys.exporting import actions
    from recorrido.journeys.exporting.errors import ExportRunning

    with suppress(ExportRunning):  # the server has not noticed yet that the one before is dead
        actions.export_events(destination=folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
