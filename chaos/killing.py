"""kill -9, by rote: the processes of an installation, found by who started them, and ended without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from bench.installation import Installation

KINDS = ("web", "worker", "database", "consumer")


@dataclass(frozen=True)
class Kill:
    """One process ended: when, of which kind, what exactly."""

    at: float
    kind: str
    what: str


@dataclass(frozen=True)
class Process:
    pid: int
    parent: int
    command: str


class Killer:
    """Ends processes of the installation whose supervisor is ``up``. Each is looked up at the moment it is killed."""

    def __init__(self, ours: Installation, up: int, consumers: Consumers, random: Random) -> None:
        self._ours = ours
        self._up = up
        self._consumers = consumers
        self._random = random
        self._finders: dict[str, Callable[[], list[tuple[str, int]]]] = {
            "web": self._web,
            "worker": self._worker,
            "database": self._database,
            "consumer": consumers.running,
        }

    def kill(self, kind: str) -> Kill | None:
        """End one process of the kind, chosen at random; None where none runs at this moment."""
        found = self._finders[kind]()
        if not found:
            return None
        what, pid = self._random.choice(found)
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return None
        return Kill(time.time(), kind, what)

    def _web(self) -> list[tuple[str, int]]:
        """The web server, or the process below it that serves."""
        running = list(processes())
        return [
            found
            for main in _children(running, self._up)
            if " web " in main.command
            for found in [("web server", main.pid)]
            + [("serving process", one.pid) for one in _children(running, main.pid) if _serves(one)]
        ]

    def _worker(self) -> list[tuple[str, int]]:
        running = _children(list(processes()), self._up)
        return [("worker", one.pid) for one in running if " worker " in one.command]

    def _database(self) -> list[tuple[str, int]]:
        """The postmaster, or one of its servants: of either, PostgreSQL makes a crash of the whole."""
        from recorrido.site import postgres
        from recorrido.site.postgres import pidfile

        pid = pidfile.live_postmaster(postgres.place_for(self._ours.data).cluster)
        if pid is None:
            return []
        sessions = [
            one
            for one in _children(list(processes()), pid)
            if "[local]" in one.command or "writer" in one.command
        ]
        some = self._random.sample(sessions, min(1, len(sessions)))
        return [("postmaster", pid), *(("backend", one.pid) for one in some)]


def _serves(process: Process) -> bool:
    return "resource_tracker" not in process.command


class Consumers:
    """Two processes of one consumer, started again as soon as they end."""

    def __init__(self, ours: Installation, count: int = 2) -> None:
        self._ours = ours
        self._running: list[subprocess.Popen[bytes] | None] = [None] * count

    def keep_up(self) -> None:
        for place, process in enumerate(self._running):
            if process is None or process.poll() is not None:
                self._running[place] = self._started()

    def running(self) -> list[tuple[str, int]]:
        return [
            ("consumer", process.pid)
            for process in self._running
            if process is not None and process.poll() is None
        ]

    def stop(self) -> None:
        for process in self._running:
            if process is not None:
                process.kill()
                process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        with open(self._ours.data / "consumer.log", "ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "chaos.consumer"], env=self._ours.environment, stdout=log, stderr=log
            )


def processes() -> Iterable[Process]:
    """Every process of this machine that may be looked at (Linux: /proc)."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except (OSError, IndexError):
                continue
            if status[0] != "Z":
                yield Process(int(folder.name), int(status[1]), command)


def _children(running: Iterable[Process], parent: int) -> list[Process]:
    return [one for one in running if one.parent == parent]
