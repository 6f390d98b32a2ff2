"""A group of messages becomes leaves, links and persons: link by link as `joining` judges them, under `connecting`'s
locks.

Nearly always everything is written at the end, in a few statements. Where a link disputes an identifier, what was
judged so far is written first, the identifier is let go, and the rest is judged by what became of its person.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

from recorrido.people import rules
from recorrido.people.connecting import (
    LINKS_SEQUENCE,
    LinkTold,
    LookAgain,
    Touched,
    apart_among,
    lock_persons_of,
    merge,
    names_of,
    offer_again,
    profiles_of,
    regroup,
)
from recorrido.people.evidence import AttributedEvidence
from recorrido.people.joining import CONTESTED, HELD, NAME, Joining, Pair, Verdict
from recorrido.people.kinds import Key
from recorrido.people.lines import (
    INSERT_LEAVES,
    INSERT_LINKS,
    INSERT_PERSONS,
    NULL,
    SAME_MESSAGE,
    time_writer,
)
from recorrido.people.parting import without
from recorrido.people.queries.persons import joints_of
from recorrido.people.rules import Rules
from recorrido.people.strangers import Strangers
from recorrido.shared import sql


@dataclass(slots=True)
class News:
    """What a group of messages tells for the first time, in the order told.

    ``told``: the messages; ``groups``: the leaves of each; ``leaves``: new values with their ids; ``first``: the
    number of the message that named each first; ``links``: pairs of leaves with the number of the message that told;
    ``kinds``: the kind of each leaf; ``blocked``: new leaves of blocked values; ``ready``: strangers, besides these.
    """

    told: Sequence[AttributedEvidence]
    groups: Sequence[Sequence[int]]
    leaves: Mapping[Key, int]
    first: Mapping[Key, int]
    links: Mapping[Pair, int]
    kinds: Mapping[int, str]
    blocked: Collection[int]
    ready: Strangers


def connect(news: News, in_force: Rules, meanwhile: Callable[[], None] | None = None) -> None:
    """Make the leaves, join persons as far as the rules allow, keep every link with what became of it.

    ``meanwhile`` is called when the database begins to write.
    Raises LookAgain where rules or persons are not those that ``news`` was made of.
    """
    if rules.hold().edition != in_force.edition:
        raise LookAgain
    told, first = news.told, news.first
    touched = lock_persons_of({leaf for pair in news.links for leaf in pair}.difference(news.leaves.values()))
    joining = Joining(
        in_force,
        persons=touched.persons,
        profiles=profiles_of(touched.persons.values()),
        fresh={id_: (key[0], told[first[key]].source) for key, id_ in news.leaves.items()},
        births={id_: first[key] for key, id_ in news.leaves.items()},
        apart=apart_among(touched.persons.values()),
        blocked=touched.blocked.union(news.blocked),
        contested=touched.contested,
        names_of=names_of,
    )
    group = _Group(news, joining, touched, meanwhile)
    _judge(news, joining, group)
    group.write()


def _judge(news: News, joining: Joining, group: _Group) -> None:
    heard, kinds = 0, news.kinds
    for pair, number in news.links.items():
        for place in range(heard, number + 1):
            if (said := news.told[place].attributes) and news.groups[place]:
                joining.hear(news.groups[place][0], said)
        heard = number + 1
        of = kinds[pair[0]], kinds[pair[1]]
        state, why = group.verdicts[pair] = joining.offer(pair, of, number)
        if state == HELD and (leaf := joining.disputed(pair, of, why)) is not None:
            group.let_go(leaf, pair, is_named=why == NAME)


class _Group:
    """Writes what became of the news. ``verdicts``: of the links that are not written yet."""

    def __init__(
        self,
        news: News,
        joining: Joining,
        touched: Touched,
        meanwhile: Callable[[], None] | None,
    ) -> None:
        self.verdicts: dict[Pair, Verdict] = {}
        self._news = news
        self._joining = joining
        self._meanwhile = meanwhile
        self._there = set(touched.persons.values())
        self._fresh = set(news.leaves.values())
        self._has_leaves = False
        self._again: dict[Pair, LinkTold] = {}

    def write(self) -> None:
        """Bring the database up to what was judged so far."""
        if not self._has_leaves:
            self._has_leaves = True
            self._insert_leaves()
        ids = self._insert_links()
        merge(
            self._joining, self._there, lambda pair: self._again.get(pair) or self._told_by(pair, ids[pair])
        )
        self.verdicts = {}

    def _told_by(self, pair: Pair, link: int, reason: str = SAME_MESSAGE) -> LinkTold:
        told = self._news.told[self._news.links[pair]]
        return LinkTold(link, told.source, told.message, reason)

    def let_go(self, leaf: int, pair: Pair, *, is_named: bool) -> None:
        """Take a disputed leaf from its person, unless somebody made sure whose it is.

        A leaf without any link belongs to nobody yet, unless a name was told of it (``is_named``).
        """
        self.write()
        if sql.fetch(_IS_SURE, leaf, leaf, leaf)[0][0]:
            return
        person = self._joining.components.find(leaf)
        parted = without(joints_of(person), leaf)
        if not parted.between and not is_named:
            return
        members = [member for (member,) in sql.fetch(_MEMBERS, person)]
        sql.execute(_CONTEST, leaf)
        sql.execute(_HOLD, CONTESTED, parted.between)
        ((link,),) = sql.fetch(_LINK, *pair)
        others = regroup(person, parted.sides, self._told_by(pair, link, CONTESTED))
        sides = {member: parted.sides.find(member) for member in members}
        self._follow(leaf, person, sides, [person, *others])
        self._again |= offer_again(self._joining, parted.again)

    def _follow(self, leaf: int, person: int, sides: Mapping[int, int], persons: Sequence[int]) -> None:
        self._there.update(persons)
        knew = self._joining.knows_apart(person)
        self._joining.let_go(leaf, sides, profiles_of(persons))
        if knew:
            self._joining.tell_apart(apart_among(self._there))

    def _insert_leaves(self) -> None:
        ready = self._news.ready
        if not (self._fresh or ready.leaves):
            return
        roots = self._joining.components.roots(self._fresh)
        # Sorted: two transactions that meet the same new leaves wait for each other in one order, and never lock up.
        lines = sorted(ready.leaves + self._leaf_lines(roots))
        if self._meanwhile:
            self._meanwhile()
        sql.copy_in(INSERT_LEAVES, lines)
        self._insert_persons(roots)
        if ready.links:
            sql.copy_in(INSERT_LINKS, ready.links)

    def _leaf_lines(self, roots: Mapping[int, int]) -> list[str]:
        news, field, blocked = self._news, sql.copy_field, self._news.blocked
        first, write_time = news.first, time_writer()
        by = {
            number: f"{field(news.told[number].source)}\t{write_time(news.told[number].at)}"
            for number in sorted(set(first.values()))
        }
        return [
            f"{key[0]}\t{field(key[1])}\t{id_}\t{roots[id_]}\t{by[first[key]]}\t{'t' if id_ in blocked else 'f'}\n"
            for key, id_ in news.leaves.items()
        ]

    def _insert_persons(self, roots: Mapping[int, int]) -> None:
        """Of leaves that are new: the persons they are, and those they were until a message of this group joined them."""
        there = {root for root in roots.values() if root in self._fresh}
        merged = {merge.other for merge in self._joining.merges if merge.other in self._fresh}
        lines = [f"{id_}\t{roots[id_] if id_ in merged else NULL}\n" for id_ in sorted(there | merged)]
        if lines := self._news.ready.persons + lines:
            sql.copy_in(INSERT_PERSONS, lines)
        self._there |= there

    def _insert_links(self) -> dict[Pair, int]:
        """Link ids follow the order told: replaying a person's links by id is how a merge is taken back."""
        if not self.verdicts:
            return {}
        ids = dict(zip(self.verdicts, sql.allot(LINKS_SEQUENCE, len(self.verdicts)), strict=True))
        sql.copy_in(INSERT_LINKS, self._link_lines(ids))
        return ids

    def _link_lines(self, ids: Mapping[Pair, int]) -> Iterator[str]:
        news, write_time = self._news, time_writer()
        said = told_by = None
        for pair, (state, why) in sorted(self.verdicts.items(), key=itemgetter(0)):
            told = news.told[news.links[pair]]
            if told is not said:
                said, told_by = told, f"{sql.copy_field(told.source)}\t{told.message}\t{write_time(told.at)}"
            yield f"{pair[0]}\t{pair[1]}\t{ids[pair]}\t{SAME_MESSAGE}\t{told_by}\t{state}\t{why}\n"


_IS_SURE = """
    SELECT EXISTS (SELECT 1 FROM people_identifier WHERE id = %s AND verified_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM people_link WHERE low_id = %s AND state = 'connects' AND decided_at IS NOT NULL)
        OR EXISTS (SELECT 1 FROM people_link WHERE high_id = %s AND state = 'connects' AND decided_at IS NOT NULL)
"""
_MEMBERS = "SELECT id FROM people_identifier WHERE person_id = %s"
_CONTEST = "UPDATE people_identifier SET contested = true WHERE id = %s"
_HOLD = "UPDATE people_link SET state = 'held', why = %s WHERE id = ANY(%s::bigint[])"
_LINK = "SELECT id FROM people_link WHERE low_id = %s AND high_id = %s"
