"""A log in shards, asked on this machine's cores (0 nodes) or on a Ray cluster of so many nodes that share them.

``python -m bench.tools.cluster_log LOG NODES``: the last line is JSON with seconds, answers, bytes and memory.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trayecto
from bench.generate import FUNNEL
from trayecto import engine
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question

Ask = Callable[[trayecto.JourneyLog], Any]
QUESTIONS: dict[str, Ask] = {
    "map": lambda log: map_question.ask(log, percentiles=False).to_dict(),
    "map, median and p90": lambda log: map_question.ask(log).to_dict(),
    "variants": lambda log: _variants(log).to_dict(),
    "funnel": lambda log: log.funnel(FUNNEL, within="7d").to_dict(),
    "rework": lambda log: log.rework().to_dict(),
    "durations": lambda log: log.durations("order.placed", "order.delivered").to_dict(),
    "journeys with a step": lambda log: log.where("has('order.placed')").journey_count,
    "journeys by an attribute": lambda log: log.where("events > 8").journey_count,
}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("log", type=Path)
    parser.add_argument("nodes", type=int)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    with _cluster(given.nodes) as name:
        log = trayecto.JourneyLog.open(given.log, engine=name)
        found: dict[str, Any] = {"cores": engine.cores_of(name), "seconds": {}, "answers": {}, "carried": {}}
        for task, ask in QUESTIONS.items():
            seconds, answer, carried = _best(log, ask, given.repeat)
            found["seconds"][task], found["answers"][task], found["carried"][task] = (
                seconds,
                _told(answer),
                carried,
            )
        print(json.dumps(found | _memory(given.nodes)))


def _variants(log: trayecto.JourneyLog) -> variants_question.VariantsResult:
    summary = engine.run(log.batches(), variants_question.scan, variants_question.merge)
    return variants_question.finish(summary, log.step_names, 20)


def _best(log: trayecto.JourneyLog, ask: Ask, repeat: int) -> tuple[float, Any, int]:
    """Seconds of the best of several, after one that compiles and fetches; its answer; bytes that its parts gave back."""
    ask(log)
    best, answer, carried = float("inf"), None, []
    for _ in range(repeat):
        carried = []
        began = time.perf_counter()
        with engine.watched(carried=carried.append):
            answer = ask(log)
        best = min(best, time.perf_counter() - began)
    return best, answer, sum(carried)


def _told(answer: Any) -> Any:
    """Numbers to nine figures: sums of fractions depend on their order in the last ones."""
    if isinstance(answer, dict):
        return {name: _told(value) for name, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [_told(value) for value in answer]
    return float(f"{answer:.9g}") if isinstance(answer, float) else answer


@contextmanager
def _cluster(nodes: int) -> Iterator[str]:
    """The name of the engine; its nodes share the cores of this machine."""
    if not nodes:
        yield engine.LOCAL
        return
    import ray
    from ray.cluster_utils import Cluster

    each = max(1, engine.cores() // nodes)
    found = Cluster(initialize_head=True, head_node_args={"num_cpus": each, "include_dashboard": False})
    for _ in range(nodes - 1):
        found.add_node(num_cpus=each)
    ray.init(address=found.address, log_to_driver=False)
    try:
        yield "ray"
    finally:
        ray.shutdown()
        found.shutdown()


def _memory(nodes: int) -> dict[str, int]:
    """Peak of the largest process that counted, and what of its memory is its own now, not mapped from files."""
    counting = [Path("/proc/self")] if not nodes else list(_workers())
    told = [_status(one) for one in counting]
    return {"peak": max(one["VmHWM"] for one in told), "own": max(one["RssAnon"] for one in told)}


def _workers() -> Iterator[Path]:
    """This user's processes that Ray started to count."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            mine = process.stat().st_uid == os.getuid()
            if mine and (process / "cmdline").read_bytes().startswith(b"ray::"):
                yield process
        except OSError:  # it ended while we looked
            continue


def _status(process: Path) -> dict[str, int]:
    lines = (line.split() for line in (process / "status").read_text().splitlines())
    return {words[0].rstrip(":"): int(words[1]) * 1024 for words in lines if words[-1] == "kB"}


if __name__ == "__main__":
    main()
