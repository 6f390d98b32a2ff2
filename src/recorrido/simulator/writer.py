"""Writes a run: events as JSON lines that ``recorrido import --mapping events`` reads, the same events as a table that
``trayecto build`` reads, the company's blueprint, its value model and its calendar, and truth.json."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec

import trayecto
from recorrido.simulator.dated import calendar_text
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.emit.blocks import Row
from recorrido.simulator.model import simulate
from recorrido.simulator.scenario import Scenario
from recorrido.simulator.stream import in_time_order
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of, truth_of
from recorrido.simulator.valuing import values_text

Progress = Callable[[int, int], None]
"""Called with (events done, events in all)."""

_CHUNK = 20_000


class Line(msgspec.Struct, omit_defaults=True, gc=False):
    """One event on its way to a file: the source, then the fields of ``events.records.NewEvent``."""

    source: str
    message_id: str
    type: str
    at: datetime
    channel: str | None = None
    identifiers: tuple[Any, ...] = ()
    objects: tuple[Any, ...] = ()
    properties: dict[str, Any] = {}
    attributes: dict[str, Any] = {}


@dataclass(frozen=True)
class RunReport:
    """What was written: ``events`` lines in ``events_path``, the costs in ``truth_path``."""

    events: int
    events_path: Path
    truth_path: Path
    truth: dict[str, Any]


def write_run(
    *,
    scenario: Scenario,
    out: Path,
    without: Iterable[str] = (),
    compress: bool = False,
    progress: Progress | None = None,
) -> RunReport:
    """Simulate into the folder ``out`` (made when absent). The same scenario gives the same bytes."""
    world = simulate(scenario, without)
    out.mkdir(parents=True, exist_ok=True)
    blocks = tell(world)
    total = sum(len(block) for block in blocks)
    path, stale = out / "events.jsonl", out / "events.jsonl.gz"
    if compress:
        path, stale = stale, path
    with _replacing(path, compress) as file:
        _write_lines(file, in_time_order(blocks), total, progress)
    trayecto.write_events(out / "events.parquet", flat(blocks))
    _write_text(out / "blueprint.yaml", blueprint_text(scenario))
    _write_text(out / "values.yaml", values_text(scenario, totals_of(world)))
    _write_text(out / "calendar.yaml", calendar_text(scenario))
    stale.unlink(missing_ok=True)  # of an earlier run: beside this run's truth it would mislead
    truth = truth_of(scenario, world.plan.without, world)
    truth_path = out / "truth.json"
    with _replacing(truth_path, False) as file:
        file.write(msgspec.json.format(msgspec.json.encode(truth), indent=2) + b"\n")
    return RunReport(total, path, truth_path, truth)


def _write_text(path: Path, text: str) -> None:
    with _replacing(path, False) as file:
        file.write(text.encode())


def _write_lines(
    file: IO[bytes], rows: Iterator[tuple[str, Row]], total: int, progress: Progress | None
) -> None:
    encoder, done = msgspec.json.Encoder(), 0
    while lines := [Line(source, *row) for source, row in islice(rows, _CHUNK)]:
        file.write(encoder.encode_lines(lines))
        done += len(lines)
        if progress is not None:
            progress(done, total)


@contextmanager
def _replacing(path: Path, compress: bool) -> Iterator[IO[bytes]]:
    """A file that takes its name only when it is complete."""
    partial = path.with_name(path.name + ".partial")
    try:
        with partial.open("wb") as raw:
            if compress:
                # No name and no time in the header: the same run must give the same bytes.
                with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0, compresslevel=4) as packed:
                    yield packed  # type: ignore[misc]
            else:
                yield raw
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
