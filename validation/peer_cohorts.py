"""Retention by cohort, beside plain queries in Polars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from bench.peers import answer_of

from validation.peer_rows import Compared

if TYPE_CHECKING:
    import pyarrow as pa

    from trayecto.questions.cohorts import CohortsResult

ZONES = ("UTC", "America/Santiago", "Europe/Madrid", "Asia/Kolkata")
DAY, MINUTE, OPENING = 86_400_000_000, 60_000_000, 1_700_000_000_000_000
OLIST, CLICKS = Path("olist") / "olist_orders_dataset.csv", Path("clickstream") / "ecom.csv.gz"
BUYERS = Path("olist") / "olist_customers_dataset.csv"


@dataclass(frozen=True)
class Asked:
    """Events (journey, person, step, at), of which those of one step are orders."""

    name: str
    events: pa.Table
    order: str
    by: str
    tz: str


def compare(seeds: range, data: Path, folder: Path, python: Path) -> list[Compared]:
    random = Compared("retention", "random logs", "Polars")
    _compare(random, [_random(seed) for seed in seeds], folder, python)
    rows = [random]
    for name, file, read in (("Olist", OLIST, _olist), ("clickstream", CLICKS, _clicks)):
        if (data / file).exists():
            rows.append(Compared("retention", name, "Polars"))
            _compare(rows[-1], list(read(data)), folder, python)
    return rows


def _compare(row: Compared, asked: list[Asked], folder: Path, python: Path) -> None:
    questions = [_question(one, folder / f"orders-{place}.parquet") for place, one in enumerate(asked)]
    told = answer_of("polars_cohorts", questions, folder, python=python)
    for place, (one, theirs) in enumerate(zip(asked, told, strict=True)):
        result = _ours(one, folder / f"cohorts-{place}")
        row.add(one.name, *_cells(result, theirs))


def _question(one: Asked, file: Path) -> dict[str, Any]:
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    orders = one.events.filter(pc.equal(one.events["step"], one.order)).select(["person", "at"])
    pq.write_table(orders.filter(pc.is_valid(orders["person"])), file)
    return {"orders": str(file), "by": one.by, "tz": one.tz}


def _ours(one: Asked, folder: Path) -> CohortsResult:
    import shutil

    import trayecto

    shutil.rmtree(folder, ignore_errors=True)
    log = trayecto.build(trayecto.read_events(one.events, journey="journey"), folder)
    return log.cohorts([one.order], one.by, tz=one.tz)


Cells = dict[Any, tuple[Any, ...]]


def _cells(result: CohortsResult, theirs: list[list[Any]]) -> tuple[Cells, Cells]:
    """(cohort, periods since) → its persons, those who order in the period, orders, those who ordered again until then, and
    the share of the first, of each; a cell without orders stands in no table of Polars."""
    found = {(cohort, since): counts for cohort, since, *counts in theirs}
    ours: Cells = {}
    others: Cells = {}
    for cohort in result.cohorts:
        size, again = found[cohort.start.isoformat(), 0][0], 0
        for cell in cohort.cells:
            key = (cohort.start.isoformat(), cell.period)
            persons, orders, second = found.pop(key, (0, 0, 0))
            again += second
            share = cell.retention.expected if cell.retention else persons / size
            ours[key] = (cohort.persons, cell.persons, cell.orders, cell.again_persons, share)
            others[key] = (size, persons, orders, again, persons / size)
    return ours, others | {key: tuple(counts) for key, counts in found.items()}


def _random(seed: int) -> Asked:
    """Persons who order seldom or often over two years, at any minute, some journeys of nobody."""
    import pyarrow as pa

    luck = Random(seed)
    rows = []
    for journey in range(luck.randint(300, 1500)):
        person = f"p{int(luck.paretovariate(0.5)) % 400}" if luck.random() < 0.95 else None
        at = OPENING + luck.randrange(730) * DAY
        for _ in range(luck.randint(1, 4)):
            rows.append((f"j{journey}", person, luck.choice(("order", "order", "visit")), at))
            at += luck.randrange(1, 60 * 1440) * MINUTE
    columns = dict(zip(("journey", "person", "step", "at"), map(list, zip(*rows, strict=True)), strict=True))
    events = pa.table(columns | {"at": pa.array(columns["at"], pa.timestamp("us", "UTC"))})
    return Asked(f"seed {seed}", events, "order", ("month", "week")[seed % 2], ZONES[seed % len(ZONES)])


def _olist(data: Path) -> Iterator[Asked]:
    import pyarrow as pa
    from pyarrow import csv

    orders, buyers = (csv.read_csv(data / name) for name in (OLIST, BUYERS))
    told = orders.join(buyers.select(["customer_id", "customer_unique_id"]), "customer_id")
    events = pa.table({
        "journey": told["order_id"], "person": told["customer_unique_id"],
        "step": pa.array(["order"] * len(told)), "at": _moments(told["order_purchase_timestamp"]),
    })  # fmt: skip
    yield Asked("Olist by month", events, "order", "month", "America/Sao_Paulo")
    yield Asked("Olist by week", events, "order", "week", "America/Sao_Paulo")


def _clicks(data: Path) -> Iterator[Asked]:
    from pyarrow import csv

    told = csv.read_csv(data / CLICKS)
    names = {"session_id": "journey", "user_id": "person", "event": "step", "timestamp": "at"}
    events = told.select(list(names)).rename_columns(list(names.values()))
    events = events.set_column(3, "at", _moments(events["at"]))
    for step in ("home", "payment_done"):
        if step in events["step"].unique().to_pylist():
            yield Asked(f"clickstream, {step}", events, step, "week", "UTC")


def _moments(column: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    return column.cast(pa.timestamp("us")).cast(pa.timestamp("us", "UTC"))
