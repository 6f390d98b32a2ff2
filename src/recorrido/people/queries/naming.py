"""What persons are called, and finding them by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from recorrido.shared import sql

NAME_KEYS = ("name", "nombre", "full_name", "fullName")
FIRST_KEYS = ("first_name", "firstName", "nombres")
LAST_KEYS = ("last_name", "lastName", "surname", "apellido", "apellidos")
SHORTEST_WORD = 2
MOST_WORDS = 5
MOST_LEAVES = 2_000


def name_in(attributes: Mapping[str, Any]) -> str:
    """What a person with these attributes is called, "" where nobody told."""
    whole = _first_text(attributes, NAME_KEYS)
    return whole or " ".join(
        filter(None, (_first_text(attributes, FIRST_KEYS), _first_text(attributes, LAST_KEYS)))
    )


def names_of(person_ids: Iterable[int]) -> dict[int, str]:
    """Per current person: what it is called; persons without a name are left out."""
    told: dict[int, dict[str, Any]] = {}
    keys = list(NAME_KEYS + FIRST_KEYS + LAST_KEYS)
    for person, key, value in sql.fetch(_NAMES, sql.array(sorted(set(person_ids))), keys):
        told.setdefault(person, {})[key] = value
    return {person: name for person, attributes in told.items() if (name := name_in(attributes))}


def persons_called(words: str, *, limit: int = 50) -> list[int]:
    """Current persons in whose names every one of the words occurs, without regard to case and accents.

    The five longest words count. Among thousands who are called so, some are found.
    """
    wanted = [_escaped(word) for word in sorted(words.split(), key=len, reverse=True)][:MOST_WORDS]
    if not wanted or len(wanted[0]) < SHORTEST_WORD:
        return []
    padded = [*wanted, *[""] * (MOST_WORDS - len(wanted))]
    found = {person for (person,) in sql.fetch(_CALLED, *padded, MOST_LEAVES)}
    if len(wanted) > 1:
        found |= _called_in_parts(wanted)
    return sorted(found)[:limit]


def _called_in_parts(wanted: list[str]) -> set[int]:
    """Where first and last name are told apart: the longest word is the rarest, and whoever has it must have the others."""
    found = {person for (person,) in sql.fetch(_CALLED, wanted[0], *[""] * (MOST_WORDS - 1), MOST_LEAVES)}
    for word in wanted[1:]:
        if found:
            found = {person for (person,) in sql.fetch(_ALSO_CALLED, sql.array(sorted(found)), word)}
    return found


def _first_text(attributes: Mapping[str, Any], keys: Iterable[str]) -> str:
    return next((str(attributes[key]).strip() for key in keys if attributes.get(key)), "")


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_NAMES = """
    SELECT i.person_id, a.key, a.value #>> '{}'
    FROM people_identifier i JOIN people_attribute a ON a.identifier_id = i.id
    WHERE i.person_id = ANY(%s::bigint[]) AND a.key = ANY(%s::text[])
    ORDER BY a.at, a.identifier_id
"""
# The condition on the key is that of the index attribute_name_words, word for word.
_CALLED = """
    SELECT DISTINCT i.person_id
    FROM (SELECT identifier_id FROM people_attribute
          WHERE key IN ('name', 'nombre', 'full_name', 'fullName', 'first_name', 'firstName', 'nombres', 'last_name',
                        'lastName', 'surname', 'apellido', 'apellidos')
            AND people_fold(value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
            AND people_fold(value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
            AND people_fold(value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
            AND people_fold(value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
            AND people_fold(value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
          LIMIT %s) a
    JOIN people_identifier i ON i.id = a.identifier_id
"""
_ALSO_CALLED = """
    SELECT DISTINCT i.person_id
    FROM people_identifier i JOIN people_attribute a ON a.identifier_id = i.id
    WHERE i.person_id = ANY(%s::bigint[])
      AND a.key IN ('name', 'nombre', 'full_name', 'fullName', 'first_name', 'firstName', 'nombres', 'last_name',
                  'lastName', 'surname', 'apellido', 'apellidos')
      AND people_fold(a.value #>> '{}') LIKE '%%' || people_fold(%s) || '%%'
"""
