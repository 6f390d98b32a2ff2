"""How fast persons of a file are told apart and joined: a million records of customers, a tenth of them somebody again.

``python -m bench people [--events N]`` (N records, a million at most) works in a database of its own that is dropped
afterwards: the one that ``DATABASE_URL`` names a server for, else the embedded server of ``RECORRIDO_DATA``.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from bench.ledger import _set_up

if TYPE_CHECKING:
    from recorrido.people.introductions import Introduction

RECORDS = 1_000_000
AGAIN = 0.1
"""The share of records that tell of somebody who was there before, under another customer number or none."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench people", description=__doc__)
    parser.add_argument("--events", type=int, default=RECORDS, help="records")
    run(min(parser.parse_args(arguments).events, RECORDS))
    return 0


def run(records: int = RECORDS) -> float:
    """Print and return records per second, from the file to the commit of the last."""
    _set_up()
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with tempfile.TemporaryDirectory() as folder:
            return _measure(Path(folder) / "customers.jsonl", records)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _measure(file: Path, records: int) -> float:
    from recorrido.people.actions import introduce_many
    from recorrido.people.models import Identifier, Link

    _write(file, records)
    began = time.perf_counter()
    problems = sum(
        problem is not None for problem in introduce_many(source="crm", country="CL", persons=_read(file))
    )
    seconds = time.perf_counter() - began
    persons = Identifier.objects.values("person_id").distinct().count()
    links = dict.fromkeys(("connects", "held"), 0) | _states(Link)
    print(
        f"{records:,} records in {seconds:.1f} s, {os.cpu_count()} cores: {records / seconds:,.0f} records/s"
    )
    print(f"  {persons:,} persons, {Identifier.objects.count():,} identifiers, {problems:,} records left out")
    print(f"  {links['connects']:,} links connect, {links['held']:,} wait for a decision")
    return records / seconds


def _states(links: type) -> dict[str, int]:
    from django.db.models import Count

    return dict(links.objects.values_list("state").annotate(n=Count("id")))  # type: ignore[attr-defined]


def _write(file: Path, records: int) -> None:
    import msgspec

    encode = msgspec.json.Encoder().encode
    with file.open("wb") as lines:
        lines.writelines(encode(record) + b"\n" for record in _records(records))


def _records(count: int) -> Iterator[dict[str, str]]:
    """Customers with a number, a mail address, three in four with a telephone, one in three with a national id."""
    random = Random(5)
    for n in range(count):
        again = n > 1_000 and random.random() < AGAIN
        who = random.randrange(n) if again else n
        record = {
            "row": str(n),
            "email": f"cliente{who}@correo{who % 50}.example",
            "name": f"{FIRST[who % 20]} {LAST[who % 31]}",
        }
        if not again:
            record["customer"] = f"C{n}"
        if who % 4:
            record["phone"] = f"+569{10_000_000 + who}"
        if who % 3 == 0:
            record["rut"] = _rut(5_000_000 + who)
        yield record


def _rut(number: int) -> str:
    digits = map(int, reversed(str(number)))
    rest = -sum(digit * (2 + place % 6) for place, digit in enumerate(digits)) % 11
    return f"{number}-{'K' if rest == 10 else rest}"


def _read(file: Path) -> Iterator[Introduction]:
    import msgspec

    from recorrido.people.introductions import Introduction

    decode = msgspec.json.Decoder(dict[str, str]).decode
    kinds = (("customer", "customer"), ("rut", "cl.rut"), ("email", "email"), ("phone", "phone"))
    with file.open("rb") as lines:
        for line in lines:
            record = decode(line)
            ids = tuple([(kind, record[column]) for column, kind in kinds if column in record])
            yield Introduction(record["row"], ids, {"name": record["name"]})


FIRST = [
    "José",
    "Ana",
    "Luis",
    "Carmen",
    "Juan",
    "María",
    "Pedro",
    "Rosa",
    "Diego",
    "Elena",
    "Pablo",
    "Julia",
    "Hugo",
    "Sara",
    "Iván",
    "Nora",
    "Óscar",
    "Lucía",
    "Raúl",
    "Inés",
]
LAST = [
    "Soto",
    "Rojas",
    "Muñoz",
    "Díaz",
    "Pérez",
    "Silva",
    "Vega",
    "Lagos",
    "Mella",
    "Nuñez",
    "Ortiz",
    "Parra",
    "Reyes",
    "Salas",
    "Tapia",
    "Ulloa",
    "Vidal",
    "Yáñez",
    "Araya",
    "Bravo",
    "Cofré",
    "Duarte",
    "Espina",
    "Fuentes",
    "Gallardo",
    "Herrera",
    "Ibarra",
    "Jara",
    "Leiva",
    "Molina",
    "Navarro",
]
