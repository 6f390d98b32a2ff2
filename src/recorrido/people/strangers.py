"""Messages that nothing speaks against, whatever the rules: nobody else names one of their identifiers.

Nearly all rows of a first customer file are such. What they become is plain before their turn has come, so it is made
ready for writing while the database still works on the group before. Their links take ids ahead of that group's last
ones: nothing that came before touches a stranger, and only the order of links that touch one person means anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from recorrido.people.evidence import Evidence
from recorrido.people.kinds import Key
from recorrido.people.lines import NULL, SAME_MESSAGE, time_writer
from recorrido.shared import sql


@dataclass(slots=True)
class Strangers:
    """``leaves_of``: by the number of the message in its group, the leaf ids, ascending; the rest are lines for COPY."""

    leaves_of: dict[int, list[int]] = field(default_factory=dict)
    leaves: list[str] = field(default_factory=list)
    persons: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def is_one_of_each_kind(keys: Iterable[Key]) -> bool:
    """No limit speaks against a person who has one identifier of each kind."""
    kinds = [kind for kind, _value in keys]
    return len(set(kinds)) == len(kinds)


def make_ready(
    strangers: Mapping[int, Sequence[Key]],
    told: Sequence[Evidence],
    ids: Mapping[Key, int],
    links: Iterable[int],
) -> Strangers:
    """``strangers``: by the number of the message its identifiers, the principal first, whose new ``ids`` ascend in that
    order; ``links``: an id for each identifier that is not principal."""
    ready, link_ids = Strangers(), iter(links)
    copied, write_time = sql.copy_field, time_writer()
    for number, keys in strangers.items():
        message = told[number]
        leaves = [ids[key] for key in keys]
        person, at, source = leaves[0], write_time(message.at), copied(message.source)
        ready.leaves_of[number] = leaves
        ready.persons.append(f"{person}\t{NULL}\n")
        ready.leaves += [
            f"{kind}\t{copied(value)}\t{leaf}\t{person}\t{source}\t{at}\tf\n"
            for (kind, value), leaf in zip(keys, leaves, strict=True)
        ]
        said = f"{SAME_MESSAGE}\t{source}\t{message.message}\t{at}\tconnects\t\n"
        ready.links += [f"{person}\t{leaf}\t{next(link_ids)}\t{said}" for leaf in leaves[1:]]
    ready.leaves.sort()
    return ready
