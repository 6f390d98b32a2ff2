"""How long the pages wait that compare journeys: compare, cohorts, paths, and the map of several kinds of objects.

``python -m bench comparing [--events N]`` (N journeys of ten events, about 900 flows, three persons to four journeys). A page asks
the question and draws its picture; the object map is made in the queue, its page draws the stored one. Best of three.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from bench.generate import DAY, MEAN_EVENTS, OPENING, make_events

if TYPE_CHECKING:
    from trayecto import JourneyLog

JOURNEYS, REPEAT = 1_000_000, 3
PAGE, QUEUE = "by the page, aim 2 s", "in the queue"
YEARS = 2  # the few events after them are left out: cohorts by week would be too many
A, B = "has('product.viewed')", "has('order.placed')"
Question = tuple[str, str, Callable[[], Any]]  # its name, where it is asked, what answers it


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench comparing", description=__doc__)
    parser.add_argument("--events", type=int, default=JOURNEYS, help="journeys")
    with tempfile.TemporaryDirectory() as folder:
        return run(parser.parse_args(arguments).events, Path(folder))


def run(journeys: int, folder: Path) -> int:
    """Print a line per question: seconds on the clock, and of the processor, which say more on a busy machine."""
    import trayecto

    events = make_events(journeys * MEAN_EVENTS)
    events = _with_persons(events.filter(pc.less(events["at"].cast(pa.int64()), OPENING + YEARS * 365 * DAY)))
    log = trayecto.build(trayecto.read_events(events, journey="journey"), folder / "log")
    print(f"{log.journey_count:,} journeys, {len(events):,} events, {os.cpu_count()} cores")
    print("| question | seconds | processor time | asked |\n|---|---:|---:|---|")
    for name, where, answer in (*_of_log(log.path), *_of_objects(events, folder)):
        print(f"| {name} | {' | '.join(f'{spent:.2f}' for spent in _spent(answer))} | {where} |", flush=True)
    return 0


def _spent(answer: Callable[[], Any]) -> tuple[float, float]:
    """The best seconds, and the best of the processor."""
    answer()  # compiles
    best, spent = np.inf, np.inf
    for _ in range(REPEAT):
        began, worked = time.perf_counter(), time.process_time()
        answer()
        best, spent = min(best, time.perf_counter() - began), min(spent, time.process_time() - worked)
    return best, spent


def _of_log(path: Path) -> Iterator[Question]:
    from trayecto import JourneyLog, draw

    def asked(question: Callable[[JourneyLog], Any], drawn: Callable[[Any], Any] = str) -> Callable[[], Any]:
        return lambda: str(drawn(question(JourneyLog.open(path))))  # a log opened anew remembers nothing

    orders = ["order.placed"]
    yield "compare", PAGE, asked(lambda log: log.compare(A, B), draw.comparison)
    yield "cohorts by month", PAGE, asked(lambda log: log.cohorts(orders))
    yield "cohorts by week", PAGE, asked(lambda log: log.cohorts(orders, "week"))
    yield "paths, 3 before and after", PAGE, asked(lambda log: log.sankey("order.placed"), draw.sankey)
    wide = (5, 5, "30d", 12)
    yield "paths, 5 within 30 days", PAGE, asked(lambda log: log.sankey("order.placed", *wide), draw.sankey)


def _of_objects(events: pa.Table, folder: Path) -> Iterator[Question]:
    from trayecto import ObjectLog, draw
    from trayecto.objects import ask

    table = _relations(events)
    log = ObjectLog.of_relations(table, event="event", type_="kind", object_="object")
    yield (
        f"objects: {table.num_rows:,} relations read",
        QUEUE,
        lambda: ObjectLog.of_relations(table, event="event", type_="kind", object_="object"),
    )
    found = ask(log)
    yield "object map, counted", QUEUE, lambda: ask(log)
    yield (
        "object map, drawn from the stored",
        PAGE,
        lambda: str(draw.object_map(found.only(found.types, 0.01))),
    )


def _with_persons(events: pa.Table) -> pa.Table:
    journeys = events["journey"].to_numpy()
    random = np.random.default_rng(5)
    persons = random.integers(0, max(1, 3 * (int(journeys.max()) + 1) // 4), int(journeys.max()) + 1)
    return events.append_column("person", pa.array(persons[journeys]))


def _relations(events: pa.Table) -> pa.Table:
    """An order for every journey; two in five events also touch one of its two parcels."""
    orders = events["journey"].to_numpy()
    random = np.random.default_rng(6)
    touching = np.flatnonzero(random.random(len(orders)) < 0.4)
    parcels = 2 * orders[touching] + random.integers(0, 2, len(touching))
    rows = np.concatenate([np.arange(len(orders)), touching])
    kinds = np.repeat(np.array([0, 1], np.int8), [len(orders), len(touching)])
    return pa.table({
        "event": rows, "step": events["step"].take(pa.array(rows)), "at": events["at"].take(pa.array(rows)),
        "kind": pa.DictionaryArray.from_arrays(pa.array(kinds), pa.array(["order", "parcel"])),
        "object": np.concatenate([orders, parcels]),
    })  # fmt: skip
