"""Find persons by what they are known by."""

from __future__ import annotations

from dataclasses import dataclass

from recorrido.people import queries


@dataclass(frozen=True)
class FoundPerson:
    person_id: int
    name: str
    identifiers: list[queries.Leaf]


def people_named(words: str) -> list[FoundPerson]:
    """The persons with this identifier, or this number: at most one for each kind of identifier, so one page."""
    ids = queries.find_persons(words)
    known, leaves = queries.attributes_of(ids), queries.leaves_of_all(ids)
    return [FoundPerson(id_, str(known.get(id_, {}).get("name", "")), leaves.get(id_, [])) for id_ in ids]
