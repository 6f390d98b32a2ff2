"""Write benchmark tables as a page of the documentation, with the machine they come from."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("duckdb", "polars", "chdb", "pm4py", "r4pm")
OTHERS = "\n## How soon an event is on the map"
HEAD = """# Benchmarks

Written by `make bench`, the last section by `make bench-fresh`; nothing here is made up. Journeys are generated: 30 steps, about 900 flows, ten events
per journey, in arrival order. Every tool runs in a process of its own and answers from the same Parquet file; the best
of several runs counts; answers are compared, and a difference is printed. `×` is how many times longer than ours.

- *build*: what a tool needs before its first answer (our journey log, a sorted table, a log object).
- *map*: every flow with its events, journeys, mean, minimum and maximum duration (ours adds the figures of every
  step). *Without journeys*: a lighter query for the others, since counting journeys once per flow is dear in SQL;
  r4pm gives counts only, PM4Py always adds the median and cannot leave it out.
- *map, median and p90*: the same with exact quantiles, linearly interpolated.
- *variants*: distinct sequences and the 20 most frequent, from the steps; *stored*: as a log answers unfiltered.
- *funnel*: four steps in order within seven days.
- *filtered*: the journeys that have an order.
"""


def write_report(
    path: Path, finished: Sequence[tuple[int, Sequence[Any], bool]], tasks: Sequence[str]
) -> None:
    """One section per size; ``finished`` holds (events, runs, all equal). What other benchmarks have there stays."""
    parts = [HEAD, _machine()]
    parts += [_section(events, runs, equal, tasks) for events, runs, equal in finished]
    path.write_text("\n".join(parts) + _others(path), encoding="utf-8")


def _others(path: Path) -> str:
    """The sections of other benchmarks: they stand behind ours."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    return text[text.find(OTHERS) :] if OTHERS in text else ""


def _machine() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ours = [f"{name} {metadata.version(name)}" for name in ("numpy", "numba", "pyarrow")]
    lines = [
        f"Measured {datetime.now(UTC):%Y-%m-%d} on {_processor()}, {os.cpu_count()} cores, {memory:.0f} GB, ",  # noqa: TID251
        f"{platform.system()} {platform.release()}; Python {platform.python_version()}, {', '.join(ours)}; ",
        f"beside {', '.join(_peers())}.\n",
    ]
    return "".join(lines)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next(
        (line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine()
    )


def _peers() -> list[str]:
    """Versions of the peers, asked of their own environment."""
    python = Path(__file__).resolve().parent.parent / ".venv-bench" / "bin" / "python"
    ask = f"from importlib import metadata as m\nfor p in {PACKAGES!r}: print(p, m.version(p))"
    command = [str(python if python.exists() else sys.executable), "-c", ask]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()


def _section(events: int, runs: Sequence[Any], equal: bool, tasks: Sequence[str]) -> str:
    from bench.questions import cell

    lines = [f"## {events:,} events\n", "| task | " + " | ".join(run.tool.name for run in runs) + " |"]
    lines.append("|---|" + "---:|" * len(runs))
    lines += ["| " + " | ".join([task, *(cell(run, runs[0], task) for run in runs)]) + " |" for task in tasks]
    peaks = [f"{run.peak_bytes / 1e9:.1f} GB" if run.peak_bytes else "" for run in runs]
    lines.append("| " + " | ".join(["peak memory", *peaks]) + " |")
    notes = [f"{run.tool.name}: {run.trouble}." for run in runs if run.trouble]
    verdict = "All answers are equal." if equal else "**Some answers differ.**"
    return "\n".join([*lines, "", " ".join([verdict, *notes]), ""])
