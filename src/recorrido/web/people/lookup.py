"""Find persons by what they are known by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recorrido.people import queries

SHOWN = 50


@dataclass(frozen=True)
class FoundPerson:
    person_id: int
    name: str
    identifiers: list[queries.Leaf]


def people_named(words: str) -> list[FoundPerson]:
    """The persons with this identifier, or this number."""
    ids = queries.find_persons(words, limit=SHOWN)
    known: dict[int, dict[str, Any]] = queries.attributes_of(ids)
    return [FoundPerson(id_, str(known.get(id_, {}).get("name", "")), queries.leaves_of(id_)) for id_ in ids]
