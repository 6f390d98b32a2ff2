"""What reading gives: a table of events in standard columns, and a report of what happened on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

JOURNEY, STEP, AT, DATE_ONLY = "journey", "step", "at", "date_only"

TIME_TYPE = pa.timestamp("us", tz="UTC")
CODED_TEXT = pa.dictionary(pa.int32(), pa.string())


OWN = ("channel", "source")
PROPERTY = "properties."  # before the name of a property in exported events


def column_of(table: pa.Table, name: str) -> str | None:
    """The column that a property stands in: of exported events one that says so, of others one of that name. ``channel`` and
    ``source`` are the event's own words, whatever its properties are called."""
    found = (name, PROPERTY + name) if name in OWN else (PROPERTY + name, name)
    return next((one for one in found if one in table.column_names), None)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that did not get in: where it stands in its file, and why.

    ``row`` counts as a person does who opens the file: a spreadsheet row (the header of a CSV is row 1), a line
    of a JSON lines file, ``trace 3, event 7`` of an XES log. ``raw`` is the text of the row, or its columns as JSON.
    """

    file: str
    row: str
    column: str
    value: str
    reason: str
    raw: str = ""

    def __str__(self) -> str:
        where = f"row {self.row}" if self.row.isdigit() else self.row
        column = f", column '{self.column}' = {self.value!r}" if self.column else ""
        return f"{self.file}, {where}{column}: {self.reason}"


@dataclass(frozen=True)
class ReadReport:
    """What became of every row: ``rows_read == rows_kept + rejected + duplicates``, always.

    ``left_out`` counts the events that ``lifecycle=`` sets aside on request; they are no part of ``rows_read``.
    ``warnings`` deserve a look (a guessed time zone); ``notes`` state what was understood (guessed columns).
    ``first_rejects`` holds the first 20 rows that did not get in; all of them are in the file ``rejects_path``.
    """

    files: tuple[str, ...] = ()
    rows_read: int = 0
    rows_kept: int = 0
    rejected: int = 0
    duplicates: int = 0
    left_out: int = 0
    rejects_path: Path | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    first_rejects: tuple[Reject, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The figures and sentences as plain values, ready for JSON."""
        return {
            "files": list(self.files),
            "rows_read": self.rows_read,
            "rows_kept": self.rows_kept,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "left_out": self.left_out,
            "rejects_path": str(self.rejects_path) if self.rejects_path else None,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
            "first_rejects": [str(reject) for reject in self.first_rejects],
        }


@dataclass(frozen=True)
class Events:
    """Events in standard columns, in input order.

    ``table`` has ``journey`` (string; absent when no column was named or known), ``step`` (dictionary of strings),
    ``at`` (timestamp[us, UTC]), ``date_only`` (bool; only when some times are dates without a time of day), then the
    other kept columns under their own names, texts dictionary-coded. None of journey, step and at is ever missing.

    Logs of objects (OCEL 2.0) also carry ``relations``: event (int64, row of ``table``), object, type, qualifier;
    and ``objects``: object, type, then one column per attribute with its latest value.
    """

    table: pa.Table
    report: ReadReport = field(default_factory=ReadReport)
    relations: pa.Table | None = None
    objects: pa.Table | None = None

    def __len__(self) -> int:
        return int(self.table.num_rows)

    @property
    def columns(self) -> Mapping[str, pa.DataType]:
        """Every column of ``table`` and its Arrow type."""
        return {name: self.table.schema.field(name).type for name in self.table.column_names}
