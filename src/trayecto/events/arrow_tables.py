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


def read_table(table: Any, request: Request, name: str = "The table") -> Raw:
    """The used columns of a table or stream; row 1 is its first. A stream's other columns are let go batch by batch."""
    if isinstance(table, pa.Table):
        columns = request.resolve(table.column_names)
        return Raw(name, table.select(columns.used), columns, label=numbered_from(1))
    reader = _reader(table)
    columns = request.resolve(reader.schema.names)
    schema = pa.schema([reader.schema.field(name) for name in columns.used])
    batches = [batch.select(list(columns.used)) for batch in reader]
    return Raw(name, pa.Table.from_batches(batches, schema), columns, label=numbered_from(1))


def _reader(stream: Any) -> pa.RecordBatchReader:
    if isinstance(stream, pa.RecordBatch):
        return pa.Table.from_batches([stream]).to_reader()
    return stream if isinstance(stream, pa.RecordBatchReader) else pa.RecordBatchReader.from_stream(stream)


def read(source: Source, request: Request) -> Raw:
    """An Arrow IPC (Feather) file."""
    with source.open() as stream:
        content = stream.read()
    try:
        table = feather.read_table(pa.BufferReader(content))
        table.validate(full=True)
    except (pa.ArrowException, UnicodeError) as problem:
        raise UnreadableFile(f"{source.name} is not an Arrow file, or is damaged.") from problem
    return read_table(table, request, source.name)
