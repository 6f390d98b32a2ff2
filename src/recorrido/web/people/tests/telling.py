"""Persons for the tests of these pages, told as messages tell them."""

from __future__ import annotations

from recorrido.people.actions import introduce_persons
from recorrido.people.introductions import Introduction
from recorrido.people.queries import person_of

Key = tuple[str, str]


def introduce(*messages: tuple[Key, ...], name: str = "") -> None:
    """Each message names identifiers of one person."""
    facts = {"name": name} if name else {}
    rows = [Introduction(repr(keys), keys, facts) for keys in messages]
    assert introduce_persons(source="crm", country="CL", persons=rows) == [None] * len(rows)


def held(number: int = 1) -> None:
    """So many customers with one mail address more than one person may have: the link of the sixth waits."""
    for n in range(number):
        customer = ("customer", f"C{n}")
        introduce(*((customer, ("email", f"casa{n}-{mail}@x.cl")) for mail in range(6)))


def merged() -> tuple[int, int]:
    """Two persons who became one: the ids of both."""
    introduce((("loyalty", "L1"),), (("email", "ana@x.cl"),))
    ids = person_of("loyalty", "L1"), person_of("email", "ana@x.cl")
    introduce((("loyalty", "L1"), ("email", "ana@x.cl")))
    return ids
