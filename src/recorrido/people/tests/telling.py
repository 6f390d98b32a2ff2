"""Short ways to say who belongs together, and the slow plain twin that says what must come out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from django.db.models import F
from django.db.models.functions import Coalesce

from recorrido.people.actions import resolve_identifiers, tell_attributes
from recorrido.people.attributes import Told as Fact
from recorrido.people.identifiers import Key
from recorrido.people.kinds import kind_named
from recorrido.people.models import Identifier, Link, Person, PersonChange
from recorrido.people.resolution import Known, Told

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def key(word: str) -> Key:
    return "external", word


def told(words: Iterable[str], minute: int = 0) -> Told:
    return Told(tuple(map(key, words)), "shop", uuid4().hex, NOON + timedelta(minutes=minute))


def tell(*groups: Sequence[str]) -> list[list[int]]:
    """Each group of words is one message; returns the leaf ids of each."""
    return resolve_identifiers(told=[told(group) for group in groups], known=Known())[0]


def tell_named(*messages: tuple[str, Sequence[Key]], source: str = "shop") -> list[list[int]]:
    """Each message names identifiers and says a first name ("" for none), which is kept as an event keeps it."""
    groups = []
    for name, keys in messages:
        said = [("first_name", f'"{name}"')] if name else []
        (leaves,) = resolve_identifiers(
            told=[Told(tuple(keys), source, uuid4().hex, NOON, said)], known=Known()
        )[0]
        tell_attributes(facts=[Fact(leaves[0], key, value, NOON) for key, value in said])
        groups.append(leaves)
    return groups


def tell_keys(*messages: Sequence[Key], source: str = "shop", at: datetime = NOON) -> list[list[int]]:
    """Each message names identifiers of any kind, as (kind, value)."""
    return resolve_identifiers(
        told=[Told(tuple(keys), source, uuid4().hex, at) for keys in messages], known=Known()
    )[0]


def tell_groups(messages: Sequence[tuple[Sequence[Key], str]]) -> None:
    """Messages of several sources, as (identifiers, source), in one group."""
    resolve_identifiers(
        told=[Told(tuple(keys), source, uuid4().hex, NOON) for keys, source in messages], known=Known()
    )


def persons() -> set[frozenset[str]]:
    """The words of each person, as the database has them."""
    found: dict[int, set[str]] = {}
    for person, word in Identifier.objects.values_list("person_id", "value"):
        found.setdefault(person, set()).add(word)
    return {frozenset(words) for words in found.values()}


def plain_components(groups: Iterable[Sequence[str]]) -> set[frozenset[str]]:
    """The oracle: merge overlapping sets until nothing changes."""
    parts: list[set[str]] = []
    for group in groups:
        joined = set(group)
        for part in [part for part in parts if part & joined]:
            joined |= part
            parts.remove(part)
        parts.append(joined)
    return {frozenset(part) for part in parts if part}


@dataclass
class PlainLink:
    """One pair as the oracle remembers it."""

    pair: frozenset[Key]
    state: str


class PlainPeople:
    """The oracle of limits and separations: one message after the other, every question asked by brute force.

    ``limits``: kind → how many one person may have (per source where in ``per_source``); ``weak``: kinds.
    """

    def __init__(self, limits: Mapping[str, int], per_source: Collection[str], weak: Collection[str]) -> None:
        self.limits, self.per_source, self.weak = limits, per_source, weak
        self.source: dict[Key, str] = {}
        self.contested: set[Key] = set()
        self.links: list[PlainLink] = []

    def tell(self, keys: Sequence[Key], source: str) -> None:
        strong = [one for one in keys if one[0] not in self.weak]
        first = keys[0]
        if first[0] in self.weak and strong:
            first = max(strong, key=lambda one: kind_named(one[0]).strength)
        others = [one for one in keys if one != first]
        for one in (first, *others):
            self.source.setdefault(one, source)
        for other in others:
            if all(link.pair != {first, other} for link in self.links):
                why = self.objection(first, other)
                self.links.append(PlainLink(frozenset((first, other)), "held" if why else "connects"))
                if why not in ("", "apart", "contested"):
                    self.dispute(first, other, why)

    def dispute(self, one: Key, other: Key, why: str) -> None:
        """The weaker shareable end, of two alike the younger, is let go if it belonged to somebody."""
        age = list(self.source)
        shareable = [key for key in (one, other) if key[0] in ("email", "phone", "anonymous")]
        for leaf in sorted(shareable, key=lambda key: (kind_named(key[0]).strength, -age.index(key)))[:1]:
            far = other if leaf == one else one
            unsure = leaf[0] == "email" and far[0] not in ("customer", "loyalty", "cl.rut")
            mine = [link for link in self.links if leaf in link.pair and link.state == "connects"]
            if mine and not unsure and why != f"limit:{leaf[0]}":
                self.let_go(leaf, mine)

    def let_go(self, leaf: Key, mine: Sequence[PlainLink]) -> None:
        """Hold the links of a contested leaf, and ask again about those that said nothing new beside them."""
        whole = self.person(leaf)
        inside = [link for link in self.links if link.state == "connects" and link.pair <= whole]
        again, told = [], list[Sequence[Key]]()
        for link in inside:
            parts = plain_components([*([one] for one in whole), *told])
            if any(link.pair <= part for part in parts) and link not in mine:
                again.append(link)
            told.append(tuple(link.pair))
        self.contested.add(leaf)
        for link in mine:
            link.state = "held"
        for link in again:
            link.state = "waits"
        for link in again:
            link.state = "held" if self.objection(*link.pair) else "connects"

    def objection(self, one: Key, other: Key) -> str:
        ours, theirs = self.person(one), self.person(other)
        if ours == theirs:
            return ""
        if {one, other} & self.contested:
            return "contested"
        told_apart = any(
            link.state == "refused" and len(link.pair & ours) == len(link.pair & theirs) == 1
            for link in self.links
        )
        if told_apart:
            return "apart"
        shared = {one[0], other[0]} & set(self.weak)
        for kind in sorted({key[0] for key in ours} & {key[0] for key in theirs}):
            if self.is_too_many(kind, ours, theirs):
                return f"limit:{kind}"
            if shared and kind not in self.weak:
                return "shared"
        return ""

    def is_too_many(self, kind: str, ours: frozenset[Key], theirs: frozenset[Key]) -> bool:
        limit = self.limits.get(kind)
        if limit is None:
            return False
        sources = {self.source[key] for key in ours if key[0] == kind} if kind in self.per_source else {None}
        for source in sources:
            mine, yours = (
                sum(key[0] == kind and source in (None, self.source[key]) for key in side)
                for side in (ours, theirs)
            )
            if mine and yours and mine + yours > limit:
                return True
        return False

    def person(self, leaf: Key) -> frozenset[Key]:
        return next(person for person in self.persons() if leaf in person)

    def persons(self) -> set[frozenset[Key]]:
        pairs = [tuple(link.pair) for link in self.links if link.state == "connects"]
        return plain_components([*([one] for one in self.source), *pairs])

    def separate(self, number: int) -> None:
        """Take the ends of a link apart: tell its person's links again, without those that rejoin them."""
        one, other = tuple(self.links[number].pair)
        whole = self.person(one)
        if other not in whole:
            return
        self.links[number].state = "refused"
        inside = [link for link in self.links if link.state == "connects" and link.pair <= whole]
        for link in inside:
            link.state = "waits"
        for link in inside:
            low, high = (self.person(leaf) for leaf in link.pair)
            sides = {self.person(one), self.person(other)}
            link.state = "refused" if low != high and {low, high} == sides else "connects"


def whole_persons() -> set[frozenset[Key]]:
    """The identifiers of each person, as the database has them."""
    found: dict[int, set[Key]] = {}
    for person, kind, value in Identifier.objects.values_list("person_id", "kind", "value"):
        found.setdefault(person, set()).add((kind, value))
    return {frozenset(leaves) for leaves in found.values()}


def start_by_links() -> set[frozenset[Key]]:
    """The persons there would be without merges: joined by those links alone that joined somebody, and merged nobody."""
    merged = set(PersonChange.objects.filter(kind=PersonChange.MERGED).values_list("link_id", flat=True))
    keys = {
        leaf: (kind, value) for leaf, kind, value in Identifier.objects.values_list("id", "kind", "value")
    }
    so_far, kept = [[key] for key in keys.values()], [[key] for key in keys.values()]
    for link in Link.objects.filter(state=Link.CONNECTS).order_by(Coalesce("place", F("id") + 0)):
        pair = [keys[link.low_id], keys[link.high_id]]
        if not any(set(pair) <= part for part in plain_components(so_far)) and link.id not in merged:
            kept.append(pair)
        so_far.append(pair)
    return plain_components(kept)


def start_by_messages(told: Sequence[Sequence[str]]) -> set[frozenset[str]]:
    """The same where no rule holds anything back: what a message brings along belongs to its first link, no more."""
    known: set[str] = set()
    so_far, kept = list[Sequence[str]](), list[Sequence[str]]()
    for first, *others in told:
        brought = {first, *others} - known
        for other in others:
            ends = [part for part in plain_components([[first], [other], *so_far]) if part & {first, other}]
            if len(ends) == 2 and any(part <= brought for part in ends):
                kept.append([first, other])
            so_far.append([first, other])
        so_far.append([first])
        known |= brought
    return plain_components([*([word] for word in known), *kept])


def broken_promises() -> list[str]:
    """What must hold at any time, whoever wrote: sentences, empty when all is well."""
    person = dict(Identifier.objects.values_list("id", "person_id"))
    links = list(Link.objects.values_list("state", "low_id", "high_id"))
    parts = plain_components(
        [*([str(one)] for one in person), *([str(a), str(b)] for s, a, b in links if s == "connects")]
    )
    expected = {int(leaf): min(map(int, part)) for part in parts for leaf in part}
    survivors = set(Person.objects.filter(merged_into=None).values_list("id", flat=True))
    merged = dict(Person.objects.exclude(merged_into=None).values_list("id", "merged_into_id"))
    return [
        *(["a person is not the component of what connects"] if person != expected else []),
        *(
            ["a refused link lies inside a person"]
            if any(s == "refused" and person[a] == person[b] for s, a, b in links)
            else []
        ),
        *(["the rows of persons are not the persons"] if survivors != set(person.values()) else []),
        *(
            ["a merged person points elsewhere"]
            if any(person[one] != into for one, into in merged.items())
            else []
        ),
    ]


def clear_persons() -> None:
    """Each example of a property begins without persons; the test's own transaction takes everything back."""
    PersonChange.objects.all().delete()
    Link.objects.all().delete()
    Identifier.objects.all().delete()
    Person.objects.all().update(merged_into=None)
    Person.objects.all().delete()
