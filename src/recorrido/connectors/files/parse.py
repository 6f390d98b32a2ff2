"""From YAML to a :class:`FileMapping`: every problem of the file is found in one reading."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from recorrido.connectors.files.cells import quoted
from recorrido.connectors.files.errors import FileUnreadable, MappingInvalid, Problem, UnknownMapping
from recorrido.connectors.files.mapping import (
    COLUMN_TYPES,
    REPEATS,
    Column,
    EventRule,
    Expression,
    FileMapping,
    Join,
    PersonRule,
    Table,
)
from recorrido.connectors.files.written import Written
from recorrido.events.records import CHANNELS, MAX_SOURCE
from recorrido.journeys.blueprint import Document, Fields, reading
from recorrido.journeys.errors import BlueprintInvalid
from recorrido.people.identifiers import KIND

SHIPPED = FilePath(__file__).parent / "mappings"
INTERNAL = "none"


def find_mapping(name: str) -> FileMapping:
    """The mapping in the file ``name``, or the one of that name that comes with the product."""
    shipped = SHIPPED / f"{name}.yaml"
    path = shipped if shipped.is_file() else FilePath(name)
    if not path.is_file():
        raise UnknownMapping(name, sorted(file.stem for file in SHIPPED.glob("*.yaml")))
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise FileUnreadable(path.name, _("it is not written in UTF-8")) from error
    return parse_mapping(text, path.name)


def parse_mapping(text: str, file: str) -> FileMapping:
    """Raises MappingInvalid with every problem found."""
    try:
        with reading():
            document = Document(text, file)
            mapping = _mapping(
                Fields(document, (), document.value), hashlib.sha256(text.encode()).hexdigest()
            )
            document.raise_problems()
    except BlueprintInvalid as error:
        problems = tuple(Problem(one.path, one.line, one.message) for one in error.problems)
        raise MappingInvalid(file, problems) from None
    return mapping


def _mapping(top: Fields, sha256: str) -> FileMapping:
    top.required("mapping")
    zone = top.choice("timezone", available_timezones())
    format_ = top.choice("format", ("tables", "events"), "tables")
    channel = _channel(top, None)
    tables = {name: _table(name, fields) for name, fields in top.sections("tables")}
    mapping = FileMapping(
        file=top.document.file,
        sha256=sha256,
        title=top.text("title", "") or "",
        source=_source(top),
        zone=ZoneInfo(zone) if zone in available_timezones() else ZoneInfo("UTC"),
        country=(top.text("country", "") or "").upper(),
        currency=(top.text("currency", "") or "").upper(),
        line=top.document.line,
        tables=tables,
        events=tuple(_event(fields, tables, channel) for fields in _list(top, "events")),
        persons=tuple(_person(fields, tables) for fields in _list(top, "persons")),
        ready=format_ == "events",
    )
    top.close()
    _check_joins(top, tables)
    if not mapping.ready and not (mapping.events or mapping.persons):
        top.note("", _("there are neither events nor persons, so nothing would be imported"))
    return mapping


def _table(name: str, fields: Fields) -> Table:
    if "file" not in fields:
        fields.note("", _("“file” is missing: a file name or a pattern such as orders*.csv"))
    encoding, delimiter = _encoding(fields), _delimiter(fields)
    table = Table(
        name=name,
        files=fields.words("file"),
        key=fields.words("key"),
        delimiter=delimiter,
        encoding=encoding,
        repeats=fields.choice("repeats", REPEATS, "reject"),
        written=_written(fields, encoding, delimiter),
        decimal=fields.choice("decimal", (".", ","), "."),
        optional=fields.flag("optional", False),
        columns=_columns(fields.section("columns")),
        joins={join: _join(inner) for join, inner in fields.sections("joins")},
        path=fields.path,
    )
    fields.close()
    return table


def _delimiter(fields: Fields) -> str:
    mark = fields.text("delimiter", ",") or ","
    mark = "\t" if mark in ("tab", "\\t") else mark
    if len(mark) != 1 or mark in '"\r\n':
        fields.note("delimiter", _("write one character, or “tab”"))
        return ","
    return mark


def _written(fields: Fields, encoding: str, delimiter: str) -> Written | None:
    """Only a table that says more than CSV can needs its file read row by row."""
    said = [key for key in ("header", "sheet", "without_last", "short_rows") if key in fields]
    header, last = fields.number("header"), fields.number("without_last")
    written = Written(
        encoding=encoding,
        delimiter=delimiter,
        sheet=fields.text("sheet", "") or "",
        header=1 if header is None else int(header),
        without_last=int(last or 0),
        fill_short=fields.choice("short_rows", ("reject", "fill"), "reject") == "fill",
    )
    return written if said else None


def _encoding(fields: Fields) -> str:
    encoding = fields.text("encoding", "utf-8") or "utf-8"
    try:
        "".encode(encoding)
    except LookupError:
        fields.note("encoding", _("there is no encoding of this name; utf-8, cp1252 and latin-1 are usual"))
    return encoding


def _columns(fields: Fields) -> dict[str, Column]:
    columns = {}
    for name, value in fields.value.items():
        if isinstance(value, dict):
            inner = fields.section(name)
            decimal = inner.choice("decimal", (".", ",")) if "decimal" in inner else None
            inner.raw("decimal")
            columns[name] = Column(inner.choice("type", COLUMN_TYPES), inner.words("format"), decimal)
            inner.close()
        else:
            columns[name] = Column(fields.choice(name, COLUMN_TYPES))
    return columns


def _join(fields: Fields) -> Join:
    on = fields.raw("on")
    if isinstance(on, dict):
        pairs = tuple((str(here), str(there)) for here, there in on.items())
    else:
        pairs = tuple((column, column) for column in fields.words("on"))
    if not pairs:
        fields.note(
            "", _("“on” is missing: the column, or “here: there” pairs of columns, that tie the rows")
        )
    join = Join(fields.required("table"), pairs, fields.flag("many", False), fields.path)
    fields.close()
    return join


def _event(fields: Fields, tables: Mapping[str, Table], default_channel: str | None) -> EventRule:
    type_ = fields.required("type")
    table = fields.choice("from", tables)
    properties = _expressions(fields, "properties")
    if "weight" in fields:
        properties["weight"] = _or_null(_expression(fields, "weight"))
    rule = EventRule(
        type=type_,
        table=table,
        at=_needed(fields, "at"),
        id=fields.text("id") or _default_id(type_, tables.get(table)),
        when=_expression(fields, "when"),
        channel=_channel(fields, default_channel),
        date_only=fields.flag("date_only", False),
        identifiers=_kinds(fields, "identifiers"),
        objects=_kinds(fields, "objects"),
        properties=properties,
        attributes=_expressions(fields, "attributes"),
        path=fields.path,
        channel_from=_expression(fields, "channel_from"),
    )
    if "id" not in fields and table in tables and not tables[table].key:
        fields.note(
            "", _("“id” is missing, and table “%(table)s” has no key to make it from") % {"table": table}
        )
    fields.close()
    return rule


def _person(fields: Fields, tables: Mapping[str, Table]) -> PersonRule:
    rule = PersonRule(
        table=fields.choice("from", tables),
        at=_expression(fields, "at"),
        when=_expression(fields, "when"),
        identifiers=_kinds(fields, "identifiers"),
        attributes=_expressions(fields, "attributes"),
        path=fields.path,
    )
    if not rule.identifiers:
        fields.note("", _("“identifiers” is missing: a person is known by at least one"))
    fields.close()
    return rule


def _source(top: Fields) -> str:
    source = top.required("source")
    if len(source) > MAX_SOURCE:
        top.note("source", _("the name is too long; at most %d characters") % MAX_SOURCE)
    return source


def _channel(fields: Fields, default: str | None) -> str | None:
    if "channel" not in fields:
        fields.raw("channel")
        return default
    word = fields.choice("channel", (*CHANNELS, INTERNAL))
    return None if word == INTERNAL else word


def _default_id(type_: str, table: Table | None) -> str:
    if table is None:
        return f"{type_}:"
    parts = [f"{{{column if column.isidentifier() else quoted(column)}}}" for column in table.key]
    if table.repeats == "number":
        parts.append("{_again}")
    return f"{type_}:{'/'.join(parts)}"


def _list(fields: Fields, key: str) -> Iterator[Fields]:
    value = fields.raw(key)
    if value is not None and not isinstance(value, list):
        fields.note(key, _("here a list is expected, each entry beginning with “- ”"))
        return
    for number, item in enumerate(value or [], 1):
        yield Fields(fields.document, (*fields.path, key, str(number)), item)


def _expressions(fields: Fields, key: str) -> dict[str, Expression]:
    section = fields.section(key)
    return {name: _or_null(_expression(section, name)) for name in section.value}


def _kinds(fields: Fields, key: str) -> dict[str, Expression]:
    """Expressions by kind; the ledger would refuse any other word in every single row."""
    kinds = _expressions(fields, key)
    for kind in kinds:
        if not KIND.fullmatch(kind):
            fields.section(key).note(
                kind, _("a kind is a short word of small letters, such as customer or order")
            )
    return kinds


def _expression(fields: Fields, key: str) -> Expression | None:
    value: Any = fields.raw(key)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    fields.note(key, _("here an expression is expected: a column, a number, or SQL such as “price * 2”"))
    return None


def _needed(fields: Fields, key: str) -> Expression:
    value = _expression(fields, key)
    if value is None:
        fields.note("", _("“%(field)s” is missing") % {"field": key})
    return _or_null(value)


def _or_null(value: Expression | None) -> Expression:
    return "NULL" if value is None else value


def _check_joins(top: Fields, tables: Mapping[str, Table]) -> None:
    for table in tables.values():
        for join in table.joins.values():
            Fields(top.document, join.path, {}).check_word("table", join.table, tables)
        if _reaches(table.name, table.name, tables, set()):
            top.document.note((*table.path, "joins"), _("the joins of this table lead back to itself"))


def _reaches(start: str, goal: str, tables: Mapping[str, Table], seen: set[str]) -> bool:
    seen.add(start)
    nexts = {join.table for join in tables[start].joins.values()} & tables.keys()
    return goal in nexts or any(_reaches(name, goal, tables, seen) for name in nexts - seen)
