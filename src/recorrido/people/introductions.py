"""Persons told by a table rather than by an event: a customer file, a loyalty list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from recorrido.people.attributes import Told as Fact
from recorrido.people.attributes import tell_attributes
from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.first_names import KEYS as NAME_ATTRIBUTES
from recorrido.people.identifiers import Key, normalise
from recorrido.people.resolution import Known, Told, resolve_identifiers

BEFORE_ALL = datetime(1980, 1, 1, tzinfo=UTC)
"""The time of a fact whose table has none: whatever an event tells is newer."""

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Introduction:
    """Identifiers of one person as they are written, the principal first, and facts about the person.

    ``message_id`` names the row that says so, as evidence for the links.
    """

    message_id: str
    identifiers: tuple[tuple[str, str], ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = BEFORE_ALL


def introduce_persons(
    *, source: str, country: str, persons: Sequence[Introduction], known: Known
) -> list[UnreadableIdentifier | None]:
    """Make the persons known, link their identifiers, keep their attributes; repeating it changes nothing.

    One transaction; hand in at most 5,000. Returns per person None, or why it was left out.
    """
    problems: list[UnreadableIdentifier | None] = []
    told: list[Told] = []
    kept: list[Introduction] = []
    for person in persons:
        try:
            keys = _keys(person, country)
        except UnreadableIdentifier as error:
            problems.append(error)
            continue
        problems.append(None)
        kept.append(person)
        names = [
            (key, _encode(value).decode())
            for key, value in person.attributes.items()
            if key in NAME_ATTRIBUTES
        ]
        told.append(Told(keys, source, _hash(person.message_id), person.at, names))
    with transaction.atomic():
        groups, learnt = resolve_identifiers(told=told, known=known)
        tell_attributes(
            facts=[
                Fact(leaves[0], key, _encode(value).decode(), person.at)
                for person, leaves in zip(kept, groups, strict=True)
                for key, value in person.attributes.items()
            ]
        )
    known.take_in(learnt)
    return problems


def _keys(person: Introduction, country: str) -> tuple[Key, ...]:
    keys = {key for kind, value in person.identifiers if (key := normalise(kind, value, country))}
    if not keys:
        raise UnreadableIdentifier("person", person.message_id, _("no identifier"))
    order = {kind: place for place, (kind, _) in enumerate(person.identifiers)}
    return tuple(sorted(keys, key=lambda key: order[key[0]]))


def _hash(message_id: str) -> str:
    return blake2b(message_id.encode(), digest_size=16).hexdigest()
