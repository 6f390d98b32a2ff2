"""Answers into the mapping that ``recorrido import`` reads: the same language, the same file."""

from __future__ import annotations

from typing import Any

import yaml

from recorrido.connectors.files.cells import literal, quoted
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.readings import AND, DATE
from recorrido.connectors.files.guess.shapes import DATES, EVENTS
from recorrido.connectors.files.uploads.answers import EACH, SUM, Answers, ColumnAnswer
from recorrido.connectors.files.written import Written
from recorrido.shared.plain import slug

ROWS, LINES, BESIDE, LINE = "rows", "lines", "_lines", "_l"
_RESERVED = ("amount", "status", "promised_at", "currency", "weight", "channel", "source")


def mapping_text(answers: Answers, written: Written, *, name: str, several_rows: bool) -> str:
    """The YAML. ``several_rows``: an order has a row per line, so that what stands on its rows is put together."""
    mapping = _Mapping(answers, written, several_rows and answers.shape == DATES)
    head = f"# {name}\n# recorrido import --mapping {slug(name, '-') or 'mapping'}.yaml FILE\n"
    return head + yaml.safe_dump(
        mapping.whole(slug(name, "-") or "mapping"), sort_keys=False, allow_unicode=True, width=110
    )


class _Mapping:
    def __init__(self, answers: Answers, written: Written, several_rows: bool) -> None:
        self.answers = answers
        self.written = written
        self.lines = several_rows
        self.names = _property_names(answers)

    def whole(self, name: str) -> dict[str, Any]:
        answers = self.answers
        found: dict[str, Any] = {"mapping": name, "source": answers.source, "timezone": answers.zone}
        for field in ("country", "currency", "channel"):
            if value := getattr(answers, field):
                found[field] = value
        found["tables"] = {ROWS: self._rows()} | ({LINES: self._lines()} if self.lines else {})
        if answers.shape == EVENTS:
            found["events"] = [
                self._event(value.value, value.event) for value in answers.values if value.event
            ]
        elif answers.shape == DATES:
            found["events"] = [self._date(column) for column in answers.dates]
        else:
            found["persons"] = [self._person()]
        return found

    # Tables

    def _table(self) -> dict[str, Any]:
        written, table = self.written, {"file": "*"}
        if written.encoding != "utf-8":
            table["encoding"] = written.encoding
        if written.delimiter != ",":
            table["delimiter"] = "tab" if written.delimiter == "\t" else written.delimiter
        if written.sheet:
            table["sheet"] = written.sheet
        numbers = {"header": written.header} | (
            {"without_last": written.without_last} if written.without_last else {}
        )
        return table | numbers | ({"short_rows": "fill"} if written.fill_short else {})

    def _rows(self) -> dict[str, Any]:
        table = self._table() | {"key": self._key()}
        if not table["key"]:
            del table["key"]
        if self.lines:
            table["repeats"] = "first"
            table["joins"] = {BESIDE: {"table": LINES, "on": self.answers.key, "many": True}}
        elif self.answers.shape == EVENTS and not self.answers.of_role(words.ROW):
            table["repeats"] = "number" if self.answers.repeats == EACH else "first"
        return table | self._columns()

    def _lines(self) -> dict[str, Any]:
        return self._table() | self._columns()

    def _key(self) -> list[str]:
        answers = self.answers
        if answers.shape == DATES:
            return [answers.key]
        if answers.shape == EVENTS:
            if own := answers.of_role(words.ROW):
                return [own[0].name]
            time = answers.of_role(words.TIME)[0]
            parts = (answers.column(answers.key), *answers.of_role(words.EVENT), time, hour_of(time, answers))
            return [column.name for column in parts if column is not None]
        return []

    def _columns(self) -> dict[str, Any]:
        typed = {
            column.name: _column(column)
            for column in self.answers.columns
            if column.role == words.HOUR or (column.role != words.LEAVE and column.type != "text")
        }
        return {"columns": typed} if typed else {}

    # Events and persons

    def _event(self, value: str, event: str) -> dict[str, Any]:
        time, type_ = self.answers.of_role(words.TIME)[0], self.answers.of_role(words.EVENT)[0]
        rule = {"type": event, "from": ROWS, "when": f"{quoted(type_.name)} = {literal(value)}"}
        rule["at"] = self._moment(time)
        return rule | self._who_and_what() | self._details()

    def _date(self, column: ColumnAnswer) -> dict[str, Any]:
        rule = {"type": column.event, "from": ROWS, "at": self._at_of_rows(column)}
        first = column == self.answers.dates[0]
        return rule | self._who_and_what() | (self._details() if first else self._promise_only())

    def _moment(self, column: ColumnAnswer, row: str = "") -> str:
        """A date with the time of day of the column that tells it; a row without one keeps the date alone."""
        date = row + quoted(column.name)
        hour = hour_of(column, self.answers)
        if hour is None:
            return date
        return f"coalesce(CAST({date} + {row}{quoted(hour.name)} AS VARCHAR), CAST({date} AS VARCHAR))"

    def _at_of_rows(self, column: ColumnAnswer) -> str:
        moment = self._moment(column, f"{LINE}." if self.lines else "")
        return f"list_min([{moment} for {LINE} in {BESIDE}])" if self.lines else moment

    def _person(self) -> dict[str, Any]:
        return {"from": ROWS} | self._identifiers() | self._attributes()

    def _who_and_what(self) -> dict[str, Any]:
        answers = self.answers
        found = self._identifiers()
        objects = {column.role: self._object(column) for column in answers.of_role(*words.OBJECTS)}
        key = answers.column(answers.key)
        if key is not None and key.role not in (*words.OBJECTS, *words.PERSONS):
            objects[answers.key_kind] = quoted(key.name)
        if objects:
            found["objects"] = objects
        channel = answers.of_role(words.CHANNEL)
        if channel and (known := {value: word for value, word in answers.channels.items() if word}):
            cases = " ".join(f"WHEN {literal(value)} THEN {literal(word)}" for value, word in known.items())
            found["channel_from"] = f"CASE {quoted(channel[0].name)} {cases} END"
        return found

    def _identifiers(self) -> dict[str, Any]:
        """The strongest first: an event belongs to the person of its first identifier."""
        found = {
            role: quoted(column.name) for role in _STRONGEST_FIRST for column in self.answers.of_role(role)
        }
        return {"identifiers": found} if found else {}

    def _attributes(self) -> dict[str, Any]:
        columns = self.answers.of_role(words.NAME, words.ATTRIBUTE)
        found = {self.names[column.name]: quoted(column.name) for column in columns}
        return {"attributes": found} if found else {}

    def _object(self, column: ColumnAnswer) -> str:
        if self.lines and column.name != self.answers.key and column.role == "product":
            return f"[{LINE}.{quoted(column.name)} for {LINE} in {BESIDE}]"
        return quoted(column.name)

    def _details(self) -> dict[str, Any]:
        """What is told once per order: on its first date, or on the event itself."""
        roles = (words.AMOUNT, words.NUMBER, words.STATUS, words.PROPERTY, words.PROMISE, "store")
        found = {self.names[column.name]: self._property(column) for column in self.answers.of_role(*roles)}
        return ({"properties": found} if found else {}) | self._attributes()

    def _property(self, column: ColumnAnswer) -> str:
        if column.role in (words.AMOUNT, words.NUMBER) and self.answers.amounts == SUM:
            return self._of_rows(column, "list_sum")
        return quoted(column.name)

    def _promise_only(self) -> dict[str, Any]:
        """The promise is compared with the date of the event that carries it, so that every event does."""
        promised = self.answers.of_role(words.PROMISE)
        return {"properties": {self.names[promised[0].name]: quoted(promised[0].name)}} if promised else {}

    def _of_rows(self, column: ColumnAnswer, together: str) -> str:
        if not self.lines:
            return quoted(column.name)
        return f"{together}([{LINE}.{quoted(column.name)} for {LINE} in {BESIDE}])"


def hour_of(date: ColumnAnswer, answers: Answers) -> ColumnAnswer | None:
    """The column with the time of day of a date: the first one that follows it before another date does."""
    if date.type != DATE:
        return None
    names = [column.name for column in answers.columns]
    for column in answers.columns[names.index(date.name) + 1 :]:
        if column.role == words.HOUR:
            return column
        if column.role in (words.DATE, words.TIME, words.PROMISE):
            return None
    return None


_STRONGEST_FIRST = ("customer", *(kind for kind in words.PERSONS if kind not in ("customer", "email", "phone")),
                    "email", "phone")  # fmt: skip


def _column(column: ColumnAnswer) -> Any:
    if column.role == words.HOUR:
        return "time"
    if column.type == "money":
        return {"type": "money" if column.role == words.AMOUNT else "number", "decimal": column.form}
    if not column.form:
        return column.type
    forms = column.form.split(AND)
    return {"type": column.type, "format": forms if len(forms) > 1 else forms[0]}


def _property_names(answers: Answers) -> dict[str, str]:
    """A name in the ledger for every column that is told: the fixed ones, else its own words."""
    fixed = {words.AMOUNT: "amount", words.STATUS: "status", words.PROMISE: "promised_at", words.NAME: "name"}
    taken: set[str] = set(_RESERVED)
    names: dict[str, str] = {}
    for column in answers.columns:
        name = fixed.get(column.role) or slug(column.name) or "column"
        number, plain = 1, name
        while column.role not in fixed and name in taken:
            number += 1
            name = f"{plain}_{number}"
        taken.add(name)
        names[column.name] = name
    return names


def property_names(answers: Answers) -> dict[str, str]:
    """Column → what its values are called in the ledger."""
    return _property_names(answers)
