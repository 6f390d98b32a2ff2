"""Find persons by what they are known by, or called."""

from __future__ import annotations

from dataclasses import dataclass

from recorrido.people import queries

MOST = 50


@dataclass(frozen=True)
class FoundPerson:
    person_id: int
    name: str
    identifiers: list[queries.Leaf]


def people_named(words: str) -> list[FoundPerson]:
    """Whoever has this identifier or this number; if nobody has, those who are called so. At most 50, so one page."""
    ids = queries.find_persons(words) or queries.persons_called(words, limit=MOST)
    names, leaves = queries.names_of(ids), queries.leaves_of_all(ids)
    return [FoundPerson(id_, names.get(id_, ""), leaves.get(id_, [])) for id_ in ids]
