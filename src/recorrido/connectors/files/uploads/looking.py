"""The first look at an uploaded file, and at its columns once it is known how it is written. Changes nothing."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from itertools import islice
from pathlib import Path

import msgspec
from django.utils.translation import gettext as _

from recorrido.connectors.files.containers import Container, recognise, unpack
from recorrido.connectors.files.errors import FileUnreadable
from recorrido.connectors.files.guess import words
from recorrido.connectors.files.guess.columns import Column, guess_columns
from recorrido.connectors.files.guess.encodings import Encoding, guess_encodings
from recorrido.connectors.files.guess.layout import (
    Delimiter,
    Layout,
    guess_delimiters,
    guess_layout,
    said_mark,
)
from recorrido.connectors.files.guess.shapes import Shape, guess_shape
from recorrido.connectors.files.records import Record, Rows, Unread, read_lines
from recorrido.connectors.files.workbooks import sheet_names, write_sheet
from recorrido.connectors.files.written import Written

SAMPLE = 5_000  # rows that the guesses look at
SHOWN = 20
GLANCE = 300  # rows that tell what a sheet holds
WIDEST = 200  # characters of a line shown raw


class Sheet(msgspec.Struct, frozen=True):
    """What a sheet of a workbook holds, as far as it was looked into: its columns, and how many of them are dates."""

    name: str
    columns: int = 0
    dates: int = 0
    bytes: int = 0


class Looked(msgspec.Struct, frozen=True):
    """What the first look found. Of a workbook ``sheets``, of a text ``encodings`` and ``delimiters``."""

    container: str
    sheets: tuple[str, ...] = ()
    encodings: tuple[Encoding, ...] = ()
    delimiters: tuple[Delimiter, ...] = ()
    layout: Layout = Layout(1)
    about: tuple[Sheet, ...] = ()

    @property
    def is_workbook(self) -> bool:
        return self.container == Container.WORKBOOK

    @property
    def guess(self) -> Written:
        return Written(
            encoding=self.encodings[0].name if self.encodings else "utf-8",
            delimiter=self.delimiters[0].mark if self.delimiters else ",",
            sheet=self.sheets[0] if self.sheets else "",
            header=self.layout.header,
            without_last=self.layout.without_last,
        )


class Guessed(msgspec.Struct, frozen=True):
    """What the columns seem to be."""

    columns: tuple[Column, ...]
    shape: Shape
    rows: int = 0  # sampled
    unread: int = 0  # of the sampled


class Preview(msgspec.Struct, frozen=True):
    """The first rows beside the text they were read from; what cannot be read so says why in ``error``."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()  # (row number, cells)
    raw: tuple[str, ...] = ()
    unread: tuple[tuple[int, str], ...] = ()
    error: str = ""


def look(file: Path, folder: Path) -> Looked:
    """Find out what a file is. Raises FileUnreadable with what to do."""
    container = recognise(file)
    if container == Container.WORKBOOK:
        return _look_at_workbook(file, folder)
    plain = unpack(file, container, folder / "plain")
    if plain != file:
        inner = recognise(plain, file.name)
        if inner == Container.WORKBOOK:
            raise FileUnreadable(file.name, _("unpack it and upload the workbook itself"))
    encodings = guess_encodings(plain)
    if not encodings:
        raise FileUnreadable(file.name, _("it is no text and no workbook; export the table as CSV or .xlsx"))
    delimiters = guess_delimiters(plain, encodings[0].name)
    written = Written(encodings[0].name, delimiters[0].mark if delimiters else ",")
    layout = guess_layout(plain, written)
    if said_mark(plain, written.encoding) and layout.header <= 1:
        layout = msgspec.structs.replace(layout, header=2)
    return Looked(container, encodings=tuple(encodings), delimiters=tuple(delimiters), layout=layout)


MOST_SHEETS = 10  # looked into, to begin with the one that has the most dates
SMALL = 20 << 20  # bytes of a workbook that is quick to open again for each sheet


def _look_at_workbook(file: Path, folder: Path) -> Looked:
    sheets = sheet_names(file)
    looked_into = sheets[:MOST_SHEETS] if file.stat().st_size <= SMALL else sheets[:1]
    about = tuple(_sheet(file, sheet, folder) for sheet in looked_into)
    best = max(about, key=lambda sheet: (sheet.dates, sheet.bytes)).name
    plain = sheet_as_text(file, best, folder)
    if len(looked_into) == len(sheets) and next(iter(read_lines(plain, Written())), None) is None:
        raise FileUnreadable(file.name, _("it has no sheet with cells"))
    first = (best, *(sheet for sheet in sheets if sheet != best))
    return Looked(Container.WORKBOOK, sheets=first, layout=guess_layout(plain, Written()), about=about)


def _sheet(file: Path, name: str, folder: Path) -> Sheet:
    """A sheet with several dates is the orders; one with a single date may be their lines, and longer."""
    plain = sheet_as_text(file, name, folder)
    try:
        rows = Rows(plain, Written(header=guess_layout(plain, Written()).header), file.name)
        records = [line.cells for line in islice(rows, GLANCE) if isinstance(line, Record)]
        columns = guess_columns(rows.names, records)
    except FileUnreadable:
        columns = []
    dates = sum(column.role == words.DATE for column in columns)
    return Sheet(name, len(columns), dates, plain.stat().st_size)


def sheet_as_text(file: Path, sheet: str, folder: Path) -> Path:
    """The sheet as CSV, written once per sheet."""
    target = folder / f"sheet-{hashlib.sha256(sheet.encode()).hexdigest()[:16]}.csv"
    if not target.exists():
        scratch = target.with_suffix(".part")
        write_sheet(file, sheet, scratch, file.name)
        scratch.replace(target)
    return target


def layout_of(file: Path, folder: Path, looked: Looked, written: Written) -> Layout:
    """Header and totals as they seem to be when the file is written so: another sheet has another header."""
    plain, form = text_and_form(file, folder, looked, written)
    return guess_layout(plain, form)


def text_and_form(file: Path, folder: Path, looked: Looked, written: Written) -> tuple[Path, Written]:
    """The plain text to read from, unpacked once, and how that is written."""
    if looked.is_workbook:
        plain = sheet_as_text(file, written.sheet or looked.sheets[0], folder)
        return plain, replace(written, encoding="utf-8", delimiter=",", sheet="")
    if looked.container == Container.TEXT:
        return file, written
    target = folder / "plain"
    if not target.exists():
        unpack(file, Container(looked.container), target)
    return target, written


def preview(file: Path, folder: Path, looked: Looked, written: Written, most: int = SHOWN) -> Preview:
    """The first rows as they would be read; never raises for what a person may still choose otherwise."""
    try:
        plain, form = text_and_form(file, folder, looked, written)
        raw = _raw_lines(plain, form, most + form.header + 2)
        rows = Rows(plain, form, file.name)
        lines = list(islice(rows, most))
    except (FileUnreadable, UnicodeError, LookupError) as error:
        return Preview(error=str(error))
    return Preview(
        tuple(rows.names),
        tuple((line.place, tuple(line.cells)) for line in lines if isinstance(line, Record)),
        tuple(raw),
        tuple((line.place, line.reason) for line in lines if isinstance(line, Unread)),
    )


def _raw_lines(plain: Path, written: Written, most: int) -> list[str]:
    with plain.open(encoding=written.codec, errors="replace") as text:
        lines = (text.readline(4_000) for _turn in range(most))
        return [line.rstrip("\r\n").replace("\x00", "␀")[:WIDEST] for line in lines if line]


def guess(file: Path, folder: Path, looked: Looked, written: Written) -> Guessed:
    """What the columns seem to be, from the first thousands of rows. Raises FileUnreadable."""
    plain, form = text_and_form(file, folder, looked, written)
    rows = Rows(plain, form, file.name)
    lines = list(islice(rows, SAMPLE))
    records = [line.cells for line in lines if isinstance(line, Record)]
    if not records:
        raise FileUnreadable(file.name, _("there is no row below the names of the columns"))
    columns = guess_columns(rows.names, records)
    return Guessed(tuple(columns), guess_shape(columns, records), len(records), len(lines) - len(records))


def sample_rows(file: Path, folder: Path, looked: Looked, written: Written, most: int) -> list[Record]:
    """The first rows. Raises FileUnreadable."""
    plain, form = text_and_form(file, folder, looked, written)
    lines = islice(Rows(plain, form, file.name), most)
    return [line for line in lines if isinstance(line, Record)]


def header_digest(names: tuple[str, ...]) -> str:
    """By which the next file of the same kind is recognised."""
    return hashlib.sha256("\n".join(names).encode()).hexdigest()
