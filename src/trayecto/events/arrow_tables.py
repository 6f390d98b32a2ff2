"""Tables that are already in memory, and Arrow's own file format."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pyarrow import feather

from trayecto.errors import UnreadableFile
from trayecto.events.raw import Raw, Request, numbered_from
from trayecto.events.source import Source


def is_table(source: Any) -> bool:
    """Arrow tables, batches and readers, and whatever speaks Arrow's C stream (Polars, pandas, DuckDB)."""
    return isinstance(source, pa.Table | pa.RecordBatch) or hasattr(source, "__arrow_c_stream__")


def read_table(table: Any, request: Request, name: str = "table") -> Raw:
    """The used columns of a table; row 1 is its first."""
    if isinstance(table, pa.RecordBatch):
        table = pa.Table.from_batches([table])
    names = _names(table)
    columns = request.resolve(names)
    found = table if isinstance(table, pa.Table) else _drain(table, columns.used)
    return Raw(name, found.select(columns.used), columns, label=numbered_from(1))


def _names(table: Any) -> list[str]:
    if isinstance(table, pa.Table | pa.RecordBatchReader):
        return list(table.schema.names)
    return list(pa.RecordBatchReader.from_stream(table).schema.names)


def _drain(stream: Any, used: tuple[str, ...]) -> pa.Table:
    """Read a stream batch by batch and let go of the columns that nobody asked for."""
    reader = stream if isinstance(stream, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(stream)
    schema = pa.schema([reader.schema.field(name) for name in used])
    return pa.Table.from_batches([batch.select(list(used)) for batch in reader], schema)


def read(source: Source, request: Request) -> Raw:
    """An Arrow IPC (Feather) file."""
    with source.open() as stream:
        content = stream.read()
    try:
        table = feather.read_table(pa.BufferReader(content))
    except pa.ArrowException as problem:
        raise UnreadableFile(f"{source.name} is not an Arrow file, or is damaged.") from problem
    return read_table(table, request, source.name)
