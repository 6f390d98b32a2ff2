"""XES (IEEE 1849): traces of events, each with typed and possibly nested attributes.

Parsed by expat, event by event, in one pass; memory holds one run of events as Python values, the rest as Arrow.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from functools import cached_property
from typing import Any
from xml.parsers import expat

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.errors import UnreadableFile
from trayecto.events.declared import as_declared
from trayecto.events.raw import Raw, Request
from trayecto.events.source import BLOCK, Source, bad_encoding

RUN = 1 << 15
TRACE = "case:"
NAME, TIME, TRANSITION = "concept:name", "time:timestamp", "lifecycle:transition"
NO_TRACE = -1
Attributes = dict[str, Any]


def read(source: Source, request: Request) -> Raw:
    """Read one XES file; raises UnreadableFile when it is not well-formed XML or no log."""
    document = _Document(source.name)
    document.parse(source)
    log = document.log
    table = log.table()
    columns = request.resolve(table.column_names)
    raw = Raw(source.name, table.select(columns.used), columns, label=log.label)
    raw.warnings += log.warnings()
    raw.notes += document.notes()
    raw.table = _typed(
        raw, {**log.kinds, **{TRACE + key: kind for key, kind in log.trace_kinds.items()}}, request.tz
    )
    return raw


class _Log:
    """Traces and events as they come in, packed into Arrow run by run."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.kinds: dict[str, str] = {}  # attribute -> the XES type it had first
        self.trace_kinds: dict[str, str] = {}
        self.traces: list[Attributes] = []
        self.trace = NO_TRACE  # the trace that is open
        self.repeated = 0  # attributes given twice in one event
        self.nameless = 0  # attributes without a key
        self._run: list[Attributes] = []
        self._traces_of_run: list[int] = []
        self._packed: list[dict[str, pa.Array]] = []
        self._trace_of: list[NDArray[np.int32]] = []

    def add(self, event: Attributes) -> None:
        self._run.append(event)
        self._traces_of_run.append(self.trace)
        if len(self._run) == RUN:
            self._pack()

    def _pack(self) -> None:
        keys = dict.fromkeys(key for event in self._run for key in event)
        self._packed.append({key: _column(self._run, key) for key in keys})
        self._trace_of.append(np.array(self._traces_of_run, dtype=np.int32))
        self._run, self._traces_of_run = [], []

    def table(self) -> pa.Table:
        """Every attribute as a text column: those of events under their names, those of traces as ``case:…``."""
        if self._run or not self._packed:
            self._pack()
        self._trace_of = [np.concatenate(self._trace_of)]
        keys = list(dict.fromkeys(key for key in (NAME, TIME, *self.kinds) if key))
        sizes = self._sizes()
        columns = {key: pa.chunked_array(_chunks(self._packed, key, sizes)) for key in keys}
        return pa.table({**self._trace_columns(), **columns})

    def _sizes(self) -> list[int]:
        rows = len(self._trace_of[0])
        return [min(RUN, rows - start) for start in range(0, max(rows, 1), RUN)]

    def _trace_columns(self) -> dict[str, pa.ChunkedArray]:
        place = pa.array(self._trace_of[0], mask=self._trace_of[0] == NO_TRACE)
        names = pa.array(self._trace_names, pa.string())
        found = {TRACE + NAME: pa.chunked_array([names.take(place)])}
        for key in self.trace_kinds:
            if key not in (NAME, ""):
                coded = _column(self.traces, key)
                found[TRACE + key] = pa.chunked_array([coded.take(place)])
        return found

    @cached_property
    def _trace_names(self) -> list[str]:
        return [trace.get(NAME) or f"trace {number}" for number, trace in enumerate(self.traces, start=1)]

    def label(self, row: int) -> str:
        """Where an event stands: ``trace 3 (A17), event 2``."""
        trace, position = int(self._trace_of[0][row]), int(self._positions[row])
        if trace == NO_TRACE:
            return f"event {position} outside any trace"
        return f"trace {trace + 1} ({self._trace_names[trace]}), event {position}"

    @cached_property
    def _positions(self) -> NDArray[np.int64]:
        """(events,) place of each event among those of its trace, from 1."""
        of = self._trace_of[0]
        order = np.argsort(of, kind="stable")
        places = np.empty(len(of), dtype=np.int64)
        places[order] = np.arange(len(of)) - np.searchsorted(of[order], of[order]) + 1
        return places

    def warnings(self) -> list[str]:
        said = []
        unnamed = sum(1 for trace in self.traces if not trace.get(NAME))
        if unnamed:
            said.append(
                f"{self.file}: {unnamed:,} traces have no {NAME} and were named by their position ('trace 1')."
            )
        named = Counter(trace.get(NAME) for trace in self.traces if trace.get(NAME))
        again = sum(count - 1 for count in named.values())
        if again:
            said.append(
                f"{self.file}: {again:,} traces have the name of an earlier one; equal names are one journey."
            )
        if self.repeated:
            said.append(
                f"{self.file}: {self.repeated:,} attributes are given twice in one event; the last was taken."
            )
        if self.nameless:
            said.append(f"{self.file}: {self.nameless:,} attributes have no key and were left out.")
        return said


def _column(rows: list[Attributes], key: str) -> pa.Array:
    values = [row.get(key) for row in rows]
    try:
        texts = pa.array(values, pa.string())
    except (pa.ArrowInvalid, pa.ArrowTypeError, TypeError):  # a list came with several values of one name
        texts = pa.array(
            [json.dumps(v, ensure_ascii=False) if isinstance(v, list) else v for v in values], pa.string()
        )
    return texts.dictionary_encode()


def _chunks(packed: list[dict[str, pa.Array]], key: str, sizes: list[int]) -> list[pa.Array]:
    kind = pa.dictionary(pa.int32(), pa.string())
    return [run.get(key, pa.nulls(size, kind)) for run, size in zip(packed, sizes, strict=True)]


class _Document:
    """The expat handlers: one set outside events, a leaner one inside, where nearly all the time is spent."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.log = _Log(file)
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.EntityDeclHandler = self._refuse_entities
        self._open: list[str] = []
        self._path: list[str] = []
        self._inside = _event_handlers(self.log, self._outside)
        self._classifiers: list[str] = []
        self._globals: list[str] = []
        self._outside()

    def parse(self, source: Source) -> None:
        try:
            with source.open() as stream:
                for block in iter(lambda: stream.read(BLOCK), b""):
                    self._parser.Parse(block)
                self._parser.Parse(b"", True)
        except expat.ExpatError as problem:
            raise UnreadableFile(self._broken(problem)) from problem
        except (LookupError, ValueError) as problem:
            raise bad_encoding(self.file, problem) from problem

    def _broken(self, problem: expat.ExpatError) -> str:
        said, line = expat.ErrorString(problem.code), problem.lineno
        if problem.code in _CUT_SHORT:
            return f"{self.file} is cut short: its XML ends too early, at line {line:,} ({said})."
        return f"{self.file} is not well-formed XML: line {line:,}, column {problem.offset + 1}: {said}."

    def _refuse_entities(self, *_declaration: Any) -> None:
        raise UnreadableFile(f"{self.file} declares XML entities of its own, which are not read.")

    def _outside(self) -> None:
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        depth = len(self._open)
        if depth == 0 and tag != "log":
            raise UnreadableFile(f"{self.file} is XML but no XES log: its root is <{tag}>.")
        if tag == "event" and depth in (1, 2):
            self._begin_event()
            return
        if depth == 1:
            self._start_in_log(tag, attributes)
        elif self._open[1:2] == ["trace"]:
            self._start_in_trace(tag, attributes)
        elif self._open[1:2] == ["global"] and depth == 2:
            self._globals.append(attributes.get("key", ""))
        self._open.append(tag)

    def _start_in_log(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "trace":
            self.log.traces.append({})
            self.log.trace = len(self.log.traces) - 1
        elif tag == "classifier":
            self._classifiers.append(attributes.get("name", ""))

    def _start_in_trace(self, tag: str, attributes: dict[str, str]) -> None:
        del self._path[len(self._open) - 2 :]
        if not _put(self.log.traces[-1], self._path, tag, attributes, self.log.trace_kinds):
            self.log.nameless += 1

    def _end(self, tag: str) -> None:
        self._open.pop()
        if tag == "trace" and len(self._open) == 1:
            self.log.trace = NO_TRACE

    def _begin_event(self) -> None:
        self._parser.StartElementHandler, self._parser.EndElementHandler = self._inside

    def notes(self) -> list[str]:
        said = []
        if self._classifiers:
            names = ", ".join(f"'{name}'" for name in self._classifiers)
            said.append(
                f"{self.file}: declares the classifiers {names}; the step is {NAME} unless step= says other."
            )
        if self._globals:
            names = ", ".join(f"'{name}'" for name in dict.fromkeys(self._globals))
            said.append(f"{self.file}: declares {names} as global; their defaults were not filled in.")
        return said


_CUT_SHORT = {
    expat.errors.codes[expat.errors.XML_ERROR_NO_ELEMENTS],
    expat.errors.codes[expat.errors.XML_ERROR_UNCLOSED_TOKEN],
    expat.errors.codes[expat.errors.XML_ERROR_PARTIAL_CHAR],
}

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


def _event_handlers(log: _Log, leave: Callable[[], None]) -> tuple[Start, End]:
    """Handlers for the inside of events, in locals: they run once per attribute of the file."""
    event: Attributes = {}
    kinds = log.kinds
    path: list[str] = []
    depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        key = attributes.get("key", "")
        if depth == 1:
            if key in event:
                log.repeated += 1
                del event[key]
            elif key and "value" in attributes:
                event[key] = attributes["value"]
                path[:] = (key,)
                if key not in kinds:
                    kinds[key] = tag
                return
        del path[depth - 1 :]
        if not _put(event, path, tag, attributes, kinds):
            log.nameless += 1

    def end(_tag: str) -> None:
        nonlocal depth, event
        if depth:
            depth -= 1
            return
        log.add(event)
        event = {}
        leave()

    return start, end


def _put(
    into: Attributes, path: list[str], tag: str, attributes: dict[str, str], kinds: dict[str, str]
) -> bool:
    """Store one attribute under its dotted path; what a list repeats under one name becomes a list.

    False when there is a value and no key to store it under.
    """
    path.append(attributes.get("key", ""))
    value = attributes.get("value")
    if value is None:
        return True
    name = ".".join(part for part in path if part)
    if name not in into:
        into[name] = value
    elif isinstance(into[name], list):
        into[name].append(value)
    else:
        into[name] = [into[name], value]
    kinds.setdefault(name, tag)
    return name != ""


def _typed(raw: Raw, kinds: dict[str, str], tz: str | None) -> pa.Table:
    """The other columns in the type that XES gives them; a column that breaks its type stays text, with a warning."""
    table = raw.table
    for name in raw.columns.extra:
        kind = kinds.get(name, "string")
        typed = as_declared(table.column(name), kind, tz)
        if typed is None:
            raw.warnings.append(f"{raw.file}: '{name}' holds values that are no {kind}; it was kept as text.")
        else:
            table = table.set_column(table.column_names.index(name), name, typed)
    return table
