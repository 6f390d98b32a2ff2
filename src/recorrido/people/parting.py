"""What becomes of a person when two identifiers are taken apart: its links told again, in order. No database.

Every link that would bring the two sides together again is left out, the first of them as well as those that came
later; whatever came since goes with the side of its earliest link. Two sides come out, never more: each link that is
left out lies between them.

The order is the one in which links began to connect, not the one in which they were told: a link that waited for a
decision comes after those that had joined its sides' members before.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from recorrido.people.components import Components


class Joint(NamedTuple):
    """A link that connects; ``place`` in the order in which links began to."""

    place: int
    id: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Parted:
    """``sides``: who belongs with whom; ``between``: ids of the links left out, oldest first; ``again``: links that said
    nothing new when they were told, and may join sides now that others are left out."""

    sides: Components = field(default_factory=Components)
    between: list[int] = field(default_factory=list)
    again: list[Joint] = field(default_factory=list)


def part(links: Iterable[Joint], one: int, other: int) -> Parted:
    """Tell the links of a person again, in order, without those that would join ``one`` and ``other``."""
    parted = Parted()
    find, join = parted.sides.find, parted.sides.join
    for link in sorted(links):
        ends = {find(link.low), find(link.high)}
        if ends == {find(one), find(other)}:
            parted.between.append(link.id)
        else:
            join(link.low, link.high)
    return parted


def without(links: Iterable[Joint], leaf: int) -> Parted:
    """The same without every link of one leaf: any number of sides may come out."""
    parted, whole = Parted(), Components()
    for link in sorted(links):
        joined = whole.find(link.low) != whole.find(link.high)
        whole.join(link.low, link.high)
        if leaf in (link.low, link.high):
            parted.between.append(link.id)
        elif joined:
            parted.sides.join(link.low, link.high)
        else:
            parted.again.append(link)
    return parted


def path(links: Iterable[Joint], one: int, other: int) -> list[Joint]:
    """The shortest chain of links from one leaf to another, older links first where several are as short."""
    neighbours: dict[int, list[Joint]] = {}
    for link in sorted(links):
        neighbours.setdefault(link.low, []).append(link)
        neighbours.setdefault(link.high, []).append(link)
    came: dict[int, tuple[int, Joint]] = {}
    edge, seen = [one], {one}
    while edge and other not in seen:
        following = []
        for leaf in edge:
            for link in neighbours.get(leaf, ()):
                far = link.high if link.low == leaf else link.low
                if far not in seen:
                    seen.add(far)
                    came[far] = (leaf, link)
                    following.append(far)
        edge = following
    chain: list[Joint] = []
    while other in came:
        other, link = came[other]
        chain.append(link)
    return chain[::-1]
