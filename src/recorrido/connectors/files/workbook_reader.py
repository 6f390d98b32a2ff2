"""Reads a workbook in a process of its own: ``python workbook_reader.py names FILE`` or ``… rows FILE SHEET TARGET``.

The library keeps a whole sheet in memory, one single cell far out makes that a hundred gigabytes, and a Rust program
that gets no memory ends at once: what must never end is the worker. So this process has limits of its own and imports
nothing of ours. Answers one line of JSON on stdout.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MOST_MEMORY = 6 << 30
MOST_SECONDS = 900


def _limit() -> None:
    try:
        import resource
    except ImportError:  # a system without limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def names(file: str) -> dict[str, Any]:
    """The sheets that hold cells one can see, in their order."""
    import python_calamine as calamine

    with calamine.CalamineWorkbook.from_path(file) as book:
        visible = calamine.SheetVisibleEnum.Visible
        kind = calamine.SheetTypeEnum.WorkSheet
        found = [s.name for s in book.sheets_metadata if s.visible == visible and s.typ == kind]
    return {"sheets": found}


def rows(file: str, sheet: str, target: str) -> dict[str, Any]:
    """Write the cells of one sheet as CSV in UTF-8, from its first row on (rows keep their numbers)."""
    import python_calamine as calamine

    with (
        calamine.CalamineWorkbook.from_path(file) as book,
        open(target, "w", newline="", encoding="utf-8") as out,
    ):
        found = book.get_sheet_by_name(sheet)
        writer = csv.writer(out)
        above = found.start[0] if found.start else 0
        writer.writerows([] for _ in range(above))
        count = 0
        for cells in found.iter_rows():
            writer.writerow(_texts(cells))
            count += 1
    return {"rows": count}


def _texts(cells: list[Any]) -> Iterator[str]:
    for cell in cells:
        yield text_of(cell)


def text_of(cell: Any) -> str:
    """A cell as text: numbers without the ``.0`` a spreadsheet gives them, dates and times in ISO form."""
    if isinstance(cell, str):
        return cell.replace("\x00", "")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return _to_the_second(cell).isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def _to_the_second(moment: datetime) -> datetime:
    """Spreadsheets keep fractions of a day: 14:59:59.9995 was 15:00."""
    return (moment + timedelta(milliseconds=500)).replace(microsecond=0)


def main(arguments: list[str]) -> int:
    _limit()
    command, *rest = arguments
    try:
        answer = names(*rest) if command == "names" else rows(*rest)
    except Exception as error:  # whatever it is, the parent says it in words
        answer = {"error": type(error).__name__, "detail": str(error)[:300]}
    json.dump(answer, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
