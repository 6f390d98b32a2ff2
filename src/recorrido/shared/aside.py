"""Heavy work in a process of its own, which stands back while pages, followers and the open door have work.

A build of millions of events in the worker's own process would hold up, by Python's lock, whatever keeps the ledger's
readers fresh; its memory would stay with the worker; and if it took too much, the worker would die with it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import NoReturn

from django.conf import settings

from recorrido.shared import orphans, sql

NICENESS = 10


class AsideEnded(Exception):
    """The process ended before its work did. ``code``: its exit code, negative for the signal that ended it."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def run_aside(function: str, *arguments: int | str) -> None:
    """Call ``"module:function"`` with the arguments in a process of its own and wait for its end.

    The process ends with this one. Raises AsideEnded. Where ``RECORRIDO_OWN_PROCESSES`` is off, as in tests whose data
    no other process can see, it is called right here.
    """
    if not settings.RECORRIDO_OWN_PROCESSES:
        _call(function, *arguments)
        return
    given = json.dumps(arguments)
    command = [sys.executable, "-m", "recorrido.shared.aside", str(os.getpid()), function, given]
    if code := subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:
        raise AsideEnded(code)


def stand_back() -> None:
    """Let this process, and its session of the database, work with what others leave."""
    if settings.RECORRIDO_OWN_PROCESSES:
        os.nice(max(0, NICENESS - os.nice(0)))
        if settings.RECORRIDO_DATABASE_IS_OURS:
            _database_stands_back()


def _database_stands_back() -> None:
    """The session's server process. Its parallel workers would be no slower than others: the session does without."""
    sql.execute("SET max_parallel_workers_per_gather = 0")
    ((pid,),) = sql.fetch("SELECT pg_backend_pid()")
    with suppress(OSError):  # a server of another user, which we may not slow down
        if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"postgres:"):
            os.setpriority(os.PRIO_PROCESS, pid, NICENESS)


def _call(function: str, *arguments: int | str) -> None:
    module, name = function.split(":")
    getattr(import_module(module), name)(*arguments)


def _main(parent: int, function: str, arguments: str) -> None:
    import django

    signal.signal(signal.SIGTERM, _leave)
    orphans.end_with(parent)
    django.setup()
    stand_back()
    _call(function, *json.loads(arguments))


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    sys.exit(128 + number)


if __name__ == "__main__":
    _main(int(sys.argv[1]), sys.argv[2], sys.argv[3])
