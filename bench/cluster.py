"""The questions over shards: on this machine's cores, on one node of a Ray cluster, on two.

``python -m bench cluster [--events N …]`` writes files of events, builds a log in shards from them, and asks it in processes of
their own. Answers must be equal. Two nodes on one machine share its cores: they show what a cluster costs, not what it brings. At
the end: what ``--target`` events would need on so many machines, computed from what was measured (``bench.needs``).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.generate import MEAN_EVENTS, make_events
from bench.needs import Machines, Measured, Task, told_of

ROOT = Path(__file__).resolve().parent.parent
PER_FILE = 2_500_000  # events
SHARDS = 16
NODES = (0, 1, 2)  # 0: without a cluster


def main(arguments: Sequence[str]) -> int:
    given = _parser().parse_args(arguments)
    given.data.mkdir(parents=True, exist_ok=True)
    kept = given.data / "measured.json"
    runs, equal = _kept(kept), True
    for events in given.events:
        found, same = _measured(events, given)
        runs, equal = [*(one for one in runs if one.events != found.events), found], equal and same
        kept.write_text(json.dumps([one.to_dict() for one in runs], indent=1), encoding="utf-8")
    if runs:
        print(told_of(runs, given.target, Machines(given.machines, given.cores, given.bandwidth)))
    return 0 if equal else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench cluster", description=__doc__)
    parser.add_argument(
        "--events", type=int, nargs="*", default=[20_000_000, 100_000_000], help="sizes; none: only compute"
    )
    parser.add_argument("--repeat", type=int, default=3, help="the best of so many runs counts")
    parser.add_argument("--data", type=Path, default=ROOT / ".recorrido" / "bench-cluster")
    parser.add_argument("--target", type=int, default=10_000_000_000, help="events to compute for")
    parser.add_argument("--machines", type=int, default=16)
    parser.add_argument("--cores", type=int, default=16, help="of each machine")
    parser.add_argument("--bandwidth", type=float, default=1.25e9, help="bytes a second to each machine")
    return parser


def _kept(path: Path) -> list[Measured]:
    """What earlier runs measured, one for each size."""
    return [Measured.of(facts) for facts in json.loads(path.read_text())] if path.exists() else []


def _measured(events: int, given: argparse.Namespace) -> tuple[Measured, bool]:
    """Build, ask, print one size; the files go again."""
    folder = given.data / f"{events}"
    try:
        count = write_files(folder / "events", events)
        print(f"\n## {count:,} events, {SHARDS} shards, {os.cpu_count()} cores\n")
        began = time.perf_counter()
        log = _build(folder)
        print(f"Built in {time.perf_counter() - began:.1f} s; {_size(log):,} bytes.\n", flush=True)
        answered = [_asked(log, nodes, given.repeat) for nodes in NODES]
        equal = all(one["answers"] == answered[0]["answers"] for one in answered)
        print(_table(answered), "All answers are equal." if equal else "**Some answers differ.**", sep="\n")
        return _figures(count, _size(log), answered), equal
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def write_files(folder: Path, events: int) -> int:
    """About so many events in files of journeys of their own; returns how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for number, size in enumerate(_sizes(events)):
        table = make_events(size, seed=number + 1)
        first = number * (PER_FILE // MEAN_EVENTS)
        journeys = pa.array(table["journey"].to_numpy() + first)
        pq.write_table(table.set_column(0, "journey", journeys), folder / f"{number:04d}.parquet")
        count += len(table)
    return count


def _sizes(events: int) -> list[int]:
    return [min(PER_FILE, events - begun) for begun in range(0, events, PER_FILE)]


def _build(folder: Path) -> Path:
    import trayecto

    reading = {"journey": "journey", "step": "step", "at": "at", "columns": ["channel"]}
    trayecto.build_shards([folder / "events"], folder / "log", shards=SHARDS, reading=reading)
    return folder / "log"


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _asked(log: Path, nodes: int, repeat: int) -> dict[str, Any]:
    """What the process for so many nodes printed."""
    command = [sys.executable, "-m", "bench.tools.cluster_log", str(log), str(nodes), "--repeat", str(repeat)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _table(answered: Sequence[dict[str, Any]]) -> str:
    """Seconds by question, how many times the local ones that is, what the parts gave back, and memory."""
    local, *clusters = answered
    names = ["one node", "two nodes"]
    lines = [
        f"| question | local, s | {' | '.join(names)} | summaries of all parts, bytes |",
        "|---|---:|---:|---:|---:|",
    ]
    for task, seconds in local["seconds"].items():
        cells = (f"{one['seconds'][task]:.3f} ({one['seconds'][task] / seconds:.1f}×)" for one in clusters)
        lines.append(f"| {task} | {seconds:.3f} | {' | '.join(cells)} | {clusters[-1]['carried'][task]:,} |")
    peaks = (f"{one['peak'] / 1e9:.2f} GB, {one['own'] / 1e9:.2f} its own" for one in answered)
    return "\n".join([*lines, f"| memory of the largest process | {' | '.join(peaks)} | |", ""])


def _figures(events: int, size: int, answered: Sequence[dict[str, Any]]) -> Measured:
    local, *_one, two = answered
    tasks = {
        name: Task(seconds, two["seconds"][name], two["carried"][name])
        for name, seconds in local["seconds"].items()
    }
    return replace(Measured(events, size, SHARDS, local["cores"], two["own"]), tasks=tasks)
