"""What a mapping says, as plain values. ``docs/import.md`` is the language's manual."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from recorrido.connectors.files.written import Written

Path = tuple[str, ...]
"""Where in the YAML a value stands, for messages."""

Expression = str | int | float | bool
"""Text is an SQL expression over the row; a number or true/false is itself."""

REPEATS = ("reject", "first", "number")
"""What becomes of a later row with the key of an earlier one."""

SPECIAL_FORMATS = ("excel", "unix", "unix_ms")
"""Moments as numbers: days of a spreadsheet, seconds or milliseconds since 1970."""

COLUMN_TYPES = ("text", "integer", "number", "money", "boolean", "date", "timestamp", "time")


@dataclass(frozen=True, slots=True)
class Column:
    """How the cells of a column are read. ``formats`` as of strptime, for dates and times, the first that fits; or one
    of SPECIAL_FORMATS. ``decimal`` for numbers: its own decimal mark, and then thousands may be parted."""

    type: str
    formats: tuple[str, ...] = ()
    decimal: str | None = None


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of another table beside this one: one row by its columns, or ``many`` as a list.

    ``on`` pairs a column of this table with a column of the other.
    """

    table: str
    on: tuple[tuple[str, str], ...]
    many: bool
    path: Path


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of file: which files, how they are written, what identifies a row, what stands beside it."""

    name: str
    files: tuple[str, ...]
    key: tuple[str, ...]
    delimiter: str
    encoding: str
    decimal: str
    optional: bool
    columns: Mapping[str, Column]
    joins: Mapping[str, Join]
    path: Path
    repeats: str = "reject"
    written: Written | None = None  # read row by row; None: as DuckDB reads a plain CSV


@dataclass(frozen=True, slots=True)
class EventRule:
    """Each row of ``table`` that meets ``when`` and has a time is one event."""

    type: str
    table: str
    at: Expression
    id: str
    when: Expression | None
    channel: str | None
    date_only: bool
    identifiers: Mapping[str, Expression]
    objects: Mapping[str, Expression]
    properties: Mapping[str, Expression]
    attributes: Mapping[str, Expression]
    path: Path
    channel_from: Expression | None = (
        None  # says the channel row by row; where it says none, ``channel`` counts
    )


@dataclass(frozen=True, slots=True)
class PersonRule:
    """Each row of ``table`` that meets ``when`` tells who somebody is. Without ``at`` any dated fact is newer."""

    table: str
    at: Expression | None
    when: Expression | None
    identifiers: Mapping[str, Expression]
    attributes: Mapping[str, Expression]
    path: Path


Rule = EventRule | PersonRule


@dataclass(frozen=True, slots=True)
class FileMapping:
    """A whole mapping. ``tables`` is empty where the files hold ready events."""

    file: str
    sha256: str
    title: str
    source: str
    zone: ZoneInfo
    country: str
    currency: str
    line: Callable[[Path], int]  # of a place in the file, for messages
    tables: Mapping[str, Table] = field(default_factory=dict)
    events: tuple[EventRule, ...] = ()
    persons: tuple[PersonRule, ...] = ()
    ready: bool = False

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Events first, then persons, each in the order of the file."""
        return (*self.events, *self.persons)
