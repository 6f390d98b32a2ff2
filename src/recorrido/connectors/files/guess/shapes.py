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


def guess_shape(columns: Sequence[Column]) -> Shape:
    """From the roles guessed so far."""
    dates = [column for column in columns if column.role == words.DATE]
    types = [column for column in columns if column.role == words.EVENT and column.values]
    key = _key(columns)
    if types and len(dates) == 1:
        return Shape(EVENTS, key.name if key else "")
    if dates:
        return Shape(DATES, key.name if key else "", _repeats(key))
    person = next((column for column in columns if column.role in words.PERSONS), None)
    return Shape(PERSONS, person.name if person else "")


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
