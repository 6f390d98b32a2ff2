"""Deterministic resolution, in sets, inside the transaction that records the events.

Steps, for all messages of a group at once: see which of them say nothing new (`sight`); of the others, find the leaves
that exist, and set strangers aside, who need no judgement (`look_up`, also ahead of the group's turn); lock the persons
a new leaf or link touches; join them link by link in the order told, as far as the rules allow (`joining`); insert what
is missing, sorted; move the leaves of merged persons and write down each merge.
A message about two known, already linked leaves costs three index probes and no lock (one, where `acquaintances` may
remember it); one whose very leaves this run has seen together before costs nothing. New rows go in by COPY, which asks
nothing before it writes: whoever meets the same new leaf at the same moment is refused by the unique index and looks
again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from types import MappingProxyType
from typing import NamedTuple, Protocol, TypeGuard, cast
from uuid import UUID

from recorrido.people import rules, sight
from recorrido.people.connecting import CHANGES_LOCK_CLASS, CHANGES_SEQUENCE, LINKS_SEQUENCE, until_certain
from recorrido.people.evidence import AttributedEvidence
from recorrido.people.first_names import told_in
from recorrido.people.identifiers import Key
from recorrido.people.joining import Pair
from recorrido.people.linking import News, connect
from recorrido.people.meanings import Member, kinds_of_ended, members_of_all, of_other_times
from recorrido.people.rules import Rules
from recorrido.people.sight import Sight
from recorrido.people.strangers import Strangers, is_one_of_each_kind, make_ready
from recorrido.shared import sql

__all__ = ["CHANGES_LOCK_CLASS", "CHANGES_SEQUENCE", "Known", "Told", "resolve_identifiers"]

LEAVES_SEQUENCE = "people_identifier_id_seq"

See = Callable[[Iterable[tuple[Key, ...]], Rules], Sight]


class Message(AttributedEvidence, Protocol):
    """The leaves one message names together, the principal first, and the message itself as evidence."""

    @property
    def keys(self) -> tuple[Key, ...]: ...


class Told(NamedTuple):
    """A plain :class:`Message`; ``message`` is the 16-byte hash of its id, in hex."""

    keys: tuple[Key, ...]
    source: str
    message: str
    at: datetime
    attributes: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Look:
    """What a group names: leaves that are there, ids for those that are not, and whom nothing speaks against.

    ``members``: by message, the principal first. Of their values, one neither ``found`` nor ``new`` was not looked up.
    Also made before the turn of the group, in another transaction. Good for one try: what was not there may have come
    since, and is refused by the index. ``edition``: of the rules.
    """

    members: Sequence[Sequence[Member]]
    found: Mapping[Key, int]
    new: Mapping[Key, int]
    ready: Strangers
    blocked: frozenset[Key]
    edition: UUID | None


@dataclass(slots=True)
class Known:
    """What one long run remembers of messages, so that it asks the database once for each.

    Only take ``learnt`` in after the commit: a rolled-back leaf id means nothing.
    """

    groups: dict[tuple[Key, ...], list[int]] = field(default_factory=dict)
    """The leaves of a whole message that were found, and linked, before."""
    made: frozenset[int] = frozenset()
    """The leaves that the group at hand made: nobody has told anything of them before."""
    edition: UUID | None = None
    """Of the rules all this was found under: a change may have ended or blocked an identifier."""
    limit: int = 1_000_000
    """So many identifiers of messages, some 250 bytes each."""
    see: See = sight.see
    """How the messages that it does not hold are looked at."""
    _size: int = 0

    def follow(self, edition: UUID | None) -> None:
        if edition != self.edition:
            self._forget()
            self.edition = edition

    def take_in(self, learnt: Known) -> None:
        if learnt.edition != self.edition:
            return
        self._size += sum(map(len, learnt.groups))
        if self._size > self.limit:
            self._forget()
        self.groups.update(learnt.groups)

    def _forget(self) -> None:
        self.groups.clear()
        self._size = 0


def resolve_identifiers(*, told: Sequence[Message], known: Known) -> tuple[list[list[int]], Known]:
    """Leaf ids for each message, in its order, with persons made, linked and merged as the messages say.

    Returns also what was learnt, for ``known.take_in`` after the commit. Must run inside a transaction.
    """
    in_force = rules.current()
    known.follow(in_force.edition)
    earlier = of_other_times(told, in_force)
    groups = [known.groups.get(message.keys) for message in told]
    for number in earlier:
        groups[number] = None
    unseen = [number for number, group in enumerate(groups) if group is None and number not in earlier]
    seen = known.see([told[number].keys for number in unseen], in_force)
    for number in unseen:
        groups[number] = seen.groups.get(told[number].keys)
    learnt = Known(seen.groups, edition=in_force.edition)
    if news := _news(told, groups):
        made = _resolve_news([told[number] for number in news], seen, in_force)
        if made is None:
            return resolve_identifiers(told=told, known=known)
        for number, group in zip(news, made.groups, strict=True):
            groups[number] = group
            if number not in earlier:
                learnt.groups[told[number].keys] = group
        learnt.made = made.leaves
    return cast(list[list[int]], groups), learnt


class _Made(NamedTuple):
    """The leaves of messages that said something new, and which of all these leaves they made."""

    groups: list[list[int]]
    leaves: frozenset[int]


def _news(told: Sequence[Message], groups: Sequence[list[int] | None]) -> list[int]:
    """The numbers of the messages that say something new. Where there are any, also of those that tell a first name:
    whether a link joins two persons depends on how they are called."""
    if None not in groups:
        return []
    return [
        number
        for number, (message, group) in enumerate(zip(told, groups, strict=True))
        if group is None or (message.attributes and told_in(message.attributes))
    ]


def _resolve_news(told: Sequence[Message], seen: Sight, seen_under: Rules) -> _Made | None:
    """Make what is new; None where the rules have changed since it was seen.

    What was seen is good for one try: what was not there may have come since, and is refused by the index.
    """
    sights = iter([seen])

    def work() -> _Made | None:
        if rules.current() is not seen_under:
            return None
        sight = next(sights, Sight())
        look = look_up(told, seen_under, known=sight.found, asked=sight.asked)
        return _Made(_write(told, look, seen_under), frozenset(look.new.values()))

    return until_certain(work)


def resolve_ahead(
    *, told: Sequence[Message], look: Look, meanwhile: Callable[[], None]
) -> tuple[list[list[int]], Look]:
    """The same for a group that was looked up ahead, by a run that remembers nothing else.

    Returns the leaf ids of each message, and the look that held: another one, where the first had become old.
    ``meanwhile`` is called when the database begins to write.
    """
    looks = iter([look])

    def work() -> tuple[list[list[int]], Look]:
        in_force = rules.current()
        looked = next(looks, None)
        if looked is None or looked.edition != in_force.edition:
            looked = look_up(told, in_force)
        return _write(told, looked, in_force, meanwhile), looked

    return until_certain(work)


def _write(
    told: Sequence[Message],
    look: Look,
    in_force: Rules,
    meanwhile: Callable[[], None] | None = None,
) -> list[list[int]]:
    """Leaf ids for each message."""
    leaves_of = look.ready.leaves_of
    rest = [message for number, message in enumerate(told) if number not in leaves_of]
    members = [group for number, group in enumerate(look.members) if number not in leaves_of]
    ids, new = _ids_of(members, look)
    groups = [[ids[one] if isinstance(one, tuple) else one for one in group] for group in members]
    evidence = _new_links(groups, new)
    if new or evidence or leaves_of:
        first = _first_told(members)
        kinds = {id_: kind for (kind, _value), id_ in ids.items()} | kinds_of_ended(members)
        blocked = {new[key] for key in look.blocked if key in new}
        connect(News(rest, groups, new, first, evidence, kinds, blocked, look.ready), in_force, meanwhile)
    others = iter(groups)
    return [leaves_of[n] if n in leaves_of else next(others) for n in range(len(told))]


def _ids_of(members: Sequence[Sequence[Member]], look: Look) -> tuple[dict[Key, int], dict[Key, int]]:
    """The leaf of each value that these name, and of those the new ones."""
    ids = {**look.found, **look.new}
    keys = list(dict.fromkeys(_values(members)))
    new = {key: look.new[key] for key in keys if key in look.new} if look.new else {}
    if later := [key for key in keys if key not in ids]:
        ids |= _find_leaves(later)
        new |= _allot_ids([key for key in later if key not in ids])
    return ids | new, new


def _values(members: Sequence[Sequence[Member]]) -> Iterable[Key]:
    return (one for one in chain.from_iterable(members) if isinstance(one, tuple))


def _first_told(members: Sequence[Sequence[Member]]) -> dict[Key, int]:
    """The number of the message that named each value first, in the order told."""
    first: dict[Key, int] = {}
    for number, group in enumerate(members):
        for one in group:
            if isinstance(one, tuple):
                first.setdefault(one, number)
    return first


def look_up(
    told: Sequence[Message],
    in_force: Rules,
    *,
    known: Mapping[Key, int] = MappingProxyType({}),
    before: Set[Key] = frozenset(),
    asked: Set[Key] = frozenset(),
    sift: Callable[[Sequence[Key]], Sequence[Key]] = lambda values: values,
    checked: bool = False,
) -> Look:
    """Look the leaves of messages up and make strangers ready. ``known``: leaves that need no look; ``before``: values
    whose leaves somebody is just writing; ``asked``: values that nobody has, unless they are ``known``; ``sift`` leaves
    away values that nobody can know; ``checked``: these very rules let all values pass."""
    members = members_of_all(told, in_force)
    keys = dict.fromkeys(_values(members))
    found = {key: known[key] for key in keys if key in known} if known else {}
    wanted = [key for key in keys if key not in found and key not in before]
    found |= _find_leaves(sift([key for key in wanted if key not in asked]))
    new = _allot_ids([key for key in wanted if key not in found])
    blocked = frozenset() if checked else _blocked(new, in_force)
    plain = _named_once(members, new).difference(blocked)
    strangers = {number: group for number, group in enumerate(members) if _is_stranger(group, plain)}
    links = sql.allot(LINKS_SEQUENCE, sum(map(len, strangers.values())) - len(strangers))
    return Look(members, found, new, make_ready(strangers, told, new, links), blocked, in_force.edition)


def _named_once(members: Sequence[Sequence[Member]], new: Mapping[Key, int]) -> set[Key]:
    if not new:
        return set()
    times = Counter(one for one in _values(members) if one in new)
    return {key for key, count in times.items() if count == 1}


def _is_stranger(group: Sequence[Member], plain: set[Key]) -> TypeGuard[Sequence[Key]]:
    """Whether all its leaves are new and named by nobody else, and are one of each kind."""
    return bool(group) and plain.issuperset(group) and is_one_of_each_kind(cast(Sequence[Key], group))


def _blocked(new: Iterable[Key], in_force: Rules) -> frozenset[Key]:
    """New leaves of values that were blocked after the door had let them pass."""
    if not in_force.is_recent():
        return frozenset()
    return frozenset(key for key in new if in_force.is_blocked(*key))


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


def _new_links(groups: Sequence[Sequence[int]], new: Mapping[Key, int]) -> dict[Pair, int]:
    """The pairs told here for the first time: the principal leaf with each other leaf, and the number of the message
    that told it first."""
    evidence: dict[Pair, int] = {}
    for number, group in enumerate(groups):
        for other in group[1:]:
            pair = (group[0], other) if group[0] < other else (other, group[0])
            if pair[0] != pair[1]:
                evidence.setdefault(pair, number)
    fresh = frozenset(new.values())
    asked = [pair for pair in evidence if pair[0] not in fresh and pair[1] not in fresh]
    for pair in _linked_already(asked):
        del evidence[pair]
    return evidence


def _linked_already(pairs: Sequence[Pair]) -> list[Pair]:
    if not pairs:
        return []
    lows, highs = zip(*pairs, strict=True)
    return [(low, high) for low, high in sql.fetch(_FIND_LINKS, sql.array(lows), sql.array(highs))]


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
