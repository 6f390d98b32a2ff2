"""The rows of a table file, one by one, with the number a spreadsheet shows beside each."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.utils.translation import gettext as _

from recorrido.connectors.files.containers import Container, recognise, unpack
from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.workbooks import write_sheet
from recorrido.connectors.files.written import Written

MOST_COLUMNS = 1_000
LONGEST_NAME = 100
RESERVED = ("_n", "_file", "_row", "_again", "_wrong", "_lines", "_l")


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one row, trimmed; ``place`` counts rows as a spreadsheet does, from 1."""

    place: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Unread:
    """A row that is none: where, and why."""

    place: int
    reason: str
    content: str


Line = Record | Unread


def plain_table(file: Path, written: Written, folder: Path, name: str = "") -> tuple[Path, Written]:
    """The file as plain text and how that is written: unpacked, or one sheet as CSV. Raises FileUnreadable."""
    container = recognise(file, name)
    if container == Container.WORKBOOK:
        target = folder / f"{file.name}.sheet.csv"
        plain = write_sheet(file, written.sheet, target, name or file.name)
        return plain, replace(written, encoding="utf-8", delimiter=",")
    plain = unpack(file, container, folder / f"{file.name}.plain", name)
    if plain != file and recognise(plain, name or file.name) != Container.TEXT:
        raise FileUnreadable(name or file.name, _("pack a CSV file in it, not another archive or a workbook"))
    return plain, written


def read_lines(plain: Path, written: Written, name: str = "") -> Iterator[Line]:
    """Every row that holds anything, of a text file. Raises FileUnreadable where reading cannot go on."""
    place = 0
    with plain.open(newline="", encoding=written.codec) as text:
        reader = csv.reader(text, delimiter=written.delimiter, strict=True)
        while True:
            place += 1
            began = reader.line_num + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except UnicodeError as error:
                raise FileUnreadable(name or plain.name, _not_in(written.encoding)) from error
            except csv.Error as error:
                yield _unread(place, began, error, name or plain.name)
                continue
            if found := _line(place, cells):
                yield found


def _line(place: int, cells: list[str]) -> Line | None:
    cells = [cell.strip() for cell in cells]
    if not any(cells):
        return None
    if any("\x00" in cell for cell in cells):
        return Unread(place, _("it holds a NUL character"), "")
    return Record(place, cells)


def _unread(place: int, line: int, error: csv.Error, name: str) -> Unread:
    if "field limit" in str(error):
        why = _(
            "a cell that begins in line %d has more than 131,072 characters; is a quotation mark missing?"
        )
        raise FileUnreadable(name, why % line)
    if "end of data" in str(error):
        return Unread(place, _("a quotation mark opened here is never closed"), "")
    return Unread(place, _("a quotation mark stands inside a quoted cell; double it"), "")


def _not_in(encoding: str) -> str:
    return _("it is not written in %s; choose another encoding") % encoding


class Rows:
    """The data rows below the header, each as wide as it: ``names``, then iterate for Record or Unread."""

    def __init__(self, plain: Path, written: Written, name: str = "") -> None:
        self.name = name or plain.name
        self._written = written
        self._lines = read_lines(plain, written, self.name)
        self.names = self._header()

    def __iter__(self) -> Iterator[Line]:
        yield from _without_last(self._fitted(), self._written.without_last)

    def _header(self) -> list[str]:
        if self._written.header == 0:
            return self._letters()
        for line in self._lines:
            if line.place < self._written.header:
                continue
            if line.place > self._written.header or isinstance(line, Unread):
                break
            return self._named(line.cells)
        why = _("row %d, which should hold the names of the columns, is empty or cannot be read")
        raise FileUnreadable(self.name, why % self._written.header)

    def _letters(self) -> list[str]:
        first = next((line for line in self._lines if isinstance(line, Record)), None)
        if first is None:
            raise FileUnreadable(self.name, _("it has no rows"))
        self._lines = _pushed_back(first, self._lines)
        return self._named([""] * len(first.cells))

    def _named(self, cells: list[str]) -> list[str]:
        while cells and not cells[-1] and self._written.header:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            why = _("it has %(n)d columns; at most %(most)d can be read: leave out what is not needed")
            raise FileUnreadable(self.name, why % {"n": len(cells), "most": MOST_COLUMNS})
        return column_names(cells)

    def _fitted(self) -> Iterator[Line]:
        for line in self._lines:
            yield line if isinstance(line, Unread) else self._fit(line)

    def _fit(self, row: Record) -> Line:
        width = len(self.names)
        if len(row.cells) == width:
            return row
        if len(row.cells) > width and not any(row.cells[width:]):
            return Record(row.place, row.cells[:width])
        if len(row.cells) < width and self._written.fill_short:
            return Record(row.place, row.cells + [""] * (width - len(row.cells)))
        facts = {"n": len(row.cells), "width": width}
        why = _("the row has %(n)d cells and the header %(width)d") % facts
        return Unread(row.place, why, self._written.delimiter.join(row.cells))


def _pushed_back(first: Line, rest: Iterable[Line]) -> Iterator[Line]:
    yield first
    yield from rest


def _without_last(lines: Iterator[Line], last: int) -> Iterator[Line]:
    """All but the last ones, holding back no more than those."""
    held: deque[Line] = deque()
    for line in lines:
        held.append(line)
        if len(held) > last:
            yield held.popleft()


def column_names(cells: Sequence[str]) -> list[str]:
    """A usable name per column: unique whatever the case, without characters that mean something in a mapping; a column
    without a name gets its spreadsheet letter (merged headers leave such ones)."""
    names: list[str] = []
    seen = {word.lower() for word in RESERVED}
    for number, cell in enumerate(cells):
        plain = _clean(cell) or letter_of(number)
        name, again = plain, 1
        while name.lower() in seen:
            again += 1
            name = f"{plain} ({again})"
        seen.add(name.lower())
        names.append(name)
    return names


def _clean(cell: str) -> str:
    text = re.sub(r"[\s\x00-\x1f]+", " ", cell).replace("{", "(").replace("}", ")")
    return text.strip()[:LONGEST_NAME].strip()


def letter_of(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as spreadsheets name their columns."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
