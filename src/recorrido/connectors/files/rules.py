"""Rules into SQL: each row of a rule's table becomes one line of a ready-events file (see ``lines``).

Rows that a table joins stand beside it as a struct (one row) or a list of structs (``many``), so that expressions read
``customer.customer_city`` or ``[item.price for item in items]``.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping

import duckdb
from django.utils.translation import gettext as _

from recorrido.connectors.files.cells import literal, quoted
from recorrido.connectors.files.errors import MappingInvalid, Problem
from recorrido.connectors.files.mapping import EventRule, Expression, FileMapping, Join, Rule, Table
from recorrido.connectors.files.tables import OWN, Connection, columns_of

_BRACES = re.compile(r"\{([^{}]+)\}")
_UNKNOWN_COLUMN = re.compile(r'column "?([^"\s]+)"? not found', re.IGNORECASE)
_UNKNOWN_CELL = re.compile(r'find key "([^"]+)" in struct\s+Candidate Entries: (.*)')
_QUOTED = re.compile(r'"([^"]+)"')
_OF_SOME_ROW = ("Conversion Error", "Invalid Input Error", "Out of Range Error")


def create_views(db: Connection, mapping: FileMapping) -> None:
    """``seen_t`` per table: its good rows with what stands beside them. Raises MappingInvalid."""
    done: set[str] = set()
    for table in mapping.tables.values():
        _create_view(db, mapping, table, done)


def check_rules(db: Connection, mapping: FileMapping) -> None:
    """Let DuckDB bind every expression, so that a wrong name is found before anything is recorded."""
    problems = [
        problem
        for rule in mapping.rules
        for path, expression in _expressions_of(rule)
        if (problem := _problem(db, mapping, rule, path, f"DESCRIBE SELECT {expression} FROM {_seen(rule)}"))
    ]
    if problems:
        raise MappingInvalid(mapping.file, tuple(problems))


def run_rules(db: Connection, mapping: FileMapping, query: str) -> None:
    """Execute ``query`` over the rules. Raises MappingInvalid naming the expressions that fail on some row."""
    try:
        db.execute(query)
    except duckdb.Error as error:
        problems = [
            problem
            for rule in mapping.rules
            for path, expression in _expressions_of(rule)
            if (problem := _problem(db, mapping, rule, path, f"SELECT max({expression}) FROM {_seen(rule)}"))
        ]
        if not problems:
            raise
        raise MappingInvalid(mapping.file, tuple(problems)) from error


def select_rows(rule: Rule, number: int, mapping: FileMapping) -> str:
    """SQL for one rule: (rule number, table row, file, row of the file, time, JSON line), rows without a time included."""
    at = sql_of(rule.at) if rule.at is not None else "''"
    fields = {
        "identifiers": _struct(rule.identifiers),
        "attributes": _struct(rule.attributes),
    }
    if isinstance(rule, EventRule):
        fields["message_id"] = template(rule.id)
        fields["objects"] = _struct(rule.objects)
        fields["properties"] = _struct(_with_currency(rule, mapping))
        if rule.channel_from is not None:
            fields["channel"] = sql_of(rule.channel_from)
    line = ", ".join(f"{literal(name)}: {value}" for name, value in fields.items() if value)
    return (
        f"SELECT {number} AS _rule, _n, _file, _row, CAST({at} AS VARCHAR) AS _at, to_json({{{line}}}) AS _line "
        f"FROM {quoted('seen_' + rule.table)} WHERE {condition(rule)}"
    )


def condition(rule: Rule) -> str:
    """The rule's ``when`` as SQL that is true or false, never unknown."""
    return "true" if rule.when is None else f"coalesce(({sql_of(rule.when)}), false)"


def sql_of(expression: Expression) -> str:
    """An expression as SQL: a number or true/false is itself, text is SQL already."""
    if isinstance(expression, bool):
        return "true" if expression else "false"
    return f"({expression})"


def template(text: str) -> str:
    """``order.placed:{order_id}`` as SQL; NULL where one of the braces is."""
    parts: list[str] = []
    end = 0
    for found in _BRACES.finditer(text):
        parts += [literal(text[end : found.start()]), f"CAST(({found[1]}) AS VARCHAR)"]
        end = found.end()
    parts.append(literal(text[end:]))
    return " || ".join(parts)


def _create_view(db: Connection, mapping: FileMapping, table: Table, done: set[str]) -> None:
    if table.name in done:
        return
    done.add(table.name)
    for join in table.joins.values():
        _create_view(db, mapping, mapping.tables[join.table], done)
        _check_join(db, mapping, join)
    clauses = "".join(_beside(name, join) for name, join in table.joins.items())
    beside = "".join(f", {quoted('by_' + name)}._it AS {quoted(name)}" for name in table.joins)
    db.execute(
        f"CREATE TABLE {quoted('seen_' + table.name)} AS "
        f"SELECT t.*{beside} FROM {quoted(table.name)} t{clauses}{_firsts(table)} ORDER BY t._n"
    )


def _firsts(table: Table) -> str:
    """Only the first row of each key makes something; the others can still be joined."""
    return " WHERE t._again = 1" if table.repeats == "first" else ""


def _beside(name: str, join: Join) -> str:
    alias = quoted("by_" + name)
    keys = ", ".join(f"{quoted(there)} AS _k{i}" for i, (_, there) in enumerate(join.on))
    ties = " AND ".join(f"{alias}._k{i} = t.{quoted(here)}" for i, (here, _) in enumerate(join.on))
    groups = ", ".join(f"_k{i}" for i in range(len(join.on)))
    gather = "list(_one ORDER BY _one._n)" if join.many else "any_value(_one)"
    rows = f"SELECT {keys}, s AS _one FROM {quoted('seen_' + join.table)} s"
    return f" LEFT JOIN (SELECT {groups}, {gather} AS _it FROM ({rows}) GROUP BY {groups}) {alias} ON {ties}"


def _check_join(db: Connection, mapping: FileMapping, join: Join) -> None:
    columns = columns_of(db, join.table)
    for _here, there in join.on:
        if there not in columns:
            message = _("the table “%(table)s” has no column %(column)s%(mend)s")
            words = {"table": join.table, "column": there, "mend": _nearest(there, columns)}
            _stop(mapping, join.path, message % words)
    if join.many:
        return
    keys = ", ".join(quoted(there) for _here, there in join.on)
    twice = db.execute(
        f"SELECT {keys} FROM {quoted(join.table)} WHERE ({keys}) IS NOT NULL GROUP BY {keys} HAVING count(*) > 1"
    ).fetchone()
    if twice:
        message = _(
            "several rows of “%(table)s” have %(column)s = %(value)s; write “many: true” to get them as a list"
        )
        words = {"table": join.table, "column": keys.replace('"', ""), "value": twice[0]}
        _stop(mapping, join.path, message % words)


def _stop(mapping: FileMapping, path: tuple[str, ...], message: str) -> None:
    raise MappingInvalid(mapping.file, (Problem(".".join(path), mapping.line(path), message),))


def _struct(expressions: Mapping[str, Expression]) -> str:
    return (
        "{" + ", ".join(f"{literal(n)}: {sql_of(e)}" for n, e in expressions.items()) + "}"
        if expressions
        else ""
    )


def _with_currency(rule: EventRule, mapping: FileMapping) -> dict[str, Expression]:
    properties = dict(rule.properties)
    if mapping.currency and "amount" in properties:
        properties.setdefault("currency", literal(mapping.currency))
    return properties


def _expressions_of(rule: Rule) -> Iterator[tuple[tuple[str, ...], str]]:
    """Every expression of a rule as SQL, with its path in the YAML."""
    for name in ("when", "at", "channel_from"):
        if (value := getattr(rule, name, None)) is not None:
            yield (*rule.path, name), sql_of(value)
    for section in ("identifiers", "objects", "properties", "attributes"):
        for name, value in getattr(rule, section, {}).items():
            yield (*rule.path, section, name), sql_of(value)
    if isinstance(rule, EventRule):
        yield (*rule.path, "id"), template(rule.id)


def _problem(
    db: Connection, mapping: FileMapping, rule: Rule, path: tuple[str, ...], query: str
) -> Problem | None:
    try:
        db.execute(query)
    except duckdb.Error as error:
        columns = [column for column in columns_of(db, "seen_" + rule.table) if column not in OWN]
        return Problem(".".join(path), mapping.line(path), _why(str(error), columns))
    return None


def _seen(rule: Rule) -> str:
    return quoted("seen_" + rule.table)


def _why(error: str, columns: list[str]) -> str:
    if found := _UNKNOWN_COLUMN.search(error):
        message = _("there is no column %(column)s%(mend)s")
        return message % {"column": found[1], "mend": _nearest(found[1], columns)}
    if found := _UNKNOWN_CELL.search(error):
        message = _("there is no column %(column)s%(mend)s")
        return message % {"column": found[1], "mend": _nearest(found[1], _QUOTED.findall(found[2]))}
    if error.startswith(_OF_SOME_ROW):
        return _("fails on some row (%s); TRY_CAST or “when” can leave such rows out") % error.splitlines()[0]
    return _("not an expression over this row: %s") % error.splitlines()[0]


def _nearest(word: str, known: list[str]) -> str:
    if close := difflib.get_close_matches(word, known, 1):
        return _("; did you mean “%s”?") % close[0]
    return _("; there are: %s") % ", ".join(known)
