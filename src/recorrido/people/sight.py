"""One look at what messages name: the leaves that are there, and whether the links between them are told already.

Nearly every message of a company's day names people it knows, and says nothing new: one statement finds that out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from recorrido.people.kinds import Key
from recorrido.people.rules import Rules
from recorrido.shared import sql

NOBODY: Key = ("", "")
"""Stands beside the only value of a message; no leaf is of this kind."""
MANY = 1_000


@dataclass(slots=True)
class Sight:
    """``groups``: the leaves of the messages that say nothing new, the principal first. Of what the others name:
    ``asked``, and of that ``found``."""

    groups: dict[tuple[Key, ...], list[int]] = field(default_factory=dict)
    found: dict[Key, int] = field(default_factory=dict)
    asked: set[Key] = field(default_factory=set)


def see(messages: Iterable[tuple[Key, ...]], in_force: Rules) -> Sight:
    """Look at the values in force that each message names. A message's links go from its principal to each other."""
    members = {keys: in_force.principal_first(keys) for keys in messages}
    seen = Sight({(): []} if members.pop((), None) is not None else {})
    if members:
        _sort_out(members, _look(members.values()), seen)
    return seen


def _sort_out(
    members: Mapping[tuple[Key, ...], Sequence[Key]], looked: tuple[list[int], ...], seen: Sight
) -> None:
    principals, others, links = looked
    start = 0
    for keys, group in members.items():
        end = start + len(group) - 1
        leaves = [principals[start], *others[start:end]]
        if 0 in leaves or 0 in links[start:end]:
            seen.asked.update(group)
            seen.found.update((key, leaf) for key, leaf in zip(group, leaves, strict=True) if leaf)
        else:
            seen.groups[keys] = leaves
        start = max(end, start + 1)


def _look(groups: Iterable[Sequence[Key]]) -> tuple[list[int], ...]:
    """For each value beside the principal of its group (one, where there is none): the principal's leaf, its own leaf,
    and 1 where they are linked; 0 for what is not there."""
    pairs = [(group[0], other) for group in groups for other in group[1:] or (NOBODY,)]
    texts = (
        sql.text_array([principal[0] for principal, _ in pairs]),
        sql.text_array([principal[1] for principal, _ in pairs]),
        sql.text_array([other[0] for _, other in pairs]),
        sql.text_array([other[1] for _, other in pairs]),
    )
    if len(pairs) > MANY:
        sql.execute("SET LOCAL jit = off")  # compiling the statement takes longer than it runs
    (columns,) = sql.fetch(_SEE, *texts)
    return tuple([int(number) for number in column.split(",")] for column in columns)


# A question of its own for each wanted row is one index probe, however the planner misjudges the array's length. Three
# texts come back rather than thousands of rows: the driver takes longer to make each of those than the server takes to
# find it.
_SEE = """
    SELECT string_agg(coalesce(principal, 0)::text, ','),
           string_agg(coalesce(other, 0)::text, ','),
           string_agg(coalesce(told, 0)::text, ',')
    FROM (SELECT principal, other,
                 (SELECT 1 FROM people_link l
                  WHERE other IS NOT NULL
                    AND l.low_id = least(principal, other) AND l.high_id = greatest(principal, other)) AS told
          FROM (SELECT (SELECT id FROM people_identifier i
                        WHERE i.kind = wanted.principal_kind AND i.value = wanted.principal_value
                          AND i.ended_at IS NULL) AS principal,
                       (SELECT id FROM people_identifier i
                        WHERE wanted.other_kind <> '' AND i.kind = wanted.other_kind AND i.value = wanted.other_value
                          AND i.ended_at IS NULL) AS other
                FROM unnest(%s::text[], %s::text[], %s::text[], %s::text[])
                     WITH ORDINALITY AS wanted (principal_kind, principal_value, other_kind, other_value, position)
                ORDER BY wanted.position OFFSET 0) leaves
          OFFSET 0) seen
"""
