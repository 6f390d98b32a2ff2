"""What one row of a table stands for, and by which column it is known."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column

DATES, EVENTS, PERSONS = "dates", "events", "persons"
SHAPES = (DATES, EVENTS, PERSONS)


class Shape(msgspec.Struct, frozen=True):
    """``kind``: a row is one order with several dates, one event, or one person. ``key`` is the column a row, or in
    events its case, is known by ("" = none found). ``repeats``: share of the sampled rows whose key came before."""

    kind: str
    key: str = ""
    repeats: float = 0.0


def guess_shape(columns: Sequence[Column], rows: Sequence[Sequence[str]] = ()) -> Shape:
    """From the roles guessed so far; ``rows`` tell a log, where the state of a case changes, from lines of an order."""
    dates = [column for column in columns if column.role == words.DATE]
    kinds, key = kinds_column(columns), _key(columns)
    said = kinds is not None and (kinds.role == words.EVENT or _changes(columns, rows, key, kinds))
    if said and len(dates) == 1:
        return Shape(EVENTS, key.name if key else "")
    if dates:
        return Shape(DATES, key.name if key else "", _repeats(key))
    person = next((column for column in columns if column.role in words.PERSONS), None)
    return Shape(PERSONS, person.name if person else "")


def kinds_column(columns: Sequence[Column]) -> Column | None:
    """The column that can say what happened: one of kinds of events, else one of states."""
    few = [column for column in columns if column.values]
    kinds = (column for role in (words.EVENT, words.STATUS) for column in few if column.role == role)
    return next(kinds, None)


def _changes(
    columns: Sequence[Column], rows: Sequence[Sequence[str]], key: Column | None, kinds: Column
) -> bool:
    """Whether most cases that have several rows are in several states."""
    if key is None:
        return False
    names = [column.name for column in columns]
    place, state = names.index(key.name), names.index(kinds.name)
    states: dict[str, list[str]] = {}
    for row in rows:
        states.setdefault(row[place], []).append(row[state])
    several = [found for case, found in states.items() if case and len(found) > 1]
    return bool(several) and sum(len(set(found)) > 1 for found in several) > 0.5 * len(several)


def _key(columns: Sequence[Column]) -> Column | None:
    """The column of an order, return or case; of several the one with the most different values."""
    named = [column for column in columns if column.role in words.KEYS]
    best = max(named, key=lambda column: column.distinct, default=None)
    if best is not None:
        return best
    return next(
        (c for c in columns if c.unique and c.role in (words.LEAVE, words.NUMBER, words.PROPERTY)), None
    )


def _repeats(key: Column | None) -> float:
    return 0.0 if key is None or not key.filled else 1 - key.distinct / key.filled
