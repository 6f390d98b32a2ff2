"""Runs children, starts again what dies, and stops them in order. No Django here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FrameType

from recorrido.site.boot import say

CALM = 10.0  # seconds after which a child counts as started well
LONGEST_PAUSE = 5.0  # a door that is closed for longer loses events of clients that give up
PATIENCE = 15.0  # seconds a child gets to end by itself


@dataclass
class Child:
    """One supervised ``recorrido`` command."""

    name: str
    arguments: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = field(default=0.5)

    def start(self) -> None:
        """In a session of its own: Ctrl-C must reach the supervisor only, which then stops things in order."""
        command = [sys.executable, "-m", "recorrido.site.cli", *self.arguments, "--parent", str(os.getpid())]
        self.process = subprocess.Popen(command, start_new_session=True)
        self.started = time.monotonic()

    def restart_if_dead(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        calm = time.monotonic() - self.started > CALM
        self.pause = 0.5 if calm else min(self.pause * 2, LONGEST_PAUSE)
        say(
            f"The {self.name} ended with code {self.process.returncode}; starting it again in {self.pause:.0f} s."
        )
        self.process = None

    def due(self) -> bool:
        return self.process is None and time.monotonic() - self.started > self.pause

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def supervise(children: Sequence[Child], *, watch: Callable[[], None] = lambda: None) -> None:
    """Run the children until Ctrl-C or SIGTERM; then stop them, last started first.

    ``watch`` is called five times a second, in a thread of its own: it looks after what is no child of ours, and may
    take its time without the children being forgotten.
    """
    ending = _ending_event()
    try:
        for child in children:
            child.start()
        threading.Thread(target=_watch, args=(watch, ending), name="watch", daemon=True).start()
        while not ending.wait(0.2):
            for child in children:
                child.restart_if_dead()
                if child.due():
                    child.start()
    finally:
        for child in reversed(children):
            child.stop()


def _watch(watch: Callable[[], None], ending: threading.Event) -> None:
    while not ending.wait(0.2):
        watch()


def _ending_event() -> threading.Event:
    ending = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        ending.set()

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    return ending
