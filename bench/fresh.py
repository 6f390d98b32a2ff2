"""How soon an event is on the map: from its commit until the map's answer holds it.

``python -m bench fresh`` (``make bench-fresh``) starts an installation of its own – embedded PostgreSQL as shipped, the
worker with all its followers, and this process as the reader – over a ledger of ``--events`` events, and records single
events, some of old orders and some of new ones. Measured idle, and while the log is built anew in another process. The
reader looks every 20 ms which version is the newest, opens it and asks for its map, with median and p90 of every flow.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bench.installation import Installation, installation

SECONDS = 30
RATE = 5.0  # events a second
LOOK = 0.02  # seconds between two looks
PATIENCE = 1_800.0
SLOW = 2.0
TYPE = "order"


@dataclass
class Seen:
    """When events were committed, and when the map held them; figures in seconds."""

    committed: list[float] = field(default_factory=list)
    visible: list[float] = field(default_factory=list)
    versions: int = 0
    maps: list[float] = field(default_factory=list)

    @property
    def delays(self) -> list[float]:
        return sorted(seen - told for told, seen in zip(self.committed, self.visible, strict=True))


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    events: int
    what: str
    seen: Seen


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench fresh", description=__doc__)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000], help="events in the ledger")
    parser.add_argument("--seconds", type=int, default=SECONDS, help="seconds of sending, idle")
    parser.add_argument("--folder", type=Path, help="where the installation is made (and removed again)")
    options = parser.parse_args(arguments)
    fits = True
    for events in options.events:
        # One process per size: an installation's settings cannot be changed in a running one.
        command = [
            sys.executable,
            "-c",
            "import sys; from bench.fresh import run; sys.exit(run(*sys.argv[1:]))",
        ]
        given = [str(events), str(options.seconds), str(options.folder or "")]
        fits = subprocess.run([*command, *given], check=False).returncode == 0 and fits
    return 0 if fits else 1


def run(events: str, seconds: str, folder: str) -> int:
    """Measure one size and print its table; 0 when all that was recorded was seen."""
    with installation(prefix="recorrido-bench-", root=Path(folder) if folder else None) as ours:
        ours.use()
        return _measure(ours, int(events), int(seconds))


def _measure(ours: Installation, events: int, seconds: int) -> int:
    from bench.fresh_rows import blueprint, fill
    from recorrido.journeys.actions import build_now, install_blueprint

    orders = fill(events)
    install_blueprint(source=blueprint(), file_name="bench.yaml", actor=None)
    built = build_now(journey_type=TYPE, actor=None)
    print(f"  first build: {built.seconds:.0f} s", file=sys.stderr, flush=True)
    worker = ours.start("worker", log="worker.log")
    _wait(lambda: _behind() == 0, "the followers did not get to the end of the ledger")
    idle = _watch(orders, _for(seconds))
    building = ours.start("journeys", "build", TYPE, log="build.log")
    during = _watch(orders, lambda: building.poll() is None)
    after = _watch(orders, _for(seconds / 2))
    lines = [
        Line(events, "idle", idle),
        Line(events, "during a build", during),
        Line(events, "after it", after),
    ]
    _tell_of_slow_ones(lines)
    _print(lines, worker.pid, ours.data)
    return 0 if _checked(ours) else 1


def _for(seconds: float) -> Callable[[], bool]:
    until = time.monotonic() + seconds
    return lambda: time.monotonic() < until


def _wait(done: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > until:
            raise RuntimeError(otherwise)
        time.sleep(0.5)


def _behind() -> int:
    """How far the slowest follower is behind, once there are any."""
    from recorrido.events.queries import lags

    found = lags()
    return max((lag.horizon - lag.position for lag in found), default=1) if len(found) > 2 else 1


# --- sending and looking ------------------------------------------------------------------------------------------


def _watch(orders: int, goes_on: Callable[[], bool]) -> Seen:
    """Record events as long as it goes on, and look at the map until the last of them is on it."""
    seen, before = Seen(), _events_on_map(Seen())
    sender = threading.Thread(target=_send, args=(seen.committed, orders, goes_on))
    sender.start()
    version = ""
    until = time.monotonic() + PATIENCE
    while sender.is_alive() or len(seen.visible) < len(seen.committed):
        version = _look(seen, version, before)
        time.sleep(LOOK)
        if time.monotonic() > until:
            raise RuntimeError(f"{len(seen.committed) - len(seen.visible)} events never got on the map")
    sender.join()
    return seen


def _look(seen: Seen, version: str, before: int) -> str:
    from recorrido.journeys.queries import newest_version

    newest = newest_version(TYPE)
    if newest != version:
        there = _events_on_map(seen) - before
        now = time.monotonic()
        seen.visible += [now] * (there - len(seen.visible))
    return newest


def _events_on_map(seen: Seen) -> int:
    from recorrido.journeys.queries import open_study

    study = open_study(TYPE)
    began = time.monotonic()
    events = study.log.map().events
    seen.maps.append(time.monotonic() - began)
    seen.versions += 1
    return int(events)


def _send(committed: list[float], orders: int, goes_on: Callable[[], bool]) -> None:
    """Single events at an even pace, each in a transaction of its own: two of three of old orders, one of a new one."""
    from django.db import connection

    from recorrido.events.actions import ensure_source, record_events
    from recorrido.events.records import NewEvent
    from recorrido.shared import clock

    luck, source, began = Random(), ensure_source(name="bench", country="CL"), time.monotonic()
    while goes_on():
        number = len(committed)
        order = f"P{1 + luck.randrange(orders)}" if number % 3 else f"N{luck.getrandbits(60)}"
        event = NewEvent(
            f"{luck.getrandbits(90)}", f"Step {luck.randrange(30)}", clock.now(), "web",
            (("customer", f"C{1 + luck.randrange(orders // 3)}"),), (("order", order),), {"amount": 5, "region": "R1"},
        )  # fmt: skip
        record_events(source=source, events=[event])
        committed.append(time.monotonic())
        time.sleep(max(0.0, began + (number + 1) / RATE - time.monotonic()))
    connection.close()


# --- what came out ------------------------------------------------------------------------------------------------


def _checked(ours: Installation) -> bool:
    """Whether the log that was kept fresh says what a build from all events says."""
    from recorrido.journeys.actions import build_now
    from recorrido.journeys.queries import open_study

    ours.stop_all()  # nobody appends while two logs are compared
    fresh = open_study(TYPE).log.map().to_dict()
    build_now(journey_type=TYPE, actor=None)
    same = bool(fresh == open_study(TYPE).log.map().to_dict())
    print(
        "The map of the log that was kept fresh equals that of a new build."
        if same
        else "**The maps differ.**"
    )
    return same


def _print(lines: Sequence[Line], worker: int, data: Path) -> None:
    print(
        "| events in the ledger | | events sent | p50 | p95 | longest | versions seen | map of a version, median |"
    )
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for line in lines:
        delays, maps = line.seen.delays, sorted(line.seen.maps)
        print(
            f"| {line.events:,} | {line.what} | {len(delays):,} | {_at(delays, 50):.2f} s | {_at(delays, 95):.2f} s "
            f"| {delays[-1]:.2f} s | {line.seen.versions:,} | {_at(maps, 50):.3f} s |"
        )
    print(
        f"Memory of its own: worker {_own_memory(worker)}, reader {_own_memory('self')}. {_log_size(data)}",
        flush=True,
    )


def _tell_of_slow_ones(lines: Sequence[Line]) -> None:
    """When the events that took long were sent: all together at one moment, or now and then?"""
    for line in lines:
        pairs = zip(line.seen.committed, line.seen.visible, strict=True)
        slow = [f"{told - line.seen.committed[0]:.0f}" for told, seen in pairs if seen - told > SLOW]
        if slow:
            print(f"  {line.what}: over {SLOW:.0f} s took those of second {', '.join(slow)}", file=sys.stderr)


def _at(ordered: Sequence[float], percent: int) -> float:
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _own_memory(process: Any) -> str:
    """Memory that is not shared through the page cache."""
    for line in Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines():
        if line.startswith("RssAnon:"):
            return f"{int(line.split()[1]) / 1024:,.0f} MB"
    return "unknown"


def _log_size(data: Path) -> str:
    files = [path for path in (data / "logs").rglob("*") if path.is_file()]
    patches = [path for path in files if path.suffix == ".patch"]
    size = sum(path.stat().st_size for path in files)
    return f"Log folder: {size / 1e6:,.0f} MB, of it {len(patches):,} patches of {sum(p.stat().st_size for p in patches) / 1e6:,.1f} MB."
