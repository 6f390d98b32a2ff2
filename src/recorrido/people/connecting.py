"""Writing leaves, persons, links and merges: everything that changes who somebody is, under the locks it needs.

Locks are taken in one order everywhere: the rules (shared), then persons by id, then new rows sorted. Everybody who
makes, joins or parts persons comes through here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple, Protocol, TypeVar

from django.db import transaction
from psycopg.errors import UniqueViolation

from recorrido.people import rules
from recorrido.people.components import Components
from recorrido.people.joining import Joining, Pair, Profile, Verdict
from recorrido.people.kinds import Key
from recorrido.people.models import PersonChange
from recorrido.people.rules import Rules
from recorrido.shared import sql
from recorrido.shared.horizon import announce_writer

SAME_MESSAGE = "same_message"
CHANGES_SEQUENCE = "people_personchange_id_seq"
CHANGES_LOCK_CLASS = 7_002
LINKS_SEQUENCE = "people_link_id_seq"
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
        except (LookAgain, UniqueViolation):
            continue
    with transaction.atomic():
        return work()


class Evidence(Protocol):
    """The message that told of a leaf or a link."""

    @property
    def source(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def at(self) -> datetime: ...


@dataclass(slots=True)
class News:
    """What a group of messages tells for the first time, in the order told.

    ``leaves``: new values with their ids; ``first``: who named each first; ``links``: pairs of leaves with who told;
    ``kinds``: the kind of each leaf in ``links``.
    """

    leaves: Mapping[Key, int]
    first: Mapping[Key, Evidence]
    links: Mapping[Pair, Evidence]
    kinds: Mapping[int, str]


def connect(news: News, in_force: Rules) -> None:
    """Make the leaves, join persons as far as the rules allow, keep every link with what became of it.

    Raises LookAgain where rules or persons are not those that ``news`` was made of.
    """
    if rules.hold().edition != in_force.edition:
        raise LookAgain
    fresh = {id_: (key[0], news.first[key].source) for key, id_ in news.leaves.items()}
    touched = lock_persons_of({leaf for pair in news.links for leaf in pair} - fresh.keys())
    blocked = _blocked_news(news, in_force)
    joining = Joining(
        in_force,
        persons=touched.persons,
        profiles=profiles_of(touched.persons.values()),
        fresh=fresh,
        apart=apart_among(touched.persons.values()),
        blocked=touched.blocked | blocked,
    )
    kinds = news.kinds
    verdicts = {pair: joining.offer(pair, (kinds[pair[0]], kinds[pair[1]])) for pair in news.links}
    _insert_leaves(news, joining, blocked)
    _insert_persons(fresh, joining)
    ids = _insert_links(news.links, verdicts)
    merge(
        joining,
        touched.persons,
        {pair: _Told(ids[pair], *_origin(told)) for pair, told in news.links.items()},
    )


class Touched(NamedTuple):
    """Leaves that are there already: the person of each, and which of them are blocked."""

    persons: dict[int, int]
    blocked: set[int]


def lock_persons_of(leaves: Iterable[int]) -> Touched:
    """The person of each leaf, locked in the order of ids, and still true: who held the lock may have merged it.

    Raises LookAgain, also where one of the leaves has ended.
    """
    wanted = sql.array(sorted(leaves))
    before = sql.fetch(_PERSONS_OF, wanted)
    if not before:
        return Touched({}, set())
    sql.fetch(_LOCK_PERSONS, sql.array(sorted({person for _, person, _ in before})))
    if sql.fetch(_PERSONS_OF, wanted) != before:
        raise LookAgain
    return Touched(
        {leaf: person for leaf, person, _ in before}, {leaf for leaf, _, blocked in before if blocked}
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


class _Told(NamedTuple):
    link: int
    source: str
    message: str | None
    reason: str = SAME_MESSAGE
    actor: int | None = None
    why: str = ""


def _origin(told: Evidence) -> tuple[str, str]:
    return told.source, told.message


def merge(joining: Joining, persons: Mapping[int, int], reasons: Mapping[Pair, Reason]) -> None:
    """Give the leaves of joined persons to their survivor (the smallest leaf id) and write each merge down."""
    losers = sorted({person for person in persons.values() if joining.components.find(person) != person})
    if not losers:
        return
    survivors = [joining.components.find(person) for person in losers]
    sql.execute(_MOVE_LEAVES, losers, survivors)
    sql.execute(_POINT_TO_SURVIVOR, losers, survivors)
    told = [reasons[joining.joins[loser]] for loser in losers]
    write_changes(PersonChange.MERGED, list(zip(survivors, losers, told, strict=True)))


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


def _blocked_news(news: News, in_force: Rules) -> set[int]:
    """New leaves of values that were blocked after the door had let them pass."""
    if not in_force.is_recent():
        return set()
    return {id_ for (kind, value), id_ in news.leaves.items() if in_force.is_blocked(kind, value)}


def _insert_leaves(news: News, joining: Joining, blocked: Collection[int]) -> None:
    if not news.leaves:
        return
    find, field, first = joining.components.find, sql.copy_field, news.first
    lines = []
    for key, id_ in news.leaves.items():
        kind, value = key
        told = first[key]
        mark = "t" if id_ in blocked else "f"
        lines.append(
            f"{kind}\t{field(value)}\t{id_}\t{find(id_)}\t{field(told.source)}\t{told.at.isoformat()}\t{mark}\n"
        )
    # Sorted: two transactions that meet the same new leaves wait for each other in one order, and never lock up.
    lines.sort()
    sql.copy_in(_INSERT_LEAVES, lines)


def _insert_persons(fresh: Collection[int], joining: Joining) -> None:
    find = joining.components.find
    if roots := sorted({root for leaf in fresh if (root := find(leaf)) in fresh}):
        sql.copy_in(_INSERT_PERSONS, [f"{root}\n" for root in roots])


def _insert_links(links: Mapping[Pair, Evidence], verdicts: Mapping[Pair, Verdict]) -> dict[Pair, int]:
    """Link ids follow the order told: replaying a person's links by id is how a merge is taken back."""
    if not links:
        return {}
    ids = dict(zip(links, sql.allot(LINKS_SEQUENCE, len(links)), strict=True))
    lines = []
    for pair, told in sorted(links.items(), key=itemgetter(0)):
        state, why = verdicts[pair]
        told_by = f"{sql.copy_field(told.source)}\t{told.message}\t{told.at.isoformat()}"
        lines.append(f"{ids[pair]}\t{SAME_MESSAGE}\t{pair[0]}\t{pair[1]}\t{told_by}\t{state}\t{why}\n")
    sql.copy_in(_INSERT_LINKS, lines)
    return ids


# LATERAL … OFFSET 0 keeps the planner at one index probe per wanted row, however it misjudges the array's length.
_PERSONS_OF = """
    SELECT wanted.id, leaf.person_id, leaf.blocked
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT person_id, blocked FROM people_identifier i WHERE i.id = wanted.id OFFSET 0) leaf
    ORDER BY wanted.id
"""
_LOCK_PERSONS = "SELECT id FROM people_person WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_PROFILES = """
    SELECT leaf.person_id, leaf.kind, leaf.source, count(*)
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT person_id, kind, source FROM people_identifier i
                  WHERE i.person_id = wanted.id AND i.ended_at IS NULL OFFSET 0) leaf
    GROUP BY leaf.person_id, leaf.kind, leaf.source
"""
_APART = """
    SELECT DISTINCT low.person_id, high.person_id
    FROM people_link l
    JOIN people_identifier low ON low.id = l.low_id
    JOIN people_identifier high ON high.id = l.high_id
    WHERE l.state = 'refused' AND low.person_id = ANY(%s::bigint[]) AND high.person_id = ANY(%s::bigint[])
"""
_INSERT_LEAVES = "COPY people_identifier (kind, value, id, person_id, source, since, blocked) FROM STDIN"
_INSERT_PERSONS = "COPY people_person (id) FROM STDIN"
_INSERT_LINKS = "COPY people_link (id, reason, low_id, high_id, source, message, at, state, why) FROM STDIN"
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
