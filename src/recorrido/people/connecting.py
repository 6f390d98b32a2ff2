"""Writing leaves, persons, links and merges: everything that changes who somebody is, under the locks it needs.

Locks are taken in one order everywhere: the rules (shared), then persons by id, then new rows sorted. Everybody who
makes, joins or parts persons comes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeVar

from django.db import transaction
from psycopg.errors import LockNotAvailable, UniqueViolation

from recorrido.people import first_names, rules
from recorrido.people.components import Components
from recorrido.people.first_names import Words
from recorrido.people.joining import CONNECTS, Joining, Pair, Profile
from recorrido.people.models import PersonChange
from recorrido.people.parting import Joint
from recorrido.shared import sql
from recorrido.shared.horizon import announce_writer

CHANGES_SEQUENCE = "people_personchange_id_seq"
LINKS_SEQUENCE = "people_link_id_seq"
CHANGES_LOCK_CLASS = 7_002
LOOKS = 50

T = TypeVar("T")


class LookAgain(Exception):
    """Another transaction changed what we had looked up. The savepoint gives our locks back before we look again:
    taking more locks while holding some is how two writers lock each other up."""


def until_certain(work: Callable[[], T]) -> T:
    """Do it in a transaction (a savepoint, if the caller has one open), again while somebody else is in between."""
    for _ in range(LOOKS):
        try:
            with transaction.atomic():
                return work()
        except (LookAgain, UniqueViolation, LockNotAvailable):
            continue
    with transaction.atomic():
        return work()


class Touched(NamedTuple):
    """Leaves that are there already: the person of each, and which of them are blocked or contested."""

    persons: dict[int, int]
    blocked: set[int]
    contested: set[int]


def lock_persons_of(leaves: Iterable[int]) -> Touched:
    """The person of each leaf, locked in the order of ids, and still true: who held the lock may have merged it.

    Raises LookAgain, also where one of the leaves has ended.
    """
    wanted = sql.array(sorted(leaves))
    before = sql.fetch(_PERSONS_OF, wanted) if wanted != "{}" else []
    if not before:
        return Touched({}, set(), set())
    sql.fetch(_LOCK_PERSONS, sql.array(sorted({person for _, person, _, _ in before})))
    if sql.fetch(_PERSONS_OF, wanted) != before:
        raise LookAgain
    return Touched(
        {leaf: person for leaf, person, _, _ in before},
        {leaf for leaf, _, blocked, _ in before if blocked},
        {leaf for leaf, _, _, contested in before if contested},
    )


def profiles_of(persons: Iterable[int]) -> dict[int, Profile]:
    """For each person: kind → source → how many identifiers in force."""
    profiles: dict[int, Profile] = {}
    if wanted := sorted(set(persons)):
        for person, kind, source, count in sql.fetch(_PROFILES, sql.array(wanted)):
            profiles.setdefault(person, {}).setdefault(kind, {})[source] = count
        for person in wanted:
            profiles.setdefault(person, {})
    return profiles


def names_of(persons: Iterable[int]) -> dict[int, set[Words]]:
    """For each person of whom some are told: the first names."""
    names: dict[int, set[Words]] = {}
    wanted = sql.array(sorted(set(persons)))
    for person, key, value in sql.fetch(_NAMES, wanted, sql.text_array(first_names.KEYS)):
        if words := first_names.read(key, value):
            names.setdefault(person, set()).add(words)
    return names


def apart_among(persons: Iterable[int]) -> list[Pair]:
    """Pairs of these persons whom somebody has told apart."""
    wanted = sorted(set(persons))
    if len(wanted) < 2:
        return []
    return [(one, other) for one, other in sql.fetch(_APART, sql.array(wanted), sql.array(wanted))]


class Reason(Protocol):
    """By which link two persons were joined, and who told of it."""

    @property
    def link(self) -> int: ...
    @property
    def reason(self) -> str: ...
    @property
    def source(self) -> str: ...
    @property
    def message(self) -> str | None: ...
    @property
    def actor(self) -> int | None: ...
    @property
    def why(self) -> str: ...


def merge(joining: Joining, persons: Collection[int], reason_of: Callable[[Pair], Reason]) -> None:
    """Give the leaves of joined persons to their survivor (the smallest leaf id) and write each merge down. ``persons``:
    those that have rows."""
    if losers := sorted(joining.taken_in.intersection(persons)):
        survivors = [joining.components.find(person) for person in losers]
        sql.execute(_MOVE_LEAVES, losers, survivors)
        sql.execute(_POINT_TO_SURVIVOR, losers, survivors)
    if joining.merges:
        changes = [(person, other, reason_of(pair)) for person, other, pair in joining.merges]
        write_changes(PersonChange.MERGED, changes)
    joining.taken_in.clear()
    joining.merges.clear()


class LinkTold(NamedTuple):
    """A link that joined or parted two persons, and who told of it."""

    link: int
    source: str
    message: str | None
    reason: str
    actor: int | None = None
    why: str = ""


def offer_again(joining: Joining, links: Sequence[Joint]) -> dict[Pair, LinkTold]:
    """Judge links that said nothing new when they were told, as if they were told now: those that join are merges of
    their own, those that a rule speaks against wait. What somebody decided is not asked again. Returns who told of each.
    """
    told: dict[Pair, LinkTold] = {}
    waiting: dict[str, list[int]] = {}
    ids = sql.array(link.id for link in sorted(links))
    for id_, low, high, *kinds, source, message, reason, actor, note in sql.fetch(_EVIDENCE, ids):
        pair = (low, high)
        told[pair] = LinkTold(id_, source, message, reason, actor, note)
        if actor is not None:
            joining.force(pair)
            continue
        state, why = joining.offer(pair, (kinds[0], kinds[1]))
        if state != CONNECTS:
            waiting.setdefault(why, []).append(id_)
    for why, held in waiting.items():
        sql.execute(_LET_WAIT, why, held)
    return told


def place_links(links: Sequence[int]) -> None:
    """Links that waited connect from now on, in the order given: a separation tells them again behind all others."""
    sql.execute(_PLACE, list(links), list(sql.allot(LINKS_SEQUENCE, len(links))))


def forced(persons: Mapping[int, int], pair: Pair) -> Joining:
    """Two persons joined because somebody said so."""
    joining = Joining(rules.in_force(), persons=persons, profiles=profiles_of(persons.values()), fresh={})
    joining.force(pair)
    return joining


def regroup(person: int, sides: Components, told: Reason) -> list[int]:
    """Make the sides of a person persons of their own, each under its smallest leaf id; returns the new ones' ids.

    The side with the person's own leaf keeps its id. The person must be locked.
    """
    leaves = [leaf for (leaf,) in sql.fetch(_LEAVES_OF, person)]
    moved = [(leaf, sides.find(leaf)) for leaf in leaves if sides.find(leaf) != person]
    others = sorted({side for _, side in moved})
    if not others:
        return []
    wanted = [leaf for leaf, _ in moved], [side for _, side in moved]
    # A merged person's row is out of the order in which locks are taken: whoever waits for it looks again anyway.
    sql.fetch(_LOCK_AT_ONCE, sql.array(others))
    sql.execute(_MOVE_EACH, *wanted)
    sql.execute(_REVIVE_PERSONS, others)
    sql.execute(_POINT_EACH, *wanted)
    write_changes(PersonChange.UNMERGED, [(person, other, told) for other in others])
    return others


def write_changes(kind: str, changes: Sequence[tuple[int, int, Reason]]) -> None:
    """Write down what happened to persons: (person, other, by which link and why)."""
    announce_writer(sequence=CHANGES_SEQUENCE, lock_class=CHANGES_LOCK_CLASS)
    sql.execute(
        _WRITE_CHANGES,
        kind,
        [person for person, _, _ in changes],
        [other for _, other, _ in changes],
        [told.link for _, _, told in changes],
        [told.reason for _, _, told in changes],
        [told.source for _, _, told in changes],
        [told.message for _, _, told in changes],
        [told.actor for _, _, told in changes],
        [told.why for _, _, told in changes],
    )


# LATERAL … OFFSET 0 keeps the planner at one index probe per wanted row, however it misjudges the array's length. What
# ended is left out afterwards: asked inside, it tempts the planner to read the whole index of those in force.
_PERSONS_OF = """
    SELECT wanted.id, leaf.person_id, leaf.blocked, leaf.contested
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT person_id, blocked, contested FROM people_identifier i WHERE i.id = wanted.id OFFSET 0) leaf
    ORDER BY wanted.id
"""
_LOCK_PERSONS = "SELECT id FROM people_person WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_LOCK_AT_ONCE = _LOCK_PERSONS + " NOWAIT"
_PROFILES = """
    SELECT leaf.person_id, leaf.kind, leaf.source, count(*)
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT person_id, kind, source, ended_at FROM people_identifier i
                  WHERE i.person_id = wanted.id OFFSET 0) leaf
    WHERE leaf.ended_at IS NULL
    GROUP BY leaf.person_id, leaf.kind, leaf.source
"""
_NAMES = """
    SELECT leaf.person_id, said.key, said.value
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT id, person_id, ended_at FROM people_identifier i
                  WHERE i.person_id = wanted.id OFFSET 0) leaf,
         LATERAL (SELECT key, value #>> '{}' AS value FROM people_attribute a
                  WHERE a.identifier_id = leaf.id AND a.key = ANY(%s::text[]) AND jsonb_typeof(a.value) = 'string'
                  OFFSET 0) said
    WHERE leaf.ended_at IS NULL
"""
_APART = """
    SELECT DISTINCT low.person_id, high.person_id
    FROM people_link l
    JOIN people_identifier low ON low.id = l.low_id
    JOIN people_identifier high ON high.id = l.high_id
    WHERE l.state = 'refused' AND low.person_id = ANY(%s::bigint[]) AND high.person_id = ANY(%s::bigint[])
"""
_MOVE_LEAVES = """
    UPDATE people_identifier i SET person_id = moved.survivor
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (loser, survivor) WHERE i.person_id = moved.loser
"""
_POINT_TO_SURVIVOR = """
    UPDATE people_person p SET merged_into_id = moved.survivor
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (loser, survivor)
    WHERE p.id = moved.loser OR p.merged_into_id = moved.loser
"""
_WRITE_CHANGES = """
    INSERT INTO people_personchange (kind, person_id, other_id, link_id, reason, source, message, actor_id, why)
    SELECT %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::uuid[],
                             %s::bigint[], %s::text[])
"""
_EVIDENCE = """
    SELECT l.id, l.low_id, l.high_id, low.kind, high.kind, l.source, l.message::text, l.reason, l.decided_by_id,
           coalesce(l.note, '')
    FROM unnest(%s::bigint[]) WITH ORDINALITY AS wanted (id, nth)
    JOIN people_link l ON l.id = wanted.id
    JOIN people_identifier low ON low.id = l.low_id JOIN people_identifier high ON high.id = l.high_id
    ORDER BY wanted.nth
"""
_LET_WAIT = "UPDATE people_link SET state = 'held', why = %s WHERE id = ANY(%s::bigint[])"
_PLACE = """
    UPDATE people_link l SET place = placed.place
    FROM unnest(%s::bigint[], %s::bigint[]) AS placed (id, place) WHERE l.id = placed.id
"""
_LEAVES_OF = "SELECT id FROM people_identifier WHERE person_id = %s"
_MOVE_EACH = """
    UPDATE people_identifier i SET person_id = moved.side
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (leaf, side) WHERE i.id = moved.leaf
"""
_REVIVE_PERSONS = """
    INSERT INTO people_person (id) SELECT * FROM unnest(%s::bigint[])
    ON CONFLICT (id) DO UPDATE SET merged_into_id = NULL
"""
_POINT_EACH = """
    UPDATE people_person p SET merged_into_id = moved.side
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (leaf, side) WHERE p.id = moved.leaf AND p.id <> moved.side
"""
