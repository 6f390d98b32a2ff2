"""Short ways to say who belongs together, and the slow plain twin that says what must come out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from recorrido.people.actions import resolve_identifiers
from recorrido.people.identifiers import Key
from recorrido.people.models import Identifier
from recorrido.people.resolution import Known, Told

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def key(word: str) -> Key:
    return "external", word


def told(words: Iterable[str], minute: int = 0) -> Told:
    return Told(tuple(map(key, words)), "shop", uuid4().hex, NOON + timedelta(minutes=minute))


def tell(*groups: Sequence[str]) -> list[list[int]]:
    """Each group of words is one message; returns the leaf ids of each."""
    return resolve_identifiers(told=[told(group) for group in groups], known=Known())[0]


def persons() -> set[frozenset[str]]:
    """The words of each person, as the database has them."""
    found: dict[int, set[str]] = {}
    for person, word in Identifier.objects.values_list("person_id", "value"):
        found.setdefault(person, set()).add(word)
    return {frozenset(words) for words in found.values()}


def plain_components(groups: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    """The oracle: merge overlapping sets until nothing changes."""
    parts: list[set[str]] = []
    for group in groups:
        joined = set(group)
        for part in [part for part in parts if part & joined]:
            joined |= part
            parts.remove(part)
        parts.append(joined)
    return {frozenset(part) for part in parts if part}
