"""Parquet: only the used columns are read, texts straight into dictionaries."""

from __future__ import annotations

import pyarrow as pa
from pyarrow import parquet as pq

from trayecto.errors import UnreadableFile
from trayecto.events.exported import reading
from trayecto.events.kinds import holds_text
from trayecto.events.mapping import Columns
from trayecto.events.raw import Raw, Request, numbered_from
from trayecto.events.source import Source


def read(source: Source, request: Request) -> Raw:
    """Read one Parquet file; raises UnreadableFile when it is none, or is cut short."""
    try:
        schema = pq.read_schema(_input(source))
        if reading.is_exported(schema):
            return _exported(source, request)
        columns = request.resolve(schema.names)
        with pq.ParquetFile(_input(source), read_dictionary=_coded(schema, columns)) as file:
            table = file.read(columns=list(columns.used))
    except (pa.ArrowException, OSError) as problem:
        said = str(problem).splitlines()[0].rstrip(".")
        raise UnreadableFile(f"{source.name} is not a Parquet file, or is damaged: {said}.") from problem
    source.tell(source.size)
    return Raw(source.name, table.select(columns.used), columns, label=numbered_from(1))


def _exported(source: Source, request: Request) -> Raw:
    """A file of the ledger's export, whose columns are taken apart."""
    with pq.ParquetFile(_input(source)) as file:
        raw = reading.read(str(source.path or source.name), file, request)
    source.tell(source.size)
    return raw


def _input(source: Source) -> pa.NativeFile:
    return pa.BufferReader(source.content) if source.content is not None else pa.memory_map(str(source.path))


def _coded(schema: pa.Schema, columns: Columns) -> list[str]:
    """Text columns that end as dictionaries anyway: reading them as such costs a tenth."""
    names = {columns.step, columns.lifecycle, *columns.extra} - {columns.journey, columns.at, columns.id}
    return [name for name in names if name is not None and holds_text(schema.field(name).type)]
