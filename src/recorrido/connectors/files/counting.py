"""Counting in DuckDB what becomes of each row: no row of any table is left out of the summary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from recorrido.connectors.files.cells import quoted
from recorrido.connectors.files.mapping import EventRule, FileMapping, Join, Rule, Table
from recorrido.connectors.files.rejects import Reject
from recorrido.connectors.files.rules import condition, sql_of
from recorrido.connectors.files.summary import RuleCount, TableCount
from recorrido.connectors.files.tables import Connection


def count_rules(db: Connection, mapping: FileMapping) -> list[RuleCount]:
    """Per rule: rows that meet another condition, rows without a time, rows that make something."""
    return [_count_rule(db, rule) for rule in mapping.rules]


def count_tables(db: Connection, mapping: FileMapping, rejects: Sequence[Reject]) -> list[TableCount]:
    """Per table: rows rejected, used by a rule, standing beside a used row, unused."""
    for table in mapping.tables.values():
        _mark_used(db, mapping, table)
    for table in _outer_first(mapping):
        for join in table.joins.values():
            _mark_beside(db, table, join)
    lost = Counter(reject.table for reject in rejects)
    return [_count_table(db, table, lost[table.name]) for table in mapping.tables.values()]


def _count_rule(db: Connection, rule: Rule) -> RuleCount:
    timed = "true" if rule.at is None else f"{sql_of(rule.at)} IS NOT NULL"
    picked = condition(rule)
    row = db.execute(
        f"SELECT count(*), count(*) FILTER (NOT {picked}), count(*) FILTER ({picked} AND NOT {timed}), "
        f"count(*) FILTER ({picked} AND {timed}) FROM {quoted('seen_' + rule.table)}"
    ).fetchone()
    assert row is not None  # an aggregate always answers
    name = rule.type if isinstance(rule, EventRule) else "persons"
    return RuleCount(name, rule.table, rows=row[0], other_condition=row[1], without_time=row[2], made=row[3])


def _mark_used(db: Connection, mapping: FileMapping, table: Table) -> None:
    rules = [rule for rule in mapping.rules if rule.table == table.name]
    tests = [
        f"({condition(r)} AND {'true' if r.at is None else sql_of(r.at) + ' IS NOT NULL'})" for r in rules
    ]
    used = " OR ".join(tests) or "false"
    db.execute(
        f"CREATE TABLE {quoted('use_' + table.name)} AS "
        f"SELECT _n, {used} AS used, false AS beside FROM {quoted('seen_' + table.name)}"
    )


def _mark_beside(db: Connection, table: Table, join: Join) -> None:
    ties = " AND ".join(f"inner_t.{quoted(there)} = outer_t.{quoted(here)}" for here, there in join.on)
    db.execute(
        f"UPDATE {quoted('use_' + join.table)} SET beside = true WHERE _n IN ("
        f"SELECT inner_t._n FROM {quoted(join.table)} inner_t JOIN {quoted(table.name)} outer_t ON {ties} "
        f"JOIN {quoted('use_' + table.name)} u ON u._n = outer_t._n WHERE u.used OR u.beside)"
    )


def _outer_first(mapping: FileMapping) -> list[Table]:
    """Tables before the tables they join (joins never go in circles)."""
    done: list[str] = []

    def visit(name: str) -> None:
        for join in mapping.tables[name].joins.values():
            visit(join.table)
        if name not in done:
            done.append(name)

    for name in mapping.tables:
        visit(name)
    return [mapping.tables[name] for name in reversed(done)]


def _count_table(db: Connection, table: Table, rejected: int) -> TableCount:
    row = db.execute(
        "SELECT count(*) FILTER (used), count(*) FILTER (beside AND NOT used), "
        f"count(*) FILTER (NOT used AND NOT beside) FROM {quoted('use_' + table.name)}"
    ).fetchone()
    assert row is not None  # an aggregate always answers
    used, enriching, unused = row
    enriching += _passed_over(db, table)
    return TableCount(table.name, used + enriching + unused + rejected, rejected, used, enriching, unused)


def _passed_over(db: Connection, table: Table) -> int:
    """Rows with the key of an earlier one, where only the first makes something: they stand beside it."""
    if table.repeats != "first":
        return 0
    row = db.execute(f"SELECT count(*) FROM {quoted(table.name)} WHERE _again > 1").fetchone()
    return int(row[0]) if row else 0
