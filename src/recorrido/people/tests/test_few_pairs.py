"""Persons enough to learn weights from, and next to no pairs among them."""

from __future__ import annotations

from random import Random

import duckdb
import pytest

from recorrido.people.matching.model import NothingToCompare
from recorrido.people.matching.search import matches_in

FIRST = [a + b for a in ("an", "lu", "ma", "pe", "ro", "te") for b in ("ana", "cia", "dro", "sa", "lino")]
LAST = [
    a + b for a in ("per", "sot", "roj", "mun", "dia", "cas", "vel") for b in ("ez", "o", "oz", "illo", "era")
]
COLUMNS = "first_name, surname, dob, city, address, email, email_local, phone, phone_end"


def person(luck: Random) -> tuple[str | None, ...]:
    first, last = luck.choice(FIRST), luck.choice(LAST)
    dob = f"19{luck.randrange(50, 99)}-{luck.randrange(1, 13):02}-{luck.randrange(1, 29):02}"
    mail, phone = f"{first}.{last}{luck.randrange(99)}", f"+569{luck.randrange(10**7, 10**8)}"
    city = luck.choice(("arica", "talca", "osorno"))
    return (first, last, dob, city, None, f"{mail}@example.com", mail, phone, phone[-6:])


def store_of(people: list[tuple[str | None, ...]]) -> duckdb.DuckDBPyConnection:
    store = duckdb.connect()
    texts = ", ".join(f"{name} VARCHAR" for name in COLUMNS.split(", "))
    store.execute(f"CREATE TABLE persons (person BIGINT, {texts})")
    store.execute("CREATE TABLE official (person BIGINT, kind VARCHAR, value VARCHAR)")
    rows = [(number, *one) for number, one in enumerate(people)]
    store.executemany("INSERT INTO persons VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    return store


def test_three_that_were_written_down_twice_are_found_though_pairs_are_too_few_to_learn_from():
    luck = Random(6)  # of these, two blocks teach nothing
    people = [person(luck) for _ in range(600)]
    found = matches_in(store_of([*people, *people[:3]]), least=0.5, most=1000)
    assert {(0, 600), (1, 601), (2, 602)} <= {(match.low, match.high) for match in found}


def test_a_store_of_nobody_has_nothing_to_compare():
    with pytest.raises(NothingToCompare):
        matches_in(store_of([(None,) * 9] * 3), least=0.5, most=10)
