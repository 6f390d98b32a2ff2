"""What the values of a message meant at its time: a telephone that went to somebody else leads an earlier message to
whoever had it then."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from recorrido.people.kinds import Key
from recorrido.people.rules import Rules
from recorrido.shared import sql


class Dated(Protocol):
    """The values that one message names together, and when."""

    @property
    def keys(self) -> tuple[Key, ...]: ...
    @property
    def at(self) -> datetime: ...


Member = Key | int
"""A value that is in force, or the leaf it meant before it ended."""


def of_other_times(told: Sequence[Dated], in_force: Rules) -> frozenset[int]:
    """The numbers of the messages of a time when one of their values meant somebody else."""
    early = _early(told, in_force)
    ended = _ended_in(told, early)
    return frozenset(
        number
        for number in early
        if any(key in ended and told[number].at < ended[key][-1][0] for key in told[number].keys)
    )


def _early(told: Sequence[Dated], in_force: Rules) -> frozenset[int]:
    """The numbers of the messages of a time when one of their values may have meant somebody else."""
    latest = in_force.latest_end
    if latest is None:
        return frozenset()
    return frozenset(number for number, message in enumerate(told) if message.at < latest)


def _ended_in(told: Sequence[Dated], numbers: Iterable[int]) -> dict[Key, list[tuple[datetime, int]]]:
    return _find_ended({key for number in numbers for key in told[number].keys})


def members_of_all(told: Sequence[Dated], in_force: Rules) -> Sequence[Sequence[Member]]:
    """What each message names, the principal first."""
    if ended := _ended_in(told, _early(told, in_force)):
        return [_members(message, ended, in_force) for message in told]
    return [in_force.principal_first(message.keys) for message in told]


def _members(
    message: Dated, ended: Mapping[Key, list[tuple[datetime, int]]], in_force: Rules
) -> list[Member]:
    keys = in_force.principal_first(message.keys)
    return [_at_that_time(key, message.at, ended[key]) if key in ended else key for key in keys]


def _at_that_time(key: Key, at: datetime, ends: list[tuple[datetime, int]]) -> Member:
    return next((leaf for ended_at, leaf in ends if at < ended_at), key)


def _find_ended(keys: Collection[Key]) -> dict[Key, list[tuple[datetime, int]]]:
    """For each key, the leaves that ended, with their ends, the earliest first."""
    ended: dict[Key, list[tuple[datetime, int]]] = {}
    if keys:
        kinds, values = zip(*keys, strict=True)
        for kind, value, ended_at, leaf in sql.fetch(
            _FIND_ENDED, sql.text_array(kinds), sql.text_array(values)
        ):
            ended.setdefault((kind, value), []).append((ended_at, leaf))
    return ended


def kinds_of_ended(members: Sequence[Sequence[Member]]) -> dict[int, str]:
    """The kinds of the leaves among them that had ended."""
    ended = sorted({one for group in members for one in group if isinstance(one, int)})
    return dict(sql.fetch(_KINDS, sql.array(ended))) if ended else {}


_FIND_ENDED = """
    SELECT wanted.kind, wanted.value, leaf.ended_at, leaf.id
    FROM unnest(%s::text[], %s::text[]) AS wanted (kind, value),
         LATERAL (SELECT ended_at, id FROM people_identifier i
                  WHERE i.kind = wanted.kind AND i.value = wanted.value AND i.ended_at IS NOT NULL OFFSET 0) leaf
    ORDER BY leaf.ended_at, leaf.id
"""
_KINDS = "SELECT id, kind FROM people_identifier WHERE id = ANY(%s::bigint[])"
