"""The pairs of persons above a probability, each with its reasons."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from recorrido.people.matching.model import NothingToCompare, compared_columns, trained_linker
from recorrido.people.matching.table import read_persons

LEAST = 0.5  # the published default: about one proposal in a thousand is wrong on the labelled data
MOST = 20_000  # proposals of one search; more than that nobody reads


@dataclass(frozen=True, slots=True)
class Match:
    """Two persons, ``low`` < ``high``, and the probability (0 … 1) that they are one.

    ``why``: per column {"field", "left", "right", "level", "weight"}; ``level`` is equal, close, different or missing, ``weight``
    the evidence in bits (log2 of how much more often this is seen in one person than in two).
    """

    low: int
    high: int
    score: float
    why: list[dict[str, Any]]


def find_matches(*, least: float = LEAST, most: int = MOST) -> list[Match]:
    """Compare everybody with everybody who agrees in a block; the most probable first.

    Two persons with differing national ids of one kind are never proposed. Empty where too little is known of
    the persons to compare them.
    """
    with tempfile.TemporaryDirectory(prefix="recorrido-matching-") as folder:
        store = read_persons(Path(folder))
        try:
            return matches_in(store, least=least, most=most)
        except NothingToCompare:
            return []
        finally:
            store.close()


def matches_in(store: duckdb.DuckDBPyConnection, *, least: float, most: int) -> list[Match]:
    """The same over tables ``persons`` and ``official`` that are there. Raises NothingToCompare."""
    columns = compared_columns(store)
    linker = trained_linker(store, columns)
    predicted = linker.inference.predict(threshold_match_probability=least)
    rows = store.execute(_PAIRS.format(predicted=predicted.physical_name), [most])
    names = [column[0] for column in rows.description or ()]
    return [_match(dict(zip(names, row, strict=True)), columns) for row in rows.fetchall()]


def _match(row: dict[str, Any], columns: list[str]) -> Match:
    """``low`` and ``left`` belong together, whichever way round the pair was compared."""
    first, second = ("l", "r") if row["person_l"] < row["person_r"] else ("r", "l")
    why = [_reason(row, column, first, second) for column in columns]
    why.sort(key=lambda reason: -abs(reason["weight"]))
    return Match(row[f"person_{first}"], row[f"person_{second}"], row["match_probability"], why)


def _reason(row: dict[str, Any], column: str, first: str, second: str) -> dict[str, Any]:
    left, right = row[f"{column}_{first}"], row[f"{column}_{second}"]
    weight = row[f"mw_{column}"] + (row.get(f"mw_tf_adj_{column}") or 0.0)
    if left is None or right is None:
        level = "missing"
    elif left == right:
        level = "equal"
    else:
        level = "close" if weight > 0 else "different"
    return {"field": column, "left": left, "right": right, "level": level, "weight": round(weight, 2)}


_PAIRS = """
    SELECT p.* FROM {predicted} p
    WHERE NOT EXISTS (
        SELECT 1 FROM official a JOIN official b ON a.kind = b.kind AND a.value <> b.value
        WHERE a.person = p.person_l AND b.person = p.person_r)
    ORDER BY p.match_probability DESC, p.person_l, p.person_r LIMIT ?
"""
