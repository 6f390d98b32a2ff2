"""What is known about a person besides identifiers: name, region, segment, consent language …"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from recorrido.people.lines import INSERT_FACTS, time_writer
from recorrido.people.models import Attribute
from recorrido.shared import sql


class Told(NamedTuple):
    """One fact, as one message told it about one leaf. ``value`` is JSON text."""

    identifier_id: int
    key: str
    value: str
    at: datetime


def tell_attributes(*, facts: Iterable[Told], made: Collection[int] = ()) -> None:
    """Keep the newest value per leaf and key. Of two told at the same instant the larger JSON text stays, so the
    outcome does not depend on the order of arrival. ``made``: leaves that this transaction has made, of which nothing
    can be known yet."""
    newest: dict[tuple[int, str], tuple[datetime, str]] = {}
    for fact in facts:
        told = (fact.at, fact.value)
        place = (fact.identifier_id, fact.key)
        if place not in newest or newest[place] < told:
            newest[place] = told
    if first := sorted(place for place in newest if place[0] in made):
        rows = [(place, *newest.pop(place)) for place in first]
        copy_facts(lines_of(Told(*place, value, at) for place, at, value in rows))
    if newest:
        _tell(newest)


def lines_of(facts: Iterable[Told]) -> list[str]:
    """Facts about leaves of which nothing is known, one per leaf and key, ready for ``copy_facts``."""
    field, write_time = sql.copy_field, time_writer()
    return [f"{leaf}\t{field(key)}\t{field(value)}\t{write_time(at)}\n" for leaf, key, value, at in facts]


def copy_facts(lines: Sequence[str]) -> None:
    if lines:
        sql.copy_in(INSERT_FACTS, lines)


def _tell(newest: Mapping[tuple[int, str], tuple[datetime, str]]) -> None:
    # Sorted, so that two writers who tell about the same leaves wait for each other instead of locking up.
    rows = sorted((leaf, key, value, at) for (leaf, key), (at, value) in newest.items())
    sql.execute(
        _TELL,
        sql.array(leaf for leaf, _, _, _ in rows),
        sql.text_array(key for _, key, _, _ in rows),
        sql.text_array(value for _, _, value, _ in rows),
        sql.text_array(at.isoformat() for _, _, _, at in rows),
    )


def forget_attributes(*, identifiers: Iterable[int], before: datetime) -> int:
    """Delete what was told about these leaves before a moment; returns how many facts."""
    return Attribute.objects.filter(identifier_id__in=list(identifiers), at__lt=before).delete()[0]


_TELL = """
    INSERT INTO people_attribute AS known (identifier_id, key, value, at)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[]::jsonb[], %s::timestamptz[])
    ON CONFLICT (identifier_id, key) DO UPDATE SET value = excluded.value, at = excluded.at
    WHERE (known.at, known.value::text) < (excluded.at, excluded.value::text)
"""
