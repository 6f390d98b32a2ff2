"""``read_events``: from any source to one table of events."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from trayecto.errors import BadValue, UnreadableFile, did_you_mean
from trayecto.events import arrow_tables, delimited, exported, json_rows, parquet, sniff, xes
from trayecto.events.collect import collect
from trayecto.events.mapping import Wish, may_use, resolve
from trayecto.events.progress import Tell, meter
from trayecto.events.raw import Raw, Request
from trayecto.events.rejects import Rejects
from trayecto.events.source import Source, damage_as_sentence
from trayecto.events.standard import Part, standardise
from trayecto.events.table import Events
from trayecto.stores import brought, is_address, listed

Reader = Callable[[Source, Request], Raw]

READERS: dict[str, Reader] = {
    "csv": delimited.read,
    "parquet": parquet.read,
    "jsonl": json_rows.read_lines,
    "json": sniff.read_json,
    "xes": xes.read,
    "ocel": sniff.read_ocel,
    "xml": sniff.read_xml,
    "arrow": arrow_tables.read,
}
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".xes": "xes",
    ".xml": "xml",
    ".jsonocel": "ocel",
    ".xmlocel": "ocel",
    ".ocel": "ocel",
    ".sqlite": "ocel",
    ".sqlite3": "ocel",
    ".db": "ocel",
    ".arrow": "arrow",
    ".feather": "arrow",
}


def read_events(
    source: Any,
    *,
    journey: str | None = None,
    step: str | None = None,
    at: str | None = None,
    columns: Iterable[str] | None = None,
    tz: str | None = None,
    time_format: str | None = None,
    strict: bool = False,
    rejects: str | os.PathLike[str] | None = None,
    lifecycle: str | None = None,
    id_column: str | None = None,
    format: str | None = None,
    texts: bool = False,
    persons: Sequence[str] | None = None,
    progress: Tell | bool | None = None,
) -> Events:
    """Read events from files, streams or Arrow tables.

    ``source``: a path, an address on a store (``s3://bucket/events/*.parquet``), a list of them (read one after the other), a
    folder, an export of a ledger, a binary stream with ``format=``, an
    Arrow table, batch or reader, or anything that speaks Arrow's C stream (a Polars or pandas frame).
    ``journey``, ``step``, ``at``: names of the columns; without them well-known names are tried and the report says
    which were taken; ``journey=""`` takes none. ``columns``: other columns to keep (default all). ``tz``: the zone of times that carry none.
    ``time_format``: a format such as ``%d/%m/%Y %H:%M`` for times that are not ISO 8601. ``lifecycle``: keep only
    events with this ``lifecycle:transition``. ``id_column``: names an event id; later rows that repeat one are set
    aside. ``rejects``: where to write the rows that could not be taken in. ``texts``: leave the other columns of a
    CSV file as the texts they are, as ``append`` with ``untyped`` wants them. ``persons``: of single files of an export, the
    files that say whose an identifier is; by default those beside them. ``progress``: called with (bytes done,
    bytes in all), or True for a bar.

    Raises UnreadableFile, UnknownColumn, BadValue, and BadRows when ``strict`` and any row is bad.
    """
    found = exported.opened(source)
    if found is not None:
        source, persons = list(found.files), found.persons
    known = None if persons is None else tuple(persons)
    wish = Wish(journey, step, at, _names(columns), id_column, lifecycle, tz, time_format, texts, known)
    with Rejects(rejects) as gone:
        if arrow_tables.is_table(source):
            parts = [_read_table(source, wish, gone)]
        else:
            parts = _read_all(source, format, wish, gone, progress)
        return collect(parts, wish, gone, strict=strict)


def _names(columns: Iterable[str] | None) -> tuple[str, ...] | None:
    if isinstance(columns, str):
        raise BadValue(f"columns='{columns}' is one name; give a list of names.")
    return None if columns is None else tuple(dict.fromkeys(columns))


def _request(wish: Wish, file: str) -> Request:
    return Request(
        resolve=lambda names, *, guess_journey=True: resolve(names, wish, file, guess_journey=guess_journey),
        keeps=lambda name: may_use(name, wish),
        tz=wish.tz,
        asked=wish.named,
        all=wish.columns is None,
        persons=wish.persons,
    )


def _read_all(
    source: Any, format: str | None, wish: Wish, gone: Rejects, progress: Tell | bool | None
) -> list[Part]:
    with ExitStack() as fetched:
        sources = _sources(source, fetched)
        with meter(progress, sum(one.size for one in sources), "Reading events") as tell:
            for one in sources:
                one.tell = tell
            return [_read_one(one, format, wish, gone) for one in sources]


def _read_one(source: Source, format: str | None, wish: Wish, gone: Rejects) -> Part:
    with damage_as_sentence(source.name):
        return standardise(_reader(source, format)(source, _request(wish, source.name)), wish, gone)


def _read_table(table: Any, wish: Wish, gone: Rejects) -> Part:
    with damage_as_sentence("The table"):
        return standardise(arrow_tables.read_table(table, _request(wish, "The table")), wish, gone)


def _sources(source: Any, fetched: ExitStack) -> list[Source]:
    """``fetched`` keeps what came from a store for as long as it is read."""
    if isinstance(source, str | os.PathLike) and is_address(source):
        return [Source.of_path(fetched.enter_context(brought(file))) for file in listed([source])]
    if isinstance(source, str | os.PathLike):
        return [Source.of_path(path) for path in _files(Path(source))]
    if hasattr(source, "read"):
        return [Source.of_stream(source)]
    if isinstance(source, Sequence):
        found = [one for item in source for one in _sources(item, fetched)]
        if found:
            return found
        raise BadValue("There is no file in the list of sources.")
    raise BadValue(
        f"Events cannot be read from a {type(source).__name__}; give a path, a stream or an Arrow table."
    )


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if _suffix(file.name) in SUFFIXES)
    if found:
        return found
    raise UnreadableFile(f"{path} is a folder without a file of events in it.")


def _reader(source: Source, format: str | None) -> Reader:
    if format is not None:
        return _named_reader(format)
    kind = SUFFIXES.get(_suffix(source.name))
    if kind is not None:
        return READERS[kind]
    known = ", ".join(SUFFIXES)
    raise UnreadableFile(f"{source.name}: its name does not tell its kind ({known}); say it with format=.")


def _named_reader(format: str) -> Reader:
    if format in READERS:
        return READERS[format]
    known = ", ".join(READERS)
    raise BadValue(f"format='{format}' is not known.{did_you_mean(format, READERS)} Known are: {known}.")


def _suffix(name: str) -> str:
    return Path(name.lower().removesuffix(".gz")).suffix
