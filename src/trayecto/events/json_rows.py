"""JSON lines (one object per line) and JSON files that are one list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa

from trayecto.errors import UnreadableFile
from trayecto.events.raw import Raw, Request, numbered_from
from trayecto.events.source import Source
from trayecto.events.table import Reject

RUN = 1 << 15
RUN_BYTES = 1 << 23
NOT_JSON = (msgspec.DecodeError, UnicodeError, RecursionError)
BOM = b"\xef\xbb\xbf"
Row = dict[str, Any]


@dataclass
class _Rows:
    """Objects packed into Arrow run by run, and the number of the line or item that each came from."""

    request: Request
    packed: list[dict[str, pa.Array]] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    numbers: list[Any] = field(default_factory=list)
    broken: list[Reject] = field(default_factory=list)

    def add(self, rows: list[tuple[int, Row]]) -> None:
        objects = [row for _number, row in rows]
        keys: Row = {}
        for row in objects:
            keys.update(row)
        columns: dict[str, pa.Array] = {}
        for key in keys:
            columns.update(_columns(key, [row.get(key) for row in objects], self.request))
        self.packed.append(columns)
        self.sizes.append(len(rows))
        self.numbers.append(np.array([number for number, _row in rows], dtype=np.int64))

    def table(self) -> pa.Table:
        names = dict.fromkeys(name for run in self.packed for name in run)
        return pa.table({name: self._joined(name) for name in names})

    def _joined(self, name: str) -> pa.ChunkedArray:
        chunks = [run.get(name, pa.nulls(size)) for run, size in zip(self.packed, self.sizes, strict=True)]
        kind = _common({_plain(chunk.type) for chunk in chunks})
        return pa.chunked_array([_as(chunk, kind) for chunk in chunks])

    def raw(self, source: Source) -> Raw:
        table = self.table()
        columns = self.request.resolve(table.column_names)
        numbers = np.concatenate(self.numbers) if self.numbers else np.zeros(0, dtype=np.int64)
        gapless = bool(len(numbers) == 0 or (numbers[0] == 1 and numbers[-1] == len(numbers)))
        label = numbered_from(1) if gapless else lambda row: str(numbers[row])
        return Raw(source.name, table.select(columns.used), columns, label, broken=self.broken)


def read_lines(source: Source, request: Request) -> Raw:
    """One object per line; a line that is none is a reject with its number."""
    rows = _Rows(request)
    first = 1
    with source.open() as stream:
        while lines := stream.readlines(RUN_BYTES):
            if run := _decoded(lines, first, source, rows.broken):
                rows.add(run)
            first += len(lines)
    _must_hold_rows(rows, source)
    return rows.raw(source)


def read_list(source: Source, request: Request) -> Raw:
    """One list of objects; an item that is no object is a reject with its position."""
    rows = _Rows(request)
    with source.open() as stream:
        content = stream.read()
    try:
        items = msgspec.json.decode(content.removeprefix(BOM))
    except NOT_JSON as problem:
        raise UnreadableFile(f"{source.name} is not JSON, or is cut short: {problem}.") from problem
    found = _objects(enumerate(items if isinstance(items, list) else [items], start=1), source, rows.broken)
    while run := list(islice(found, RUN)):
        rows.add(run)
    _must_hold_rows(rows, source)
    return rows.raw(source)


def _must_hold_rows(rows: _Rows, source: Source) -> None:
    if not rows.packed:
        seen = "nothing in it is a JSON object" if rows.broken else "it is empty"
        raise UnreadableFile(f"{source.name} holds no events: {seen}.")


def _decoded(lines: list[bytes], first: int, source: Source, broken: list[Reject]) -> list[tuple[int, Row]]:
    """The numbered objects of a run of lines: all at once when every line is one, else line by line."""
    if first == 1:
        lines[0] = lines[0].removeprefix(BOM)
    try:
        values = msgspec.json.Decoder().decode_lines(b"".join(lines))
    except NOT_JSON:
        values = []
    if len(values) == len(lines) and set(map(type, values)) == {dict}:
        return list(enumerate(values, start=first))
    return list(_one_by_one(lines, first, source, broken))


def _one_by_one(
    lines: list[bytes], first: int, source: Source, broken: list[Reject]
) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(lines, start=first):
        text = line.strip()
        try:
            value = msgspec.json.decode(text) if text else None
        except NOT_JSON as problem:
            broken.append(_broken(source, number, f"the line is not JSON ({problem})", text))
            continue
        if isinstance(value, dict):
            yield number, value
        elif text:
            broken.append(_broken(source, number, "the line is no JSON object", text))


def _objects(
    items: Iterator[tuple[int, Any]], source: Source, broken: list[Reject]
) -> Iterator[tuple[int, Row]]:
    for number, item in items:
        if isinstance(item, dict):
            yield number, item
        else:
            broken.append(_broken(source, number, "the item is no JSON object", msgspec.json.encode(item)))


def _broken(source: Source, number: int, reason: str, text: bytes) -> Reject:
    return Reject(source.name, str(number), "", "", reason, text.decode("utf-8", "replace"))


def _columns(name: str, values: list[Any], request: Request) -> Iterator[tuple[str, pa.Array]]:
    """One key as one column, or as ``key.inner`` columns when it holds objects."""
    if dict in set(map(type, values)):
        inner = [value if type(value) is dict else {} for value in values]
        for key in dict.fromkeys(key for value in inner for key in value):
            yield from _columns(f"{name}.{key}", [value.get(key) for value in inner], request)
        values = [None if type(value) is dict else value for value in values]
        if not any(value is not None for value in values):
            return
    if request.keeps(name):
        yield name, _array(values)


def _array(values: list[Any]) -> pa.Array:
    try:
        array = pa.array(values)
    except (pa.ArrowInvalid, pa.ArrowTypeError, OverflowError):
        return _as_text(values)
    if pa.types.is_nested(array.type):
        return _as_text(values)
    if pa.types.is_string(array.type):
        coded = array.dictionary_encode()
        return coded if len(coded.dictionary) * 2 < len(array) else array
    return array


def _as_text(values: list[Any]) -> pa.Array:
    """Values of several types: texts as they are, everything else as JSON writes it."""
    texts = [v if v is None or isinstance(v, str) else json.dumps(v, ensure_ascii=False) for v in values]
    return pa.array(texts, pa.string())


def _plain(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _common(kinds: set[pa.DataType]) -> pa.DataType:
    known = {kind for kind in kinds if not pa.types.is_null(kind)}
    if not known:
        return pa.null()
    if len(known) == 1:
        return known.pop()
    return pa.float64() if known == {pa.int64(), pa.float64()} else pa.string()


def _as(chunk: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_string(kind):
        coded = pa.types.is_dictionary(chunk.type)
        return chunk if coded else chunk.cast(pa.string()).dictionary_encode()
    return chunk.cast(kind, safe=False)
