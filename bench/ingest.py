"""How fast the open door takes events over HTTP, beside raw COPY of the same rows into the same table right after.

``python -m bench ingest`` (``make bench-ingest``) starts an installation of its own – embedded PostgreSQL as shipped,
``recorrido ingest`` in processes of its own – and sends with wrk over keep-alive connections, every message with an
id of its own; load and COPY take turns three times. Everything shares this machine: database, server and load.
Afterwards the ledger must hold exactly as many events as were answered 200. ``--rows 20000000`` lays that many events
under it first; they do not come through the door but by INSERT … SELECT with the indexes built afterwards.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import harmonic_mean, median
from typing import Any
from uuid import uuid4

from bench.installation import Installation, free_port, installation, wait_for_listeners, wait_for_port

SCRIPT = Path(__file__).with_suffix(".lua")
SECONDS = 12
ROUNDS = 3
"""So often each load and raw COPY take turns: a machine that is slower for a while is so for both."""
GRACE = 3  # seconds in which what is under way is answered
PERSONS = 20_000
COPY_GROUP = 5_000
COPY_ROWS = 100_000
SOURCE = "bench"


@dataclass(frozen=True)
class Load:
    """One measurement: what is sent, and over how many connections."""

    name: str
    size: int
    known: bool
    connections: int


LOADS = (
    Load("single events, known identifiers", 1, True, 64),
    Load("single events, new identifiers", 1, False, 64),
    Load("batches of 100, known identifiers", 100, True, 16),
    Load("batches of 100, two new identifiers each", 100, False, 16),
)


@dataclass(frozen=True)
class Measured:
    load: Load
    answered: int
    seconds: float
    p50: float
    p99: float
    raw: float = 0.0
    """Rows per second of raw COPY of the rows it left."""

    @classmethod
    def together(cls, rounds: Sequence[Measured]) -> Measured:
        """One load's rounds: rates over all of them, the usual median, the worst p99."""
        return cls(
            rounds[0].load,
            sum(one.answered for one in rounds),
            sum(one.seconds for one in rounds),
            median(one.p50 for one in rounds),
            max(one.p99 for one in rounds),
            harmonic_mean([one.raw for one in rounds]),
        )

    @property
    def requests(self) -> float:
        return self.answered / self.seconds

    @property
    def events(self) -> float:
        return self.requests * self.load.size


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench ingest", description=__doc__)
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help="seconds of sending per measurement, in all its rounds"
    )
    parser.add_argument("--rows", type=int, default=0, help="events that lie in the ledger before")
    parser.add_argument("--workers", type=int, default=_workers(), help="processes of recorrido ingest")
    parser.add_argument("--folder", type=Path, help="where the installation is made (and removed again)")
    options = parser.parse_args(arguments)
    if shutil.which("wrk") is None:
        print(
            "wrk is missing: `make bench-ingest` installs it (Debian: apt-get install wrk).", file=sys.stderr
        )
        return 2
    with installation(prefix="recorrido-bench-", root=options.folder) as ours:
        ours.use()
        return _measure(ours, options)


def _workers() -> int:
    return max(2, (os.cpu_count() or 2) // 2)


def _measure(ours: Installation, options: argparse.Namespace) -> int:
    from bench.ingest_rows import fill

    persons = fill(options.rows, PERSONS, SOURCE)
    before = _recorded()
    port, key = free_port(), _write_key()
    server = ours.start("ingest", "--port", str(port), "--workers", str(options.workers), log="ingest.log")
    wait_for_port(port, server, ours.data / "ingest.log")
    if sys.platform == "linux":
        wait_for_listeners(port, options.workers)
    results = [_beside_raw_copy(load, port, key, persons, options.seconds) for load in LOADS]
    _print(results, options)
    return _checked(results, _recorded() - before)


def _beside_raw_copy(load: Load, port: int, key: str, persons: int, seconds: int) -> Measured:
    each = max(1, seconds // ROUNDS)
    return Measured.together([_round(load, port, key, persons, each) for _ in range(ROUNDS)])


def _round(load: Load, port: int, key: str, persons: int, seconds: int) -> Measured:
    from recorrido.events.models import Event

    newest = Event.objects.order_by("-id").values_list("id", flat=True).first() or 0
    measured = _run(load, port, key, persons, seconds)
    return replace(measured, raw=raw_copy_rate(newest, COPY_ROWS))


def _write_key() -> str:
    from recorrido.company.actions import make_api_key

    _, secret = make_api_key(actor=None, name=SOURCE, scopes=["ingest"], source=SOURCE, country="CL")
    return base64.b64encode(f"{secret}:".encode()).decode()


def _run(load: Load, port: int, key: str, persons: int, seconds: int) -> Measured:
    tag = f"{load.size}{'k' if load.known else 'n'}{uuid4().hex[:6]}"
    command = [
        "wrk",
        "-t1",
        f"-c{load.connections}",
        f"-d{seconds + GRACE}s",
        "--timeout",
        "30s",
        "-s",
        str(SCRIPT),
    ]
    command += [
        f"http://127.0.0.1:{port}/",
        "--",
        key,
        str(load.size),
        str(persons if load.known else 0),
        tag,
    ]
    answer = subprocess.run([*command, str(seconds)], capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    if told["refused"] or told["broken"] or not told["answered"]:
        raise RuntimeError(f"{load.name}: not every request was answered 200: {told}\n{answer.stderr}")
    print(f"  {load.name}: {told}", file=sys.stderr, flush=True)
    return Measured(load, told["answered"], seconds, told["p50_ms"], told["p99_ms"])


def raw_copy_rate(after: int, most: int) -> float:
    """Rows per second of COPY into the ledger's table of rows as the door has just written them (those after an id,
    under ids and hashes of their own), 5,000 per transaction like the door's groups, each durable."""
    from recorrido.shared import sql

    lines = list(_rows_again(after, most))
    began = time.perf_counter()
    for first in range(0, len(lines), COPY_GROUP):
        sql.copy_in(f"COPY events_event ({_COLUMNS}) FROM STDIN", lines[first : first + COPY_GROUP])
    return len(lines) / (time.perf_counter() - began)


def _rows_again(after: int, most: int) -> Iterator[str]:
    from django.db import connection

    from recorrido.shared import sql

    kept = f"SELECT {_COLUMNS} FROM events_event WHERE id > {after} ORDER BY id LIMIT {most}"
    with connection.cursor() as cursor, cursor.copy(f"COPY ({kept}) TO STDOUT") as copy:
        rows = b"".join(bytes(block) for block in copy).decode().splitlines()
    ids = sql.allot("events_event_id_seq", len(rows))
    other = _other_source()
    for row, id_ in zip(rows, ids, strict=True):
        _, _, _, rest = row.split("\t", 3)
        yield f"{id_}\t{other}\t{uuid4()}\t{rest}\n"


def _other_source() -> int:
    from recorrido.events.actions import ensure_source

    return int(ensure_source(name="raw-copy").id)


def _print(results: Sequence[Measured], options: argparse.Namespace) -> None:
    print(
        f"{options.workers} processes of recorrido ingest, {os.cpu_count()} cores, over {options.rows:,} events"
    )
    print("| sent | requests/s | events/s | p50 | p99 | raw COPY, rows/s | × raw COPY |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for one in results:
        print(
            f"| {one.load.name} ({one.load.connections} connections) | {one.requests:,.0f} | {one.events:,.0f} "
            f"| {one.p50:.0f} ms | {one.p99:.0f} ms | {one.raw:,.0f} | {one.events / max(one.raw, 1.0):.2f} |"
        )


def _recorded() -> int:
    """How many events of the sending source are in the ledger."""
    from recorrido.events.models import Event

    return Event.objects.filter(source__name=SOURCE).count()


def _checked(results: Sequence[Measured], there: int) -> int:
    """Every event answered 200 is there, and none besides."""
    answered = sum(one.answered * one.load.size for one in results)
    print(
        f"answered 200: {answered:,} events; in the ledger: {there:,}"
        + ("" if answered == there else "  WRONG")
    )
    return 0 if answered == there else 1


_COLUMNS = (
    "id, source_id, hash, type_id, channel, at, date_only, original_at, sent_at, received_at, leaf_id, leaf_ids, "
    "object_ids, properties"
)
