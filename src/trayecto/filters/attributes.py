"""Filters on journey attributes: one SQL condition, evaluated by DuckDB over the attributes table.

Only a condition on the row at hand is let through: what DuckDB's own parser makes of it is walked, and anything
but columns, constants, operators and the functions listed here is refused (no subqueries, no aggregates, nothing
that reads a file or changes from one moment to the next). The database itself has no access to the outside.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from trayecto.batch import View
from trayecto.errors import BadExpression, UnknownAttribute, did_you_mean
from trayecto.filters.base import Filter, Mask

if TYPE_CHECKING:
    import duckdb

FUNCTIONS = frozenset(
    [
        "abs",
        "ceil",
        "ceiling",
        "floor",
        "round",
        "trunc",
        "sign",
        "mod",
        "greatest",
        "least",
        "sqrt",
        "ln",
        "log10",
        "exp",
        "pow",
        "power",
        "isnan",
        "isfinite",
        "isinf",
        "lower",
        "upper",
        "lcase",
        "ucase",
        "trim",
        "ltrim",
        "rtrim",
        "length",
        "len",
        "left",
        "right",
        "substring",
        "substr",
        "replace",
        "reverse",
        "concat",
        "concat_ws",
        "contains",
        "prefix",
        "suffix",
        "starts_with",
        "ends_with",
        "instr",
        "strpos",
        "position",
        "split_part",
        "strip_accents",
        "regexp_matches",
        "regexp_full_match",
        "regexp_extract",
        "regexp_replace",
        "like_escape",
        "not_like_escape",
        "ilike_escape",
        "not_ilike_escape",
        "levenshtein",
        "jaro_winkler_similarity",
        "date_part",
        "datepart",
        "date_trunc",
        "datetrunc",
        "date_diff",
        "datediff",
        "date_sub",
        "datesub",
        "year",
        "quarter",
        "month",
        "week",
        "day",
        "hour",
        "minute",
        "second",
        "dayofweek",
        "isodow",
        "dayofyear",
        "weekofyear",
        "yearweek",
        "last_day",
        "epoch",
        "epoch_ms",
        "epoch_us",
        "age",
        "make_date",
        "make_timestamp",
        "strftime",
        "strptime",
        "try_strptime",
        "timezone",
        "to_days",
        "to_hours",
        "to_minutes",
        "to_seconds",
        "to_weeks",
        "to_months",
        "to_years",
        "to_quarters",
        "to_milliseconds",
        "coalesce",
        "nullif",
        "if",
        "ifnull",
        "list_value",
        "list_contains",
        "list_has",
        "list_has_any",
        "list_has_all",
        "array_contains",
        "row",
        "struct_extract",
        "typeof",
    ]
)
CLASSES = frozenset(["COMPARISON", "CONJUNCTION", "COLUMN_REF", "CONSTANT", "FUNCTION", "OPERATOR", "CAST", "CASE",
                     "BETWEEN", "COLLATE", "TYPE"])  # fmt: skip
REFUSED = {
    "SUBQUERY": "a query inside it",
    "WINDOW": "a window function",
    "STAR": "a star",
    "LAMBDA": "a lambda",
    "PARAMETER": "a parameter",
}


@dataclass(frozen=True, slots=True)
class Attribute(Filter):
    """The journeys for which an SQL condition on their attributes is true (null is not true)."""

    sql: str

    def __post_init__(self) -> None:
        columns_in(self.sql)

    def mask(self, view: View) -> Mask:
        try:
            return view.asked(self._of)
        except BadExpression:
            if view.live is None:
                raise
            return self._of_live(view.attributes, view.live)

    def _of(self, lines: pa.Table) -> Mask:
        wanted = [_column_named(name, lines.column_names) for name in columns_in(self.sql)]
        return _evaluate(self.sql, lines.select(sorted(set(wanted)) or lines.column_names[:1]))

    def _of_live(self, lines: pa.Table, live: Mask) -> Mask:
        """Asked of the rows that count alone: what cannot be evaluated may stand in a row that counts no more."""
        mask = np.zeros(len(live), np.bool_)
        mask[live] = self._of(lines.filter(pa.array(live)))
        return mask

    def as_sql(self) -> str | None:
        return self.sql

    def __str__(self) -> str:
        return self.sql


@lru_cache(maxsize=1024)
def columns_in(sql: str) -> tuple[str, ...]:
    """The columns that a condition names; BadExpression unless it is one condition on the row at hand."""
    expression = _parsed(sql)
    columns = []
    for node in _nodes(expression):
        _check_node(node, sql)
        if node["class"] == "COLUMN_REF":
            columns.append(node["column_names"][0])
    return tuple(dict.fromkeys(columns))


@cache
def _database() -> duckdb.DuckDBPyConnection:
    """One database in memory for all threads (each uses a cursor of its own), cut off from files and network."""
    import duckdb  # most processes never have a condition to evaluate

    database = duckdb.connect(
        ":memory:",
        config={
            "enable_external_access": "false",
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "python_enable_replacements": "false",
            "memory_limit": "2GB",
        },
    )
    database.execute("set global TimeZone = 'UTC'")  # not the server's: a filter means the same everywhere
    database.execute("set lock_configuration = true")
    return database


def _parsed(sql: str) -> dict[str, Any]:
    """DuckDB's syntax tree of the condition."""
    with _database().cursor() as cursor:
        row = cursor.execute("select json_serialize_sql(?)", [f"select ({sql})"]).fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree["error"]:
        raise BadExpression(f"Could not read the condition `{sql}`: {tree.get('error_message', 'no SQL')}.")
    nodes: list[Any] = [statement["node"] for statement in tree["statements"]]
    if len(nodes) != 1 or nodes[0]["type"] != "SELECT_NODE" or len(nodes[0]["select_list"]) != 1:
        raise BadExpression(f"`{sql}` is not one condition.")
    if nodes[0]["from_table"]["type"] != "EMPTY":
        raise BadExpression(f"`{sql}` is a query, not a condition.")
    expression: dict[str, Any] = nodes[0]["select_list"][0]
    return expression


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every expression of a syntax tree, outermost first."""
    if isinstance(tree, dict):
        if "class" in tree:
            yield tree
        for child in tree.values():
            yield from _nodes(child)
    elif isinstance(tree, list):
        for child in tree:
            yield from _nodes(child)


def _check_node(node: dict[str, Any], sql: str) -> None:
    kind = node["class"]
    if kind not in CLASSES:
        what = REFUSED.get(kind, kind.lower().replace("_", " "))
        raise BadExpression(
            f"`{sql}` holds {what}: only a condition on a journey's own attributes can be asked."
        )
    if kind == "FUNCTION" and not node["is_operator"]:
        _check_function(node["function_name"].lower(), sql)


def _check_function(name: str, sql: str) -> None:
    if name not in FUNCTIONS:
        raise BadExpression(
            f"'{name}' in `{sql}` is not a function that a condition may use.{did_you_mean(name, FUNCTIONS)}"
        )


def _column_named(name: str, known: list[str]) -> str:
    by_fold = {column.casefold(): column for column in known}
    if name.casefold() not in by_fold:
        hint = did_you_mean(name, known) or " (Text goes in 'single quotes'.)"
        raise UnknownAttribute(f"No journey attribute '{name}' in this log.{hint}")
    return by_fold[name.casefold()]


def _evaluate(sql: str, table: pa.Table) -> Mask:
    from duckdb import Error

    with _database().cursor() as cursor:
        cursor.register("journeys", table)
        try:
            answer: Any = cursor.sql(f"select ({sql}) as keep from journeys").to_arrow_table()["keep"]
        except Error as error:
            raise BadExpression(f"Could not evaluate `{sql}`: {_first_line(error)}") from error
    if answer.type != pa.bool_() and answer.type != pa.null():
        raise BadExpression(
            f"`{sql}` is not a condition (it gives {answer.type}): compare it with something."
        )
    return np.asarray(answer.cast(pa.bool_()).fill_null(False).to_numpy(), dtype=np.bool_)


def _first_line(error: Exception) -> str:
    return str(error).split("\n", 1)[0].strip()
