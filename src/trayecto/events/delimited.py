"""CSV and its relatives: any delimiter, any usual encoding, line breaks inside quotes, gzip."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from trayecto.errors import UnreadableFile
from trayecto.events.mapping import Columns
from trayecto.events.raw import Label, Raw, Request, numbered_from
from trayecto.events.source import BLOCK, Source
from trayecto.events.table import CODED_TEXT, Reject

SNIFFED = 1 << 16
DELIMITERS = ",;\t|"
NOT_CP1252 = b"\x81\x8d\x8f\x90\x9d"
HEADER_ROW = 1


@dataclass(frozen=True)
class _Shape:
    """How a file is written, told from its beginning."""

    encoding: str
    delimiter: str
    names: tuple[str, ...]


@dataclass
class _Found:
    """What one pass over the file gave: ``bad`` are (spreadsheet row or None, fields, text) of ragged rows."""

    table: pa.Table
    bad: list[tuple[int | None, int, str]]


def read(source: Source, request: Request) -> Raw:
    """Read one delimited file; raises UnreadableFile when it is no such thing."""
    head = source.head(SNIFFED)
    if not head:
        raise UnreadableFile(f"{source.name} is empty.")
    bytes_ = _Bytes(source)
    shape = _shape(head, bytes_.encoding(head), source)
    try:
        raw = _read_as(source, shape, request)
        if bytes_.quotes % 2 or (
            bytes_.quotes and bytes_.lines > raw.table.num_rows + len(raw.broken) + HEADER_ROW
        ):
            _check_quotes(source, shape)
        return raw
    except UnicodeError as problem:
        raise UnreadableFile(f"{source.name} is not text in {shape.encoding}: {problem}.") from problem


class _Bytes:
    """One look at every byte, at memory speed, for what Arrow's parser does not tell: ragged rows that are not UTF-8
    get lost, and a quote that never closes swallows rows (betrayed by an odd number of quotes, or by more lines than
    rows).
    """

    def __init__(self, source: Source) -> None:
        self.quotes = 0
        self.lines = 0
        self._utf8 = self._cp1252 = True
        decoder = codecs.getincrementaldecoder("utf-8")()
        with source.open(watch=False) as stream:
            for block in iter(lambda: stream.read(BLOCK), b""):
                self.quotes += block.count(b'"')
                self.lines += block.count(b"\n")
                self._cp1252 = self._cp1252 and len(block.translate(None, NOT_CP1252)) == len(block)
                self._utf8 = self._utf8 and _decodes(decoder, block)
        self._utf8 = self._utf8 and _decodes(decoder, b"", final=True)

    def encoding(self, head: bytes) -> str:
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if self._utf8:
            return "utf-8"
        return "cp1252" if self._cp1252 else "latin-1"


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _shape(head: bytes, encoding: str, source: Source) -> _Shape:
    text = head.decode(encoding, "replace").removeprefix("\ufeff")
    if "\0" in text:
        raise UnreadableFile(f"{source.name} is not a text file; name its kind with format=.")
    delimiter = _delimiter(text)
    try:
        header = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error as problem:
        raise UnreadableFile(f"{source.name}: its first row cannot be read ({problem}).") from problem
    return _Shape(encoding, delimiter, _distinct(header))


def _delimiter(text: str) -> str:
    """The delimiter that cuts the first rows into the most columns, all rows alike."""
    return max(DELIMITERS, key=lambda candidate: _evenness(text, candidate))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    widths = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            widths.append(len(row))
            if len(widths) > 50:
                break
    except csv.Error:
        return (0.0, 0)
    rows = [width for width in widths[:-1] or widths if width]
    if not rows or rows[0] == 1:
        return (0.0, 0)
    return (sum(width == rows[0] for width in rows) / len(rows), rows[0])


def _distinct(header: Sequence[str]) -> tuple[str, ...]:
    """Column names without a repeat or a gap: ``a, a, (blank)`` become ``a, a_2, column_3``."""
    names: list[str] = []
    for position, given in enumerate(header, start=1):
        name, again = given.strip() or f"column_{position}", 2
        base = name
        while name in names:
            name, again = f"{base}_{again}", again + 1
        names.append(name)
    return tuple(names)


def _read_as(source: Source, shape: _Shape, request: Request) -> Raw:
    columns = request.resolve(shape.names)
    found = _scan(source, shape, columns.used, columns, threads=True)
    if found.bad:  # only a single thread knows where a ragged row stands
        found = _scan(source, shape, columns.used, columns, threads=False)
    rows = _rows(found)
    raw = Raw(source.name, found.table, columns, label=_label(rows), untyped=True)
    raw.broken = [_ragged(source, shape, row or 0, fields, text) for row, fields, text in found.bad]
    _leave_blank_rows_out(raw, source, shape, rows)
    if shape.encoding in ("cp1252", "latin-1"):
        raw.warnings.append(
            f"{source.name} is not UTF-8; it was read as {shape.encoding}: look at its accents."
        )
    return raw


def _scan(source: Source, shape: _Shape, names: Sequence[str], columns: Columns, *, threads: bool) -> _Found:
    bad: list[tuple[int | None, int, str]] = []

    def keep_ragged(row: arrow_csv.InvalidRow) -> str:
        bad.append((row.number, row.actual_columns, row.text))
        return "skip"

    kinds = {name: CODED_TEXT if name in (columns.step, columns.lifecycle) else pa.string() for name in names}
    try:
        with source.open() as stream:
            table = arrow_csv.read_csv(
                stream,
                read_options=arrow_csv.ReadOptions(
                    use_threads=threads,
                    column_names=list(shape.names),
                    skip_rows_after_names=1,
                    encoding=shape.encoding,
                    block_size=1 << 22,
                ),
                parse_options=arrow_csv.ParseOptions(
                    delimiter=shape.delimiter,
                    newlines_in_values=True,
                    ignore_empty_lines=False,
                    invalid_row_handler=keep_ragged,
                ),
                convert_options=arrow_csv.ConvertOptions(
                    include_columns=list(names),
                    column_types=kinds,
                    null_values=[""],
                    strings_can_be_null=True,
                ),
            )
    except pa.ArrowInvalid as problem:
        raise _explained(problem, source) from problem
    return _Found(table, bad)


def _explained(problem: pa.ArrowInvalid, source: Source) -> UnreadableFile:
    said = str(problem)
    if "straddling" in said:
        return UnreadableFile(f"{source.name}: a row is longer than 4 MB; a quoted value may never close.")
    return UnreadableFile(f"{source.name} cannot be read as a table of values: {said.splitlines()[0]}.")


def _check_quotes(source: Source, shape: _Shape) -> None:
    """Walk the file with a strict parser; raises UnreadableFile at a value that swallowed rows."""
    limit = csv.field_size_limit(1 << 30)
    with source.open(watch=False) as stream:
        text = io.TextIOWrapper(stream, encoding=shape.encoding, errors="replace", newline="")
        try:
            _walk(csv.reader(text, delimiter=shape.delimiter, strict=True), source)
        finally:
            csv.field_size_limit(limit)


def _walk(reader: Iterator[list[str]], source: Source) -> None:
    row, line = 0, 0
    while True:
        row += 1
        try:
            next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            several_lines = reader.line_num - line > 1  # type: ignore[attr-defined]
            if "unexpected end" in str(problem):
                raise UnreadableFile(f"{source.name}: a quoted value in row {row} never closes.") from problem
            if several_lines and "expected after" in str(problem):
                raise UnreadableFile(
                    f"{source.name}: a quoted value in row {row} runs on into other rows; its closing quote is missing."
                ) from problem
        line = reader.line_num  # type: ignore[attr-defined]


def _rows(found: _Found) -> NDArray[np.int64] | None:
    """The spreadsheet row of each row of the table, or None when they follow each other from row 2."""
    if not found.bad:
        return None
    missing = np.array(sorted(row for row, _fields, _text in found.bad if row is not None), dtype=np.int64)
    total = found.table.num_rows + len(missing)
    return np.setdiff1d(np.arange(HEADER_ROW + 1, HEADER_ROW + 1 + total), missing, assume_unique=True)


def _label(rows: NDArray[np.int64] | None) -> Label:
    return numbered_from(HEADER_ROW + 1) if rows is None else lambda index: str(rows[index])


def _ragged(source: Source, shape: _Shape, row: int, fields: int, text: str) -> Reject:
    reason = f"the row has {fields} values where the header has {len(shape.names)}"
    return Reject(source.name, str(row), "", "", reason, text)


def _leave_blank_rows_out(raw: Raw, source: Source, shape: _Shape, rows: NDArray[np.int64] | None) -> None:
    """Rows of nothing but delimiters are no events; they count for the row numbers only."""
    blank = _all_empty(raw.table)
    if blank is None:
        return
    if len(raw.table.column_names) < len(shape.names):
        whole = _scan(source, shape, shape.names, raw.columns, threads=not raw.broken)
        blank = _all_empty(whole.table)
    if blank is None:
        return
    kept = np.flatnonzero(~blank)
    raw.table = raw.table.filter(pa.array(~blank))
    raw.label = _label((np.arange(len(blank)) + HEADER_ROW + 1 if rows is None else rows)[kept])
    raw.notes.append(f"{raw.file}: {int(blank.sum()):,} blank rows hold nothing and were not counted.")


def _all_empty(table: pa.Table) -> NDArray[np.bool_] | None:
    """(rows,) true where every column is missing, or None when there is no such row."""
    if any(column.null_count == 0 for column in table.columns):
        return None
    empty = np.logical_and.reduce([column.is_null().to_numpy() for column in table.columns])
    return empty if empty.any() else None
