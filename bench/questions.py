"""The questions beside other tools, in one run: seconds, ratios, and whether the answers are equal.

Every tool runs in a process of its own, one after the other, and answers from the same Parquet file. What a tool
needs first (a sorted table, a log object, our journey log) is measured apart, as ``build``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench.generate import write_events
from bench.report import write_report

OURS = "trayecto"
ROOT = Path(__file__).resolve().parent.parent
CLOSE = 1e-6  # relative difference that sums in floating point may bring


@dataclass(frozen=True)
class Tool:
    """A program to run; beyond ``most_events`` it is skipped, because it would not finish in reasonable time."""

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    most_events: int = 200_000_000


TOOLS = (
    Tool(OURS, "trayecto_log"),
    Tool("DuckDB, sorted table", "duckdb_sql", ("--sorted",)),
    Tool("DuckDB, Parquet", "duckdb_sql"),
    Tool("Polars", "polars_frames"),
    Tool("chDB", "chdb_sql"),
    Tool("r4pm", "r4pm_log", most_events=20_000_000),
    Tool("PM4Py", "pm4py_log", most_events=20_000_000),
)
TASKS = (
    "build", "open", "map without journeys", "map", "map, median and p90", "variants", "funnel", "map, stored", "variants, stored",
    "filter", "map, median and p90, filtered", "variants, filtered",
)  # fmt: skip
STORED = {"map, stored": "map, median and p90", "variants, stored": "variants"}  # compared with the same work


@dataclass
class Run:
    """What one tool did: best seconds and answers by task, peak memory, and why it stopped early."""

    tool: Tool
    seconds: dict[str, float] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    peak_bytes: int = 0
    trouble: str = ""


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 150)
    given.data.mkdir(parents=True, exist_ok=True)
    finished = [_run_size(events, given, console) for events in given.events]
    if given.write:
        write_report(given.write, finished, TASKS)
        console.print(f"Written to {given.write}.")
    return 0 if all(equal for _, _, equal in finished) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench questions", description=__doc__)
    parser.add_argument(
        "--events", type=int, nargs="+", default=[1_000_000, 20_000_000], help="sizes, up to 100 million"
    )
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument("--limit", type=float, default=900, help="seconds after which a tool is stopped")
    parser.add_argument(
        "--only", nargs="+", metavar="TOOL", help="parts of tool names, such as duckdb; ours always runs"
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".recorrido" / "bench", help="folder for the generated events"
    )
    parser.add_argument(
        "--peers", type=Path, default=ROOT / ".venv-bench" / "bin" / "python", help="Python of the peers"
    )
    parser.add_argument("--write", type=Path, help="write the tables to this file (docs/benchmarks.md)")
    return parser


def _run_size(events: int, given: argparse.Namespace, console: Console) -> tuple[int, list[Run], bool]:
    """All tools at one size; returns the number of events, the runs, and whether all answers are equal."""
    path = given.data / f"events-{events}.parquet"
    with console.status(f"Generating {events:,} events"):
        count = write_events(path, events)
    runs = []
    for tool in _chosen(given.only):
        with console.status(f"{count:,} events: {tool.name}"):
            runs.append(run_tool(tool, path, count, given))
    differences = list(_differences(runs))
    console.print(render(count, runs))
    for line in [*(f"{run.tool.name}: {run.trouble}" for run in runs if run.trouble), *differences]:
        console.print(line)
    path.unlink()
    return count, runs, not differences


def _chosen(only: Iterable[str] | None) -> list[Tool]:
    words = [word.lower() for word in only or ()]
    return [
        tool for tool in TOOLS if tool.name == OURS or not words or any(w in tool.name.lower() for w in words)
    ]


def run_tool(tool: Tool, events: Path, count: int, given: argparse.Namespace) -> Run:
    """Run a tool in its process; what it finished before a failure or the time limit counts."""
    if count > tool.most_events * 1.05:
        return Run(tool, trouble=f"skipped above {tool.most_events:,} events")
    python = Path(sys.executable) if tool.name == OURS else given.peers
    if not python.exists():
        return Run(tool, trouble=f"skipped, there is no {python}: make bench installs the peers")
    out = given.data / f"{tool.module}.jsonl"
    out.unlink(missing_ok=True)
    command = [
        str(python),
        "-m",
        f"bench.tools.{tool.module}",
        str(events),
        str(out),
        "--repeat",
        str(given.repeat),
    ]
    trouble = _trouble([*command, *tool.arguments], given.limit)
    run = _read(tool, out)
    run.trouble = trouble
    out.unlink(missing_ok=True)
    shutil.rmtree(out.with_suffix(".log"), ignore_errors=True)
    return run


def _trouble(command: Sequence[str], limit: float) -> str:
    """Run the command; an empty string, or why it did not finish."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return f"stopped after {limit:.0f} s"
    if done.returncode == 0:
        return ""
    last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [f"exit code {done.returncode}"]
    return f"failed: {last[0]}"


def _read(tool: Tool, out: Path) -> Run:
    run = Run(tool)
    lines = out.read_text(encoding="utf-8").splitlines() if out.exists() else []
    for line in map(json.loads, lines):
        run.seconds[line["task"]] = line["seconds"]
        run.peak_bytes = max(run.peak_bytes, line["peak_bytes"])
        if line["answer"] is not None:
            run.answers[line["task"]] = line["answer"]
    return run


# --- are the answers equal? ---------------------------------------------------------------------------------------


def _differences(runs: Sequence[Run]) -> Iterable[str]:
    """One sentence per answer that differs from ours."""
    ours = runs[0]
    for run in runs:
        for task, answer in run.answers.items():
            expected = ours.answers.get(STORED.get(task, task))
            if expected is not None and not same(expected, answer):
                yield f"{run.tool.name} answers '{task}' differently."


def same(ours: Any, theirs: Any) -> bool:
    """Equal answers: flows in any order, figures within rounding; what a tool does not give (null) is not compared."""
    if isinstance(ours, list) and ours and isinstance(ours[0], list):
        mine, other = ({(row[0], row[1]): row[2:] for row in rows} for rows in (ours, theirs))
        return mine.keys() == other.keys() and all(_close(mine[flow], other[flow]) for flow in mine)
    return bool(ours == theirs)


def _close(mine: Sequence[float], other: Sequence[float | None]) -> bool:
    pairs = zip(mine, other, strict=False)
    return all(b is None or math.isclose(a, b, rel_tol=CLOSE, abs_tol=2e-6) for a, b in pairs)


# --- the table ----------------------------------------------------------------------------------------------------


def render(events: int, runs: Sequence[Run]) -> Table:
    """Seconds per task and tool, and how many times ours that is."""
    table = Table(title=f"{events:,} events: seconds (times ours)")
    table.add_column("task")
    for run in runs:
        table.add_column(run.tool.name, justify="right")
    for task in TASKS:
        table.add_row(task, *(cell(run, runs[0], task) for run in runs))
    table.add_row(
        "peak memory", *(f"{run.peak_bytes / 1e9:.1f} GB" if run.peak_bytes else "" for run in runs)
    )
    return table


def cell(run: Run, ours: Run, task: str) -> str:
    """``1.234 (12×)``: the seconds, and the ratio to ours; empty where a tool has no answer."""
    seconds = run.seconds.get(task)
    if seconds is None:
        return ""
    if run is ours or task not in ours.seconds:
        return f"{seconds:.4f}" if seconds < 0.01 else f"{seconds:.3f}"
    return f"{seconds:.3f} ({seconds / ours.seconds[task]:.0f}×)"
