"""Persons, their identifiers, links, attributes, and what happened to them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from recorrido.people.connecting import CHANGES_LOCK_CLASS, CHANGES_SEQUENCE, apart_among
from recorrido.people.errors import UnknownPerson, UnreadableIdentifier
from recorrido.people.identifiers import Key, normalise
from recorrido.people.kinds import KINDS
from recorrido.people.models import Attribute, Identifier, Link, Person, PersonChange
from recorrido.people.parting import Joint
from recorrido.shared import sql
from recorrido.shared.horizon import safe_position

_ANY_OTHER_KIND = "external"  # one that is taken as it is written


@dataclass(frozen=True, slots=True)
class Leaf:
    """One identifier of a person: who told it first, in a message of ``since``; who made sure of it; when it ended."""

    id: int
    kind: str
    value: str
    source: str = ""
    since: datetime | None = None
    ended_at: datetime | None = None
    verified_at: datetime | None = None
    verified_by: str | None = None
    blocked: bool = False


LEAF_FIELDS = (
    "id",
    "kind",
    "value",
    "source",
    "since",
    "ended_at",
    "verified_at",
    "verified_by",
    "blocked",
)


@dataclass(frozen=True, slots=True)
class Change:
    """One row of what happened to persons.

    ``merged``: ``other`` became part of ``person``. ``unmerged``: ``other`` is a person of its own again, with part of
    what was ``person``. ``link_id`` is the link that joined them, or was taken back; both persons have changed.
    """

    id: int
    kind: str
    person_id: int
    other_id: int
    reason: str
    source: str
    at: datetime
    link_id: int | None = None
    actor_id: int | None = None
    why: str = ""


def current_person_id(person_id: int) -> int:
    """The person who answers to ``person_id`` today: itself, or whom it was merged into. Raises UnknownPerson."""
    try:
        return current_person_ids([person_id])[person_id]
    except KeyError:
        raise UnknownPerson(person_id) from None


def current_person_ids(person_ids: Iterable[int]) -> dict[int, int]:
    """For each id that is or was a person's, the person who answers to it today. Unknown ids are left out."""
    # A person's id is the id of its oldest leaf, and a leaf always knows its person.
    return dict(Identifier.objects.filter(id__in=list(person_ids)).values_list("id", "person_id"))


def person_of(kind: str, value: str) -> int | None:
    """The person behind a normalised identifier that is in force, or None."""
    rows = Identifier.objects.filter(kind=kind, value=value, ended_at=None)
    return rows.values_list("person_id", flat=True).first()


def find_persons(words: str, *, country: str = "", limit: int = 50) -> list[int]:
    """Current ids of the persons that ``words`` identifies: a mail address, a phone number, a customer number, under any
    kind and however it is written, or a person's own id.

    ``country`` reads phone numbers without a prefix.
    """
    keys = [key for kind in (*KINDS, _ANY_OTHER_KIND) if (key := _as_key(kind, words, country))]
    rows = Identifier.objects.filter(value__in={value for _, value in keys}, ended_at=None)
    found = {
        person
        for kind, value, person in rows.values_list("kind", "value", "person_id")
        if _as_key(kind, words, country) == (kind, value)
    }
    if words.isdecimal() and len(words) < 19:
        found |= set(current_person_ids([int(words)]).values())
    return sorted(found)[:limit]


def kinds_in_use() -> list[str]:
    """The kinds of all identifiers. A walk over all of them."""
    return list(Identifier.objects.order_by().values_list("kind", flat=True).distinct())


def matching_leaves(kind: str, pattern: str) -> list[int]:
    """The identifiers that a blocked value means: without ``*`` by index, else a walk over all of the kind."""
    rows = Identifier.objects.filter(kind=kind) if kind else Identifier.objects.all()
    if "*" in pattern:
        shape = "^" + ".*".join(map(re.escape, pattern.split("*"))) + "$"
        return list(rows.filter(value__iregex=shape).values_list("id", flat=True))
    named = Q(value__in={pattern, pattern.lower(), pattern.upper(), pattern.title()})
    in_force, ended = Q(ended_at__isnull=True), Q(ended_at__isnull=False)  # an index each
    return list(rows.filter(named & in_force | named & ended).values_list("id", flat=True))


def told_apart(persons: Iterable[int]) -> set[frozenset[int]]:
    """Pairs of these persons that somebody refused to take for one."""
    return {frozenset(pair) for pair in apart_among(persons)}


def _as_key(kind: str, words: str, country: str) -> Key | None:
    written = f"+{words}" if kind == "phone" and not country and words.isdecimal() else words
    try:
        return normalise(kind, written, country)
    except UnreadableIdentifier:
        return None


def leaves_of(person_id: int) -> list[Leaf]:
    """The identifiers of a person, oldest first; ``person_id`` may be one that was merged."""
    rows = Identifier.objects.filter(person_id=current_person_id(person_id)).order_by("id")
    return [Leaf(*row) for row in rows.values_list(*LEAF_FIELDS)]


def leaves_of_all(person_ids: Iterable[int]) -> dict[int, list[Leaf]]:
    """Per current person: its identifiers, oldest first."""
    known: dict[int, list[Leaf]] = {}
    rows = Identifier.objects.filter(person_id__in=list(person_ids)).order_by("id")
    for person_id, id_, kind, value in rows.values_list("person_id", "id", "kind", "value"):
        known.setdefault(person_id, []).append(Leaf(id_, kind, value))
    return known


def earlier_ids(person_id: int) -> list[int]:
    """The ids of persons that were merged into this one."""
    return sorted(Person.objects.filter(merged_into=person_id).values_list("id", flat=True))


def links_of(person_id: int) -> list[Link]:
    """Why the identifiers of a person belong together, oldest evidence first."""
    leaves = [leaf.id for leaf in leaves_of(person_id)]
    return list(
        Link.objects.filter(Q(low_id__in=leaves) | Q(high_id__in=leaves), state=Link.CONNECTS)
        .select_related("low", "high")
        .order_by("id")
    )


def joints_of(person_id: int) -> list[Joint]:
    """The links that make a current person one, in the order in which they began to connect."""
    return sorted(Joint(*row) for row in sql.fetch(_JOINTS, person_id))


def history_of(person_id: int) -> list[Change]:
    """The merges and unmerges a person took part in, oldest first."""
    ids = [leaf.id for leaf in leaves_of(person_id)]
    rows = PersonChange.objects.filter(Q(person_id__in=ids) | Q(other_id__in=ids)).order_by("id")
    return [Change(*row) for row in rows.values_list(*_CHANGE_FIELDS)]


def attributes_of(person_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Per current person: attribute → newest value over the person's leaves."""
    rows = (
        Attribute.objects.filter(identifier__person_id__in=list(person_ids))
        .order_by("at", "identifier_id")
        .values_list("identifier__person_id", "key", "value")
    )
    known: dict[int, dict[str, Any]] = {}
    for person_id, key, value in rows:
        known.setdefault(person_id, {})[key] = value
    return known


def changes_after(position: int, *, limit: int = 1_000) -> list[Change]:
    """What happened to persons after ``position``, committed for good, in order. Empty when there is nothing new."""
    horizon = safe_position(sequence=CHANGES_SEQUENCE, lock_class=CHANGES_LOCK_CLASS)
    rows = PersonChange.objects.filter(id__gt=position, id__lte=horizon).order_by("id")
    return [Change(*row) for row in rows.values_list(*_CHANGE_FIELDS)[:limit]]


_CHANGE_FIELDS = (
    "id",
    "kind",
    "person_id",
    "other_id",
    "reason",
    "source",
    "at",
    "link_id",
    "actor_id",
    "why",
)
_JOINTS = """
    SELECT coalesce(place, id), id, low_id, high_id FROM people_link
    WHERE state = 'connects' AND low_id IN (SELECT id FROM people_identifier WHERE person_id = %s)
"""
