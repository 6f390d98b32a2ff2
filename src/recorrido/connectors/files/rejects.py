"""Rows that cannot be used: kept with file, place, reason and content, in a CSV file the user can mend."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

from django.utils.translation import gettext as _

from recorrido.shared.sheets import disarmed


@dataclass(frozen=True, slots=True)
class Reject:
    """``row`` counts the readable records of the file (the header not counted); ``line`` is the line of the file, for
    records that could not even be read. One of the two is None."""

    table: str
    file: str
    row: int | None
    line: int | None
    column: str
    reason: str
    content: str

    def __str__(self) -> str:
        place = _("line %d") % self.line if self.row is None and self.line else _("row %d") % (self.row or 0)
        column = f", {self.column}" if self.column else ""
        return f"{self.file}, {place}{column}: {self.reason}"


def once_each(rejects: Iterable[Reject]) -> list[Reject]:
    """Without what a second table said of the same cell: two tables of a mapping may read the same file."""
    first: dict[tuple[object, ...], Reject] = {}
    for reject in rejects:
        first.setdefault((*_row_of(reject), reject.column, reject.reason), reject)
    return list(first.values())


def rows_rejected(rejects: Iterable[Reject]) -> int:
    """How many rows of the files they speak of: one row may have several cells that cannot be read."""
    return len({_row_of(reject) for reject in rejects})


def _row_of(reject: Reject) -> tuple[str, int | None, int | None]:
    return reject.file, reject.row, reject.line


def write_rejects(rejects: Iterable[Reject], path: Path) -> None:
    """Write all of them to ``path``, replacing what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow([field.name for field in fields(Reject)])
        writer.writerows([_safe(value) for value in astuple(reject)] for reject in rejects)


def _safe(value: object) -> object:
    return disarmed(value) if isinstance(value, str) else value
