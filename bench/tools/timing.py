"""What every tool's process does: time a task, keep its answer, write both down at once."""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ENOUGH = 20.0  # seconds after which a task is not repeated


@dataclass
class Stopwatch:
    """Appends one JSON line per task, so that a process that is stopped leaves what it finished."""

    events: Path
    out: Path
    repeat: int

    def task(
        self,
        name: str,
        work: Callable[[], Any],
        answer: Callable[[Any], Any] | None = None,
        once: bool = False,
    ) -> Any:
        """Run ``work`` a few times; the best time counts. ``answer`` turns its result into comparable figures."""
        best, spent, result = float("inf"), 0.0, None
        for _ in range(1 if once else self.repeat):
            begun = time.perf_counter()
            result = work()
            seconds = time.perf_counter() - begun
            best, spent = min(best, seconds), spent + seconds
            if spent > ENOUGH:
                break
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        line = {
            "task": name,
            "seconds": best,
            "answer": answer(result) if answer else None,
            "peak_bytes": peak,
        }
        with self.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        return result


def stopwatch() -> Stopwatch:
    """From the command line: EVENTS OUT --repeat N."""
    parser = argparse.ArgumentParser()
    parser.add_argument("events", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    return Stopwatch(given.events, given.out, given.repeat)
