"""kill -9, by rote: the processes of an installation, found by who started them, and ended without a word."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from bench.installation import Installation

TURNS = ("web", "worker", "database", "consumer", "supervisor", "web", "worker", "database")
"""What is killed in each eight kills. The supervisor (``recorrido up``) is started again by who runs it, as all are that
have nobody above them."""
CONSUMERS = 2
REST = 0.5  # seconds between the end of a process and its next start


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
    """Ends processes of an installation. Each is looked up at the moment it is killed."""

    def __init__(self, ours: Installation, kept: Kept, random: Random) -> None:
        self._ours = ours
        self._kept = kept
        self._random = random
        self._finders: dict[str, Callable[[], list[tuple[str, int]]]] = {
            "web": self._web,
            "worker": self._worker,
            "database": self._database,
            "consumer": lambda: kept.running("consumer"),
            "supervisor": lambda: kept.running("supervisor"),
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
            for main in _children(running, self._up())
            if " web " in main.command
            for found in [("web server", main.pid)]
            + [("serving process", one.pid) for one in _children(running, main.pid) if _serves(one)]
        ]

    def _worker(self) -> list[tuple[str, int]]:
        running = _children(list(processes()), self._up())
        return [("worker", one.pid) for one in running if " worker " in one.command]

    def _up(self) -> int:
        """The supervisor's number; -1, the parent of nobody, where it is down."""
        return next((pid for _, pid in self._kept.running("supervisor")), -1)

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


class Kept:
    """Processes that this one starts, and starts again a moment after they ended, in a thread until ``stop``."""

    def __init__(self, ours: Installation, port: int) -> None:
        self._ours = ours
        consumer = ["-m", "chaos.consumer"]
        up = ["-m", "recorrido.site.cli", "up", "--port", str(port)]
        self._places = [
            _Place("supervisor", up, "up.log"),
            *(_Place("consumer", consumer, f"consumer-{number}.log") for number in range(CONSUMERS)),
        ]

        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_up, name="kept", daemon=True)
        self._thread.start()

    def _keep_up(self) -> None:
        while not self._over.wait(0.1):
            for place in self._places:
                place.keep_up(self._ours)

    def running(self, kind: str) -> list[tuple[str, int]]:
        return [
            (kind, place.process.pid) for place in self._places if place.kind == kind and place.is_alive()
        ]

    def stop(self) -> None:
        """The supervisor may tidy up; a consumer needs no such thing."""
        self._over.set()
        self._thread.join()
        for place in self._places:
            if place.process is not None:
                place.process.send_signal(signal.SIGTERM if place.kind == "supervisor" else signal.SIGKILL)
        for place in self._places:
            if place.process is not None:
                place.process.wait()


@dataclass
class _Place:
    kind: str
    arguments: Sequence[str]
    log: str
    process: Any = None
    ended: float = float("-inf")

    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def keep_up(self, ours: Installation) -> None:
        if self.is_alive():
            self.ended = float("inf")
        elif self.ended == float("inf"):
            self.ended = time.monotonic()
        elif time.monotonic() - self.ended > REST:
            with open(ours.data / self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, *self.arguments],
                    env=ours.environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
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
