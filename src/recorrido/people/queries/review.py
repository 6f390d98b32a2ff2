"""What waits for somebody's decision: held links, proposals, suspected shared devices. And what to decide it by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import F, Model, Q, QuerySet

from recorrido.people.errors import UnknownLink
from recorrido.people.models import BlockedValue, Identifier, IdentifierRule, Link, Proposal
from recorrido.people.parting import Joint, part, path
from recorrido.people.queries.persons import LEAF_FIELDS, Leaf, joints_of
from recorrido.people.rules import current
from recorrido.shared import sql

T = TypeVar("T", bound=Model)

SHARED_BY = 3
"""Held links to so many other persons make an identifier look like a shared device."""
SURELY_SHARED_BY = 10


@dataclass(frozen=True, slots=True)
class Shared:
    """An identifier that does not fit one person, and how many persons its held links lead to."""

    identifier_id: int
    kind: str
    value: str
    persons: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a separation would make: ``person`` keeps ``kept``, ``other`` gets ``moved``; ``links`` are refused."""

    link_id: int
    person: int
    other: int
    kept: tuple[Leaf, ...]
    moved: tuple[Leaf, ...]
    links: tuple[int, ...]


def held_links(words: str = "") -> QuerySet[Link]:
    """Links that wait, between persons who are still two; ``words`` are part of an identifier's value."""
    rows = Link.objects.filter(state=Link.HELD).exclude(low__person_id=F("high__person_id"))
    return _with_words(rows, words)


def open_proposals(words: str = "") -> QuerySet[Proposal]:
    """Proposals that wait, between persons who are still two."""
    rows = Proposal.objects.filter(state=Proposal.OPEN).exclude(low__person_id=F("high__person_id"))
    return _with_words(rows, words)


def link_named(link_id: int) -> Link:
    """A link with both its leaves. Raises UnknownLink."""
    link = Link.objects.filter(id=link_id).select_related("low", "high").first()
    if link is None:
        raise UnknownLink(link_id)
    return link


def refused_links_of(person_id: int) -> list[Link]:
    """Links somebody refused between a current person and others, newest first."""
    leaves = Identifier.objects.filter(person_id=person_id).values("id")
    rows = Link.objects.filter(Q(low_id__in=leaves) | Q(high_id__in=leaves), state=Link.REFUSED)
    return list(rows.select_related("low", "high").order_by("-id")[:100])


def suspected_devices(*, limit: int = 20) -> list[Shared]:
    """Identifiers whose held links lead to many persons: a store's tablet, a family's phone, a made-up value.

    A strong one must lead to very many: a customer with more mails than a person may have is no device.
    """
    found = [Shared(*row) for row in sql.fetch(_SHARED, SHARED_BY, limit * 10)]
    shareable = current().is_shareable
    return [one for one in found if shareable(one.kind) or one.persons >= SURELY_SHARED_BY][:limit]


def preview_separation(link_id: int) -> Preview | None:
    """What ``actions.unmerge_link`` would do now; None where the two sides are apart. Raises UnknownLink."""
    link = link_named(link_id)
    person = link.low.person_id
    if link.high.person_id != person:
        return None
    parted = part(joints_of(person), link.low_id, link.high_id)
    leaves = _leaves(person)
    moved = tuple(leaf for leaf in leaves if parted.sides.find(leaf.id) != parted.sides.find(person))
    kept = tuple(leaf for leaf in leaves if leaf not in moved)
    return Preview(link_id, person, min(leaf.id for leaf in moved), kept, moved, tuple(parted.between))


def chain_between(one: int, other: int) -> list[Link]:
    """Why two identifiers belong to one person: the shortest chain of links between them; empty where they do not."""
    persons = dict(Identifier.objects.filter(id__in=[one, other]).values_list("id", "person_id"))
    if len(set(persons.values())) != 1:
        return []
    chain = path(joints_of(persons[one]), one, other)
    return _in_order(chain)


def link_behind(person: int, other: int) -> int | None:
    """The first link that joined two ids of what is one person today: what there is to take back."""
    persons = dict(Identifier.objects.filter(id__in=[person, other]).values_list("id", "person_id"))
    if len(persons) < 2 or len(set(persons.values())) != 1:
        return None
    return next(iter(part(joints_of(persons[person]), person, other).between), None)


def own_rules() -> dict[str, IdentifierRule]:
    """The company's own rules, by kind."""
    return {rule.kind: rule for rule in IdentifierRule.objects.all()}


def own_values(words: str = "") -> QuerySet[BlockedValue]:
    """Values that staff blocked or allowed."""
    rows = BlockedValue.objects.select_related("added_by")
    return rows.filter(Q(pattern__icontains=words) | Q(reason__icontains=words)) if words else rows


def count_beyond(kind: str, limit: int, *, per_source: bool) -> int:
    """How many persons have more identifiers of a kind than a limit would allow: they stay as they are."""
    ((count,),) = sql.fetch(_BEYOND_PER_SOURCE if per_source else _BEYOND, kind, limit)
    return int(count)


def _with_words(rows: QuerySet[T], words: str) -> QuerySet[T]:
    found = rows.select_related("low", "high")
    if words:
        found = found.filter(Q(low__value__icontains=words) | Q(high__value__icontains=words))
    return found


def _leaves(person: int) -> list[Leaf]:
    rows = Identifier.objects.filter(person_id=person).order_by("id")
    return [Leaf(*row) for row in rows.values_list(*LEAF_FIELDS)]


def _in_order(chain: Sequence[Joint]) -> list[Link]:
    rows = Link.objects.select_related("low", "high").in_bulk([joint.id for joint in chain])
    return [rows[joint.id] for joint in chain]


# link_held: every link that waits, once from each end.
_SHARED = """
    SELECT i.id, i.kind, i.value, count(DISTINCT far.person_id) AS persons
    FROM (SELECT low_id AS leaf, high_id AS far FROM people_link WHERE state = 'held'
          UNION ALL SELECT high_id, low_id FROM people_link WHERE state = 'held') ends
    JOIN people_identifier i ON i.id = ends.leaf AND NOT i.blocked AND i.ended_at IS NULL
    JOIN people_identifier far ON far.id = ends.far AND far.person_id <> i.person_id
    GROUP BY i.id HAVING count(DISTINCT far.person_id) >= %s
    ORDER BY persons DESC, i.id LIMIT %s
"""
# When a rule is saved: a walk over all identifiers, as the index begins with the value.
_BEYOND = """
    SELECT count(*) FROM (SELECT 1 FROM people_identifier WHERE kind = %s AND ended_at IS NULL
                          GROUP BY person_id HAVING count(*) > %s) beyond
"""
_BEYOND_PER_SOURCE = """
    SELECT count(*) FROM (SELECT 1 FROM people_identifier WHERE kind = %s AND ended_at IS NULL
                          GROUP BY person_id, source HAVING count(*) > %s) beyond
"""
