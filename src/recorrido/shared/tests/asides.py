"""What the tests of ``aside`` do in a process of its own."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from recorrido.shared import sql


def write_down(path: str) -> None:
    ((backend,),) = sql.fetch("SELECT pg_backend_pid()")
    niceness = os.nice(0), os.getpriority(os.PRIO_PROCESS, backend)
    Path(path).write_text(f"{os.getpid()} {niceness[0]} {niceness[1]}")


def be_killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fail() -> None:
    raise ValueError


def stay(path: str) -> None:
    Path(path).write_text(str(os.getpid()))
    time.sleep(600)
