"""Which columns are compared, how, and how much each agreement weighs before anything is learnt."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import duckdb
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from recorrido.people.matching.table import COLUMNS

logger = logging.getLogger(__name__)

ENOUGH = 500  # persons with a value in a column, from which weights can be learnt
SPARSE = 0.02  # a column that fewer persons fill is left out
MOST_PAIRS = 40_000_000  # of one blocking rule; a rule that yields more says too little to be worth them
SEED = 7

# Shipped weights: how often each level is seen among pairs that are one person, and among pairs that are not.
# The last one is "different". A family shares surname, city and address: those say less than a first name or a birthday.
_WEIGHTS = {
    "first_name": ([0.85, 0.08, 0.04, 0.03], [0.008, 0.004, 0.02, 0.968]),
    "surname": ([0.78, 0.12, 0.05, 0.05], [0.01, 0.005, 0.02, 0.965]),
    "dob": ([0.85, 0.06, 0.04, 0.02, 0.02, 0.01], [0.0003, 0.001, 0.001, 0.01, 0.03, 0.9577]),
    "city": ([0.8, 0.05, 0.03, 0.12], [0.06, 0.005, 0.02, 0.915]),
    "address": ([0.5, 0.12, 0.08, 0.3], [0.004, 0.003, 0.02, 0.973]),
    "email": ([0.7, 0.1, 0.05, 0.15], [0.0005, 0.001, 0.01, 0.9885]),
    "phone": ([0.7, 0.08, 0.22], [0.002, 0.003, 0.995]),
}

BLOCKS = (
    ("first_name", "surname"),
    ("email_local",),
    ("phone_end",),
    ("dob",),
    ("substr(dob, 1, 7)", "substr(surname, 1, 3)"),
    ("substr(dob, 1, 7)", "substr(first_name, 1, 3)"),
    ("substr(dob, 6, 5)", "substr(surname, 1, 3)"),
    ("surname", "city"),
    ("first_name", "city"),
    ("address",),
)
"""Pairs are compared where one of these agrees."""

_LEARN_ON = (("dob",), ("first_name", "surname"), ("email_local",), ("phone_end",))
_SURE = (("first_name", "surname", "dob"), ("email_local", "surname"), ("phone_end", "first_name", "surname"))


class NothingToCompare(Exception):
    """Too little is told of the persons: fewer than two columns are filled."""


def compared_columns(store: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns that enough persons fill. Raises NothingToCompare."""
    counts = ", ".join(f"count({column})" for column in COLUMNS)
    ((total, *filled),) = store.execute(f"SELECT count(*), {counts} FROM persons").fetchall()
    found = [column for column, n in zip(COLUMNS, filled, strict=True) if n > max(1, SPARSE * total)]
    if len(found) < 2:
        raise NothingToCompare
    return found


def trained_linker(store: duckdb.DuckDBPyConnection, columns: list[str]) -> Linker:
    """A linker over ``persons``, its weights learnt from them where they are many enough."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    ((total,),) = store.execute("SELECT count(*) FROM persons").fetchall()
    if total < ENOUGH:
        return _linker(store, columns, total)
    blocks = _usable(store, _LEARN_ON, columns)
    while True:
        linker = _linker(store, columns, total)
        refused = _learn(linker, store, columns, blocks)
        if refused is None:
            return linker
        blocks.remove(refused)


def _linker(store: duckdb.DuckDBPyConnection, columns: list[str], total: int) -> Linker:
    """A linker with the shipped weights."""
    rules: list[Any] = [block_on(*block) for block in _usable(store, BLOCKS, columns)]
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="person",
        probability_two_random_records_match=min(0.01, 1 / max(total, 2)),
        comparisons=[_comparison(column, frequencies=total >= ENOUGH) for column in columns],
        blocking_rules_to_generate_predictions=rules,
        retain_intermediate_calculation_columns=True,
    )
    return Linker(DuckDBAPI(connection=store).register("persons"), settings, log_level=logging.ERROR)


def _comparison(column: str, *, frequencies: bool) -> Any:
    """From equal over close to different; rare values weigh more where it is known which are rare."""
    made: Any
    if column == "dob":
        made = comparisons.DateOfBirthComparison("dob", input_is_string=True)
    elif column == "phone":
        made = comparisons.LevenshteinAtThresholds("phone", 1)
    else:
        thresholds = [0.95, 0.88] if column in ("email", "address") else [0.92, 0.8]
        made = comparisons.JaroWinklerAtThresholds(column, thresholds)
        made = made.configure(term_frequency_adjustments=frequencies)
    in_one, in_two = _WEIGHTS[column]
    return made.configure(m_probabilities=in_one, u_probabilities=in_two)


def _usable(
    store: duckdb.DuckDBPyConnection, blocks: Iterable[tuple[str, ...]], columns: list[str]
) -> list[tuple[str, ...]]:
    """The blocks over columns that are compared, without those that would yield too many pairs."""
    here = {
        *columns,
        *(["email_local"] if "email" in columns else []),
        *(["phone_end"] if "phone" in columns else []),
    }
    known = [block for block in blocks if all(_column_of(part) in here for part in block)]
    return [block for block in known if 0 < _pairs(store, block) <= MOST_PAIRS]


def _column_of(part: str) -> str:
    return part.rsplit("(", maxsplit=1)[-1].split(",", maxsplit=1)[0] if "(" in part else part


def _pairs(store: duckdb.DuckDBPyConnection, block: tuple[str, ...]) -> int:
    keys = ", ".join(block)
    there = " AND ".join(f"{part} IS NOT NULL" for part in block)
    ((pairs,),) = store.execute(
        f"SELECT coalesce(sum(n * (n - 1) // 2), 0) FROM (SELECT count(*) AS n FROM persons WHERE {there} GROUP BY {keys})"
    ).fetchall()
    return int(pairs)


def _learn(
    linker: Linker, store: duckdb.DuckDBPyConnection, columns: list[str], blocks: list[tuple[str, ...]]
) -> tuple[str, ...] | None:
    """Learn from pairs that agree in each of these blocks; the first one that teaches nothing, which leaves the linker half changed.

    Among few pairs a level may be left without any chance, and Splink refuses a weight of nothing.
    """
    if sure := _usable(store, _SURE, columns):
        linker.training.estimate_probability_two_random_records_match(
            [block_on(*block) for block in sure], recall=0.6
        )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for block in blocks:
        try:
            linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
        except ValueError as error:
            logger.info("Nothing can be learnt from pairs with the same %s: %s", ", ".join(block), error)
            return block
    return None
