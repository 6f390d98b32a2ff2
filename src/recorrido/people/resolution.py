"""Deterministic resolution, in sets, inside the transaction that records the events.

Steps, for all messages of a group at once: find the leaves that exist; lock the persons a new leaf or link touches;
compute the components; insert what is missing, sorted; move the leaves of merged persons and write down each merge.
A message about known, already linked leaves costs two index probes and no lock; one whose very leaves this run has
seen together before costs nothing. New rows go in by COPY, which asks nothing before it writes: whoever meets the same
new leaf at the same moment is refused by the unique index and looks again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import NamedTuple, Protocol, cast

from django.db import transaction
from psycopg.errors import UniqueViolation

from recorrido.people.components import Components
from recorrido.people.identifiers import Key
from recorrido.people.models import PersonChange
from recorrido.shared import sql
from recorrido.shared.horizon import announce_writer

SAME_MESSAGE = "same_message"
CHANGES_SEQUENCE = "people_personchange_id_seq"
CHANGES_LOCK_CLASS = 7_002
LEAVES_SEQUENCE = "people_identifier_id_seq"
LOOKS = 50

Pair = tuple[int, int]


class Message(Protocol):
    """The leaves one message names together, the principal first, and the message itself as evidence."""

    @property
    def keys(self) -> tuple[Key, ...]: ...
    @property
    def source(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def at(self) -> datetime: ...


class Told(NamedTuple):
    """A plain :class:`Message`; ``message`` is the 16-byte hash of its id, in hex."""

    keys: tuple[Key, ...]
    source: str
    message: str
    at: datetime


@dataclass(slots=True)
class Known:
    """What one long run remembers of leaves and links, so that it asks the database once for each.

    Only take ``learnt`` in after the commit: a rolled-back leaf id means nothing.
    """

    leaves: dict[Key, int] = field(default_factory=dict)
    links: set[Pair] = field(default_factory=set)
    groups: dict[tuple[Key, ...], list[int]] = field(default_factory=dict)
    """The leaves of a whole message that were found, and linked, before."""
    limit: int = 1_000_000

    def take_in(self, learnt: Known) -> None:
        if len(self.leaves) + len(self.links) + len(self.groups) > self.limit:
            self.leaves.clear()
            self.links.clear()
            self.groups.clear()
        self.leaves.update(learnt.leaves)
        self.links |= learnt.links
        self.groups.update(learnt.groups)


class _LookAgain(Exception):
    """Another transaction changed what we had looked up. The savepoint gives our locks back before we look again:
    taking more locks while holding some is how two writers lock each other up."""


def resolve_identifiers(*, told: Sequence[Message], known: Known) -> tuple[list[list[int]], Known]:
    """Leaf ids for each message, in its order, with persons made, linked and merged as the messages say.

    Returns also what was learnt, for ``known.take_in`` after the commit. Must run inside a transaction.
    """
    groups = [known.groups.get(message.keys) for message in told]
    unseen = [message for message, group in zip(told, groups, strict=True) if group is None]
    if not unseen:
        return cast(list[list[int]], groups), Known()
    resolved, learnt = _resolve_until_certain(unseen, known)
    learnt.groups.update(zip((message.keys for message in unseen), resolved, strict=True))
    rest = iter(resolved)
    return [next(rest) if group is None else group for group in groups], learnt


def _resolve_until_certain(told: Sequence[Message], known: Known) -> tuple[list[list[int]], Known]:
    for _ in range(LOOKS):
        try:
            with transaction.atomic():
                return _resolve(told, known)
        except (_LookAgain, UniqueViolation):
            continue
    return _resolve(told, known)


def _resolve(told: Sequence[Message], known: Known) -> tuple[list[list[int]], Known]:
    named = dict.fromkeys(key for message in told for key in message.keys)
    ids = {key: id_ for key in named if (id_ := known.leaves.get(key))}
    learnt = Known(leaves=_find_leaves(named.keys() - ids.keys()))
    ids |= learnt.leaves
    new = _allot_ids([key for key in named if key not in ids])
    ids |= new
    groups = [[ids[key] for key in message.keys] for message in told]
    evidence = _new_links(groups, told, known, new)
    if new or evidence:
        _connect(new, evidence)
    learnt.leaves.update(new)
    learnt.links.update(evidence)
    return groups, learnt


def _find_leaves(wanted: Collection[Key]) -> dict[Key, int]:
    if not wanted:
        return {}
    keys = list(wanted)
    kinds, values = zip(*keys, strict=True)
    rows = sql.fetch(_FIND_LEAVES, sql.text_array(kinds), sql.text_array(values))
    return {keys[position - 1]: id_ for position, id_ in rows}


def _allot_ids(missing: Sequence[Key]) -> dict[Key, int]:
    """Ids for the leaves nobody has seen, in the order the messages name them."""
    return dict(zip(missing, sql.allot(LEAVES_SEQUENCE, len(missing)), strict=True))


def _new_links(
    groups: Sequence[Sequence[int]], told: Sequence[Message], known: Known, new: Mapping[Key, int]
) -> dict[Pair, Message]:
    """The pairs told here for the first time: the principal leaf with each other leaf, and who told it first."""
    evidence: dict[Pair, Message] = {}
    for group, message in zip(groups, told, strict=True):
        for other in group[1:]:
            pair = (group[0], other) if group[0] < other else (other, group[0])
            if pair[0] != pair[1] and pair not in known.links:
                evidence.setdefault(pair, message)
    fresh = set(new.values())
    asked = [pair for pair in evidence if pair[0] not in fresh and pair[1] not in fresh]
    for pair in _linked_already(asked):
        del evidence[pair]
        known.links.add(pair)  # committed by someone else: true whatever becomes of this transaction
    return evidence


def _linked_already(pairs: Sequence[Pair]) -> list[Pair]:
    if not pairs:
        return []
    lows, highs = zip(*pairs, strict=True)
    return [(low, high) for low, high in sql.fetch(_FIND_LINKS, sql.array(lows), sql.array(highs))]


def _connect(new: Mapping[Key, int], evidence: Mapping[Pair, Message]) -> None:
    fresh = set(new.values())
    touched = set(chain.from_iterable(evidence)) - fresh
    persons = _lock_persons_of(touched)
    components = Components(chain(evidence, persons.items()))
    _insert_leaves(new, components)
    _insert_persons(fresh, components)
    _insert_links(evidence)
    _merge(persons, components, evidence)


def _lock_persons_of(leaves: Iterable[int]) -> dict[int, int]:
    """The person of each leaf, locked in the order of ids, and still true: who held the lock may have merged it."""
    wanted = sql.array(sorted(leaves))
    before = dict(sql.fetch(_PERSONS_OF, wanted))
    if not before:
        return {}
    sql.fetch(_LOCK_PERSONS, sql.array(sorted(set(before.values()))))
    if dict(sql.fetch(_PERSONS_OF, wanted)) != before:
        raise _LookAgain
    return before


def _insert_leaves(new: Mapping[Key, int], components: Components) -> None:
    if not new:
        return
    find = components.find
    lines = [f"{kind}\t{sql.copy_field(value)}\t{id_}\t{find(id_)}\n" for (kind, value), id_ in new.items()]
    # Sorted: two transactions that meet the same new leaves wait for each other in one order, and never lock up.
    sql.copy_in(_INSERT_LEAVES, sorted(lines))


def _insert_persons(fresh: Collection[int], components: Components) -> None:
    if roots := sorted({root for leaf in fresh if (root := components.find(leaf)) in fresh}):
        sql.copy_in(_INSERT_PERSONS, [f"{root}\n" for root in roots])


def _insert_links(evidence: Mapping[Pair, Message]) -> None:
    if not evidence:
        return
    lines = [
        f"{SAME_MESSAGE}\t{low}\t{high}\t{sql.copy_field(told.source)}\t{told.message}\t{told.at.isoformat()}\n"
        for (low, high), told in sorted(evidence.items(), key=itemgetter(0))
    ]
    sql.copy_in(_INSERT_LINKS, lines)


def _merge(persons: Mapping[int, int], components: Components, evidence: Mapping[Pair, Message]) -> None:
    """Give the leaves of merged persons to their survivor (the smallest leaf id) and write each merge down."""
    losers = sorted({person for person in persons.values() if components.find(person) != person})
    if not losers:
        return
    survivors = [components.find(person) for person in losers]
    sql.execute(_MOVE_LEAVES, losers, survivors)
    sql.execute(_POINT_TO_SURVIVOR, losers, survivors)
    reasons = _who_told(persons, evidence)
    announce_writer(sequence=CHANGES_SEQUENCE, lock_class=CHANGES_LOCK_CLASS)
    sql.execute(
        _WRITE_MERGES,
        PersonChange.MERGED,
        SAME_MESSAGE,
        survivors,
        losers,
        [reasons[loser].source for loser in losers],
        [reasons[loser].message for loser in losers],
    )


def _who_told(persons: Mapping[int, int], evidence: Mapping[Pair, Message]) -> dict[int, Message]:
    """For each person that a new link touches, the first message that did."""
    reasons: dict[int, Message] = {}
    for pair, message in evidence.items():
        for leaf in pair:
            reasons.setdefault(persons.get(leaf, leaf), message)
    return reasons


# LATERAL … OFFSET 0 keeps the planner at one index probe per wanted row, however it misjudges the array's length.
_FIND_LEAVES = """
    SELECT wanted.position, leaf.id
    FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS wanted (kind, value, position),
         LATERAL (SELECT id FROM people_identifier i
                  WHERE i.kind = wanted.kind AND i.value = wanted.value AND i.ended_at IS NULL OFFSET 0) leaf
"""
_FIND_LINKS = """
    SELECT wanted.low, wanted.high
    FROM unnest(%s::bigint[], %s::bigint[]) AS wanted (low, high),
         LATERAL (SELECT 1 FROM people_link l
                  WHERE l.low_id = wanted.low AND l.high_id = wanted.high OFFSET 0) link
"""
_PERSONS_OF = """
    SELECT wanted.id, leaf.person_id
    FROM unnest(%s::bigint[]) AS wanted (id),
         LATERAL (SELECT person_id FROM people_identifier i WHERE i.id = wanted.id OFFSET 0) leaf
"""
_LOCK_PERSONS = "SELECT id FROM people_person WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
_INSERT_LEAVES = "COPY people_identifier (kind, value, id, person_id) FROM STDIN"
_INSERT_PERSONS = "COPY people_person (id) FROM STDIN"
_INSERT_LINKS = "COPY people_link (reason, low_id, high_id, source, message, at) FROM STDIN"
_MOVE_LEAVES = """
    UPDATE people_identifier i SET person_id = moved.survivor
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (loser, survivor) WHERE i.person_id = moved.loser
"""
_POINT_TO_SURVIVOR = """
    UPDATE people_person p SET merged_into_id = moved.survivor
    FROM unnest(%s::bigint[], %s::bigint[]) AS moved (loser, survivor)
    WHERE p.id = moved.loser OR p.merged_into_id = moved.loser
"""
_WRITE_MERGES = """
    INSERT INTO people_personchange (kind, reason, person_id, other_id, source, message)
    SELECT %s, %s, * FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::uuid[])
"""
