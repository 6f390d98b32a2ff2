"""Which links connect and which must wait. Plain Python, one link after the other in the order told; no database.

A link is *held* where joining its two sides would

- give one person more identifiers of a kind than the rule allows (``limit:cl.rut``),
- join, through an identifier that several persons may share, two persons who are told apart by different strong
  identifiers of one kind (``shared:phone``),
- join, through an identifier that several persons may use, two persons whose first names clearly differ (``name``),
- join two persons whom somebody has told apart (``apart``),
- join anybody through a *contested* identifier (``contested``): one that such a link disputed before.

A link of a blocked leaf is refused. Only what *both* sides have can break a rule: a person who is over a limit already,
because somebody decided so or the rule came later, goes on as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from recorrido.people import first_names
from recorrido.people.components import Components
from recorrido.people.first_names import Words
from recorrido.people.kinds import kind_named
from recorrido.people.rules import Rules

CONNECTS, HELD, REFUSED = "connects", "held", "refused"
APART, BLOCKED, CONTESTED, NAME = "apart", "blocked", "contested", "name"
SURE = 80
"""From this strength on a kind's claim to an e-mail disputes it: customer number, loyalty number, national id."""

Pair = tuple[int, int]
Verdict = tuple[str, str]
"""State of the link, and the rule that holds or refuses it."""
Profile = dict[str, dict[str, int]]
"""Of one person: kind → source → how many identifiers."""

JOINED: Verdict = (CONNECTS, "")

NamesOf = Callable[[Iterable[int]], Mapping[int, set[Words]]]
"""Looks the first names of persons up."""


class Merge(NamedTuple):
    """Two persons who were told of before became one through a link: ``other`` part of ``person``."""

    person: int
    other: int
    pair: Pair


class Joining:
    """Persons being joined. ``taken_in``: who became part of a smaller id; ``merges``: those of whom somebody knew, in
    order. What a message itself brings along was nobody before: it merges nothing."""

    def __init__(
        self,
        rules: Rules,
        *,
        persons: Mapping[int, int],
        profiles: Mapping[int, Profile],
        fresh: Mapping[int, tuple[str, str]],
        births: Mapping[int, int] | None = None,
        apart: Iterable[Pair] = (),
        blocked: Iterable[int] = (),
        contested: Iterable[int] = (),
        names_of: NamesOf = lambda persons: {},
    ) -> None:
        """``persons``: the person of each leaf that is there already, with its profile by person; ``fresh``: kind and
        source of each new leaf, ``births`` the number of the message that brings it; ``apart``: persons told apart; ``blocked``, ``contested``: leaves; ``names_of`` is
        asked once, and only if two persons who may have names are to be joined."""
        self.components = Components(persons.items())
        self.taken_in: set[int] = set()
        self.merges: list[Merge] = []
        self._rules = rules
        self._profiles: dict[int, Profile] = dict(profiles)
        self._fresh = fresh
        self._births = dict(births or {})
        self._apart: dict[int, set[int]] = {}
        self._blocked = set(blocked)
        self._contested = set(contested)
        self._names = _Names(self.components, set(persons.values()), names_of)
        self.tell_apart(apart)

    def offer(self, pair: Pair, kinds: tuple[str, str], number: int = -1) -> Verdict:
        """Join the two sides of a link unless a rule speaks against it. ``kinds`` are those of its leaves, ``number`` that
        of the message that tells it."""
        find = self.components.find
        low, high = find(pair[0]), find(pair[1])
        if low == high:
            return JOINED
        if high < low:
            low, high = high, low
        if self._blocked and not self._blocked.isdisjoint(pair):
            return REFUSED, BLOCKED
        if self._contested and not self._contested.isdisjoint(pair):
            return HELD, CONTESTED
        if why := self._objection(low, high, kinds):
            return HELD, why
        self._join(low, high, pair, number)
        return JOINED

    def force(self, pair: Pair) -> None:
        """Join the two sides of a link whatever the rules say: somebody decided so."""
        low, high = sorted(map(self.components.find, pair))
        if low != high:
            self._join(low, high, pair, -1)

    def hear(self, leaf: int, attributes: Sequence[tuple[str, str]]) -> None:
        """Attributes that a message tells of its principal leaf, before its links."""
        self._names.hear(leaf, attributes)

    def disputed(self, pair: Pair, kinds: tuple[str, str], why: str) -> int | None:
        """The leaf of a held link of which nobody knows any more whose it is: the one that several persons may use,
        of two such the weaker. None where the link says nothing of the kind.

        An e-mail is disputed only by somebody's own number: two addresses, or an address and a chat, prove nothing.
        """
        candidates = [
            (kind_named(kind).strength, -leaf, kind, other)
            for leaf, kind, other in zip(pair, kinds, reversed(kinds), strict=True)
            if self._rules.is_shareable(kind)
        ]
        if why in (APART, CONTESTED) or not candidates:
            return None
        _strength, leaf, kind, other = min(candidates)
        if why == f"limit:{kind}" or (kind == "email" and kind_named(other).strength < SURE):
            return None
        return -leaf

    def let_go(self, leaf: int, sides: Mapping[int, int], profiles: Mapping[int, Profile]) -> None:
        """A contested leaf leaves its person; ``sides``: the person of each of its leaves since, with their profiles.

        What was joined so far is in the database.
        """
        self._contested.add(leaf)
        for member in sides:
            self._births.pop(member, None)
        whole = self.components.find(leaf)
        self.components.scatter(sides)
        del self._profiles[whole]
        self._profiles.update(profiles)
        self._names.scatter(whole, sides)

    def knows_apart(self, person: int) -> bool:
        return person in self._apart

    def tell_apart(self, pairs: Iterable[Pair]) -> None:
        """Persons told apart, in place of what was known of it."""
        self._apart.clear()
        for one, other in pairs:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def _objection(self, low: int, high: int, kinds: tuple[str, str]) -> str:
        if low in self._apart and high in self._apart[low]:
            return APART
        ours, theirs = self._profile(low), self._profile(high)
        if not ours.keys().isdisjoint(theirs):
            common = ours.keys() & theirs.keys()
            if why := self._too_many(common, ours, theirs, kinds):
                return why
        if self._names.may_differ(low, high) and any(map(self._rules.is_shareable, kinds)):
            return NAME if self._names.differ(low, high) else ""
        return ""

    def _too_many(self, common: Iterable[str], ours: Profile, theirs: Profile, kinds: tuple[str, str]) -> str:
        rule = self._rules.rule
        weak = next((kind for kind in kinds if rule(kind).weak), None)
        for kind in sorted(common):
            if not _within(rule(kind).limit, rule(kind).per_source, ours[kind], theirs[kind]):
                return f"limit:{kind}"
            if weak and not rule(kind).weak:
                return f"shared:{weak}"
        return ""

    def _profile(self, root: int) -> Profile:
        known = self._profiles.get(root)
        if known is None:
            kind, source = self._fresh[root]
            known = self._profiles[root] = {kind: {source: 1}}
        return known

    def _join(self, low: int, high: int, pair: Pair, number: int) -> None:
        self.components.unite(low, high)
        self.taken_in.add(high)
        born = self._births.pop(low, None), self._births.pop(high, None)
        if number not in born or number < 0:
            self.merges.append(Merge(low, high, pair))
        elif born[0] == born[1]:
            self._births[low] = number
        self._names.join(low, high)
        ours = self._profile(low)
        for kind, counts in self._profile(high).items():
            if kind in ours:
                ours[kind] = _added(ours[kind], counts)
            else:
                ours[kind] = counts
        del self._profiles[high]
        if enemies := self._apart.pop(high, None):
            self._apart.setdefault(low, set()).update(enemies)
            for enemy in enemies:
                self._apart[enemy].discard(high)
                self._apart[enemy].add(low)


class _Names:
    """First names by person: those in the database, asked for once and late, and those the group of messages tells."""

    def __init__(self, components: Components, there: set[int], names_of: NamesOf) -> None:
        self._components = components
        self._there: set[int] | None = there
        self._names_of = names_of
        self._may_have = set(there)
        self._names: dict[int, set[Words]] = {}
        self._heard: list[tuple[int, Sequence[tuple[str, str]]]] = []
        self._told: dict[int, set[Words]] = {}

    def hear(self, leaf: int, attributes: Sequence[tuple[str, str]]) -> None:
        self._heard.append((leaf, attributes))
        self._may_have.add(self._components.find(leaf))

    def may_differ(self, low: int, high: int) -> bool:
        return low in self._may_have and high in self._may_have

    def differ(self, low: int, high: int) -> bool:
        self._read()
        return first_names.clearly_differ(self._names.get(low, ()), self._names.get(high, ()))

    def join(self, low: int, high: int) -> None:
        if high in self._may_have:
            self._may_have.add(low)
        if self._there is not None and high in self._there:
            self._there.add(low)
        if names := self._names.pop(high, None):
            self._names.setdefault(low, set()).update(names)

    def scatter(self, whole: int, sides: Mapping[int, int]) -> None:
        self._read_heard()
        persons = set(sides.values())
        self._names.pop(whole, None)
        self._may_have |= persons
        if self._there is None:
            self._take(self._names_of(persons))
        else:
            self._there |= persons
        self._take({side: self._told[leaf] for leaf, side in sides.items() if leaf in self._told})

    def _read(self) -> None:
        if self._there is not None:
            self._take(self._names_of(self._there))
            self._there = None
        self._read_heard()

    def _read_heard(self) -> None:
        for leaf, attributes in self._heard:
            if words := first_names.told_in(attributes):
                self._told.setdefault(leaf, set()).update(words)
                self._take({leaf: words})
        self._heard.clear()

    def _take(self, names: Mapping[int, set[Words]]) -> None:
        for leaf, words in names.items():
            self._names.setdefault(self._components.find(leaf), set()).update(words)


def _within(limit: int | None, per_source: bool, ours: dict[str, int], theirs: dict[str, int]) -> bool:
    if limit is None:
        return True
    if per_source:
        return all(count + theirs[source] <= limit for source, count in ours.items() if source in theirs)
    return sum(ours.values()) + sum(theirs.values()) <= limit


def _added(ours: dict[str, int], theirs: dict[str, int]) -> dict[str, int]:
    return {source: ours.get(source, 0) + theirs.get(source, 0) for source in ours | theirs}
