"""What each column of a table seems to be for, from its name and its first rows, with the reason."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.readings import DATE, MONEY, TIMESTAMP, Readings, readings_of

EXAMPLES = 5
MOST_VALUES = 60  # a column with more different values is no kind of thing
_EMAIL = re.compile(r"[^@\s;,]+@[^@\s;,]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"\+?[\d ()./-]{7,20}")
_RUT = re.compile(r"\d{1,2}\.?\d{3}\.?\d{3}-[\dkK]")
_CPF = re.compile(r"\d{3}\.\d{3}\.\d{3}-\d{2}")
_HOUR = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[ap]\.? ?m\.?)?", re.I)

# Reasons: why a column is taken for something.
BY_NAME, BY_VALUES, BY_BOTH, BY_NOTHING = "name", "values", "both", "nothing"


class Column(msgspec.Struct, frozen=True):
    """One column: its cells in the sample and the guess. ``values`` with their counts where they are few."""

    name: str
    role: str
    reason: str
    readings: Readings
    rows: int
    filled: int
    distinct: int
    examples: tuple[str, ...]
    values: tuple[tuple[str, int], ...] = ()

    @property
    def unique(self) -> bool:
        return self.filled == self.distinct == self.rows


def guess_columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[Column]:
    """One guess per column. ``rows`` are as wide as ``names``."""
    cells = list(zip(*rows, strict=True)) if rows else [()] * len(names)
    return [_column(name, column) for name, column in zip(names, cells, strict=True)]


def _column(name: str, cells: Sequence[str]) -> Column:
    filled = [cell for cell in cells if cell]
    counts: dict[str, int] = {}
    for cell in filled:
        counts[cell] = counts.get(cell, 0) + 1
    readings = readings_of(filled, numbers_are_dates=words.says_date(name))
    role, reason = _role(name, filled, counts, readings)
    few = len(counts) <= MOST_VALUES and (len(counts) < 0.5 * len(filled) or len(counts) <= 12)
    values = tuple(sorted(counts.items(), key=lambda item: -item[1])) if few else ()
    return Column(
        name, role, reason, readings, len(cells), len(filled), len(counts), tuple(counts)[:EXAMPLES], values
    )


def _role(name: str, filled: Sequence[str], counts: dict[str, int], readings: Readings) -> tuple[str, str]:
    """(role, reason)."""
    if not filled:
        return words.LEAVE, BY_NOTHING
    dated = _is_date(name, readings)
    if dated:
        named = words.says_date(name) or words.says_promise(name)
        role = words.PROMISE if words.says_promise(name) else words.DATE
        return role, BY_BOTH if named else BY_VALUES
    by_values = _by_values(filled)
    by_name = words.role_by_name(name)
    if by_values:
        return by_values, BY_BOTH if by_name == by_values else BY_VALUES
    if by_name and _fits(by_name, counts, filled, readings):
        return by_name, BY_NAME
    return _leftover(counts, filled, readings), BY_VALUES


def _is_date(name: str, readings: Readings) -> bool:
    best = readings.best
    if best is None or best.type not in (DATE, TIMESTAMP) or not readings.whole:
        return False
    counted = best.form in ("excel", "unix", "unix_ms", "%Y%m%d")
    return not counted or words.says_date(name)


def _by_values(filled: Sequence[str]) -> str:
    """What nearly all cells look like beyond doubt."""
    sample = filled[:2_000]
    shapes = (("email", _EMAIL), ("rut", _RUT), ("cpf", _CPF), (words.HOUR, _HOUR))
    for role, shape in shapes:
        if sum(bool(shape.fullmatch(cell)) for cell in sample) >= 0.9 * len(sample):
            return role
    return ""


def _fits(role: str, counts: dict[str, int], filled: Sequence[str], readings: Readings) -> bool:
    """Whether the cells can be what the name says."""
    best = readings.best
    number = readings.whole and best is not None and best.type == MONEY
    if role == words.AMOUNT:
        return number
    if role == "phone":
        return sum(bool(_PHONE.fullmatch(cell)) for cell in filled) >= 0.7 * len(filled)
    if role in (words.EVENT, words.CHANNEL, words.STATUS):
        return len(counts) <= MOST_VALUES and not number
    return True


def _leftover(counts: dict[str, int], filled: Sequence[str], readings: Readings) -> str:
    best = readings.best
    if readings.whole and best is not None and best.type == MONEY:
        return words.NUMBER
    return words.PROPERTY if len(counts) <= MOST_VALUES or len(counts) < 0.5 * len(filled) else words.LEAVE
