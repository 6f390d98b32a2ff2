"""How fast the ledger takes events in, beside raw COPY into the same table with the same indexes.

``python -m bench ledger [--events N]`` (at most a million: more are taken in at the same speed) works in a database of its own that is dropped afterwards: the one that
``DATABASE_URL`` names a server for, else the embedded server of ``RECORRIDO_DATA``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from uuid import UUID

if TYPE_CHECKING:
    from recorrido.events.records import NewEvent

EVENTS = 200_000
MOST_EVENTS = 1_000_000
STEPS = (
    "product.viewed",
    "order.placed",
    "payment.approved",
    "order.shipped",
    "order.delivered",
    "contact.received",
)
START = datetime(2026, 1, 1, tzinfo=UTC)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench ledger", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS, help="events per measurement")
    run(min(parser.parse_args(arguments).events, MOST_EVENTS))
    return 0


def run(events: int = EVENTS) -> dict[str, float]:
    """Print and return events per second for each way in."""
    _set_up()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        rates = dict(_measure(events))
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
    ceiling = rates["raw COPY, same table and indexes"]
    print(f"{events:,} events per line, {os.cpu_count()} cores")
    for what, rate in rates.items():
        print(f"  {what:<44}{rate:>10,.0f} events/s {rate / ceiling:>6.2f} × COPY")
    return rates


def _set_up() -> None:
    from recorrido.site import boot

    boot.ready()
    from django.db import connection

    connection.settings_dict["TEST"]["NAME"] = f"bench_recorrido_{os.getpid()}"


def _measure(count: int) -> Iterator[tuple[str, float]]:
    from recorrido.events.actions import ensure_source, record_many

    source = ensure_source(name="bench", country="CL")

    def record(tag: str, customers: int, people: str) -> float:
        return _rate(count, lambda: record_many(source=source, events=_events(tag, count, customers, people)))

    yield "ready events from a file (JSON lines)", _file_rate(count)
    yield "new persons: 6 events each", record("new", count // 6, "n")
    yield "known persons", record("known", count // 6, "n")
    yield "two new identifiers in every event", record("all-new", count, "a")
    yield "the same again: duplicates", record("known", count // 6, "n")
    yield "raw COPY, same table and indexes", _copy_rate(count, source.id)


def _rate(count: int, work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def _events(tag: str, count: int, customers: int, people: str) -> Iterator[NewEvent]:
    from recorrido.events.records import NewEvent

    random = Random(7)
    for n in range(count):
        who = random.randrange(customers) if customers < count else n
        yield NewEvent(
            f"{tag}-{n}",
            STEPS[n % len(STEPS)],
            START + timedelta(seconds=n * 20),
            "web",
            (("customer", f"{people}{who}"), ("email", f"{people}{who}@example.cl")),
            (("order", f"{tag}-{n // len(STEPS)}"),),
            {"amount": 1_000 + n % 90_000, "region": "RM", "store": "S03", "delivery": "ship"},
        )


def _file_rate(count: int) -> float:
    import msgspec

    from recorrido.connectors.files.actions import import_files
    from recorrido.connectors.files.parse import find_mapping

    encode = msgspec.json.Encoder().encode
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "events.jsonl"
        with file.open("wb") as lines:
            lines.writelines(encode(event) + b"\n" for event in _events("file", count, count // 6, "f"))
        mapping, rejects = find_mapping("events"), Path(folder) / "rejects.csv"
        return _rate(
            count, lambda: import_files(actor=None, mapping=mapping, files=[file], rejects_file=rejects)
        )


def _copy_rate(count: int, source: int) -> float:
    from django.db import transaction

    from recorrido.shared import sql

    random = Random(11)
    moment = START.isoformat()
    lines = [
        f"{10**12 + n}\t{source}\t{UUID(int=random.getrandbits(128))}\t1\tweb\t{moment}\tf\t{moment}\t{random.randrange(count)}"
        f'\t{{1,2}}\t{{3}}\t{{"amount":1000,"region":"RM","store":"S03","delivery":"ship"}}\n'
        for n in range(count)
    ]

    def copy() -> None:
        for first in range(0, count, 5_000):
            with transaction.atomic():
                sql.copy_in(_COPY, lines[first : first + 5_000])

    return _rate(count, copy)


_COPY = """
    COPY events_event (id, source_id, hash, type_id, channel, at, date_only, received_at, leaf_id, leaf_ids, object_ids,
                       properties) FROM STDIN
"""
