"""Where the table stands in its file: what parts the cells, which row has the names, which rows at the end are totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import msgspec

from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.records import Record, read_lines
from recorrido.connectors.files.written import MARKS, RARE_MARKS, Written

LOOKED_AT = 200  # rows
HIGHEST_HEADER = 40
TAIL = 64 * 1024
LIKELY = 0.5  # of the rows that a rare mark must part alike to be offered
_TOTAL = re.compile(r"\s*(gran |sub)?(total|totais|totales|suma|soma|sum)\b", re.I)
_DATA = re.compile(r"[\d.,:/ $€%+-]*\d[\d.,:/ $€%+-]*|.*@.*")
_SEP_LINE = re.compile(r'"?sep=(.)"?\s*', re.I)


class Delimiter(msgspec.Struct, frozen=True):
    """One candidate: how many cells the rows have with it, and what share of the rows has just so many."""

    mark: str
    width: int
    share: float


class Layout(msgspec.Struct, frozen=True):
    """``short`` rows have fewer cells than the header. ``last`` shows the rows that would be left out."""

    header: int
    without_last: int = 0
    short: int = 0
    last: tuple[str, ...] = ()


def guess_delimiters(plain: Path, encoding: str) -> list[Delimiter]:
    """The marks that part rows into two cells or more, the likeliest first. A line ``sep=;`` says it itself."""
    if said := said_mark(plain, encoding):
        return [_of_mark(plain, encoding, said) or Delimiter(said, 1, 1.0)]
    marks = (*MARKS, *RARE_MARKS)
    found = [one for mark in marks if (one := _of_mark(plain, encoding, mark)) and one.width > 1]
    likely = [one for one in found if one.mark in MARKS or one.share >= LIKELY]
    return sorted(likely, key=lambda one: (-round(one.share, 1), -one.width))


def said_mark(plain: Path, encoding: str) -> str:
    with plain.open(encoding=Written(encoding).codec, errors="replace") as text:
        match = _SEP_LINE.fullmatch(text.readline(64).rstrip("\r\n"))
    return match[1] if match else ""


def _of_mark(plain: Path, encoding: str, mark: str) -> Delimiter | None:
    try:
        rows = head(plain, Written(encoding, mark), LOOKED_AT)
    except (FileUnreadable, UnicodeError):
        return None
    if not rows:
        return None
    (width, times), *_rest = Counter(len(row.cells) for row in rows).most_common(1)
    return Delimiter(mark, width, times / len(rows))


def head(plain: Path, written: Written, most: int) -> list[Record]:
    """The first rows that hold anything, whatever their width."""
    lines = islice(read_lines(plain, written), most)
    return [line for line in lines if isinstance(line, Record)]


def guess_layout(plain: Path, written: Written) -> Layout:
    """Header, totals and short rows of a file whose encoding and delimiter are known."""
    rows = head(plain, written, LOOKED_AT)
    if not rows:
        return Layout(1)
    header = _header(rows)
    width = next((_width(row) for row in rows if row.place == header), 0)
    below = [row for row in rows if row.place > header]
    short = sum(len(row.cells) < width for row in below)
    total = _total(plain, written, width)
    return Layout(header, len(total), short, tuple(total))


def _width(row: Record) -> int:
    return max((number for number, cell in enumerate(row.cells, 1) if cell), default=0)


def _header(rows: Sequence[Record]) -> int:
    """The first row nearly as wide as the table whose cells are names; 0 when the first such row is data already."""
    filled = [sum(map(bool, row.cells)) for row in rows]
    usual = sorted(filled)[len(filled) * 3 // 4]
    for row, cells in zip(rows[:HIGHEST_HEADER], filled, strict=False):
        if cells < max(1, 0.6 * usual):
            continue
        names = [cell for cell in row.cells if cell]
        data = sum(bool(_DATA.fullmatch(name)) for name in names)
        return row.place if data <= 0.2 * len(names) else 0
    return rows[0].place


def _total(plain: Path, written: Written, width: int) -> list[str]:
    """The last row, when it says that it is a total, or says next to nothing but sums."""
    last = _last_rows(plain, written)
    if len(last) < 3 or len(last[-1].cells) > width + 1:
        return []
    cells, before = last[-1].cells, last[-2].cells
    first = next((cell for cell in cells if cell), "")
    sums = [cell for cell in cells if cell]
    lonely = bool(sums) and not cells[0] and bool(before[0]) and all(_DATA.fullmatch(cell) for cell in sums)
    return [" · ".join(sums)[:200]] if _TOTAL.match(first) or lonely else []


def _last_rows(plain: Path, written: Written) -> list[Record]:
    """Rows of the file's end. The first of them is cut anywhere, so it is left away."""
    size = plain.stat().st_size
    with plain.open("rb") as content:
        content.seek(max(0, (size - TAIL) // 4 * 4))
        tail = content.read()
    encoding = written.encoding
    if size > TAIL and encoding == "utf-16":  # its mark stands at the beginning only
        with plain.open("rb") as content:
            encoding = "utf-16-be" if content.read(2) == b"\xfe\xff" else "utf-16-le"
    lines = tail.decode(encoding, errors="replace").splitlines()[1 if size > TAIL else 0 :]
    import csv

    rows = csv.reader((line.replace("\x00", "") for line in lines), delimiter=written.delimiter)
    cells = [[cell.strip() for cell in row] for row in _readable(rows)]
    return [Record(0, row) for row in cells if any(row)]


def _readable(rows: object) -> list[list[str]]:
    import csv

    try:
        return list(rows)  # type: ignore[call-overload, no-any-return]
    except csv.Error:
        return []
