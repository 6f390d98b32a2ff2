"""Which links connect and which must wait. Plain Python, one link after the other in the order told; no database.

A link is *held* where joining its two sides would

- give one person more identifiers of a kind than the rule allows (``limit:cl.rut``),
- join, through an identifier that several persons may share, two persons who are told apart by different strong
  identifiers of one kind (``shared:phone``),
- join two persons whom somebody has told apart (``apart``).

A link of a blocked leaf is refused. Only what *both* sides have can break a rule: a person who is over a limit already,
because somebody decided so or the rule came later, goes on as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain

from recorrido.people.components import Components
from recorrido.people.rules import Rules

CONNECTS, HELD, REFUSED = "connects", "held", "refused"
APART, BLOCKED = "apart", "blocked"

Pair = tuple[int, int]
Verdict = tuple[str, str]
"""State of the link, and the rule that holds or refuses it."""
Profile = dict[str, dict[str, int]]
"""Of one person: kind → source → how many identifiers."""

_JOINED: Verdict = (CONNECTS, "")


class Joining:
    """Persons being joined. ``joins`` says by which link each person was taken in by a smaller id."""

    def __init__(
        self,
        rules: Rules,
        *,
        persons: Mapping[int, int],
        profiles: Mapping[int, Profile],
        fresh: Mapping[int, tuple[str, str]],
        apart: Iterable[Pair] = (),
        blocked: Iterable[int] = (),
    ) -> None:
        """``persons``: the person of each leaf that is there already, with its profile by person; ``fresh``: kind and
        source of each new leaf; ``apart``: persons told apart; ``blocked``: leaves."""
        self.components = Components(persons.items())
        self.joins: dict[int, Pair] = {}
        self._rules = rules
        self._profiles: dict[int, Profile] = dict(profiles)
        self._fresh = fresh
        self._apart: dict[int, set[int]] = {}
        self._blocked = set(blocked)
        for one, other in chain(apart, ((other, one) for one, other in apart)):
            self._apart.setdefault(one, set()).add(other)

    def offer(self, pair: Pair, kinds: tuple[str, str]) -> Verdict:
        """Join the two sides of a link unless a rule speaks against it. ``kinds`` are those of its leaves."""
        low, high = sorted(map(self.components.find, pair))
        if low == high:
            return _JOINED
        if self._blocked and not self._blocked.isdisjoint(pair):
            return REFUSED, BLOCKED
        if why := self._objection(low, high, kinds):
            return HELD, why
        self._join(low, high, pair)
        return _JOINED

    def force(self, pair: Pair) -> None:
        """Join the two sides of a link whatever the rules say: somebody decided so."""
        low, high = sorted(map(self.components.find, pair))
        if low != high:
            self._join(low, high, pair)

    def _objection(self, low: int, high: int, kinds: tuple[str, str]) -> str:
        if low in self._apart and high in self._apart[low]:
            return APART
        ours, theirs = self._profile(low), self._profile(high)
        common = ours.keys() & theirs.keys()
        if not common:
            return ""
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

    def _join(self, low: int, high: int, pair: Pair) -> None:
        self.components.join(low, high)
        self.joins[high] = pair
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


def _within(limit: int | None, per_source: bool, ours: dict[str, int], theirs: dict[str, int]) -> bool:
    if limit is None:
        return True
    if per_source:
        return all(count + theirs[source] <= limit for source, count in ours.items() if source in theirs)
    return sum(ours.values()) + sum(theirs.values()) <= limit


def _added(ours: dict[str, int], theirs: dict[str, int]) -> dict[str, int]:
    return {source: ours.get(source, 0) + theirs.get(source, 0) for source in ours | theirs}
