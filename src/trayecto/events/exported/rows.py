"""Rows of the ledger, as CSV, into the columns of the exported files."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
from pyarrow import csv

from trayecto.events.exported.layout import EVENT_SCHEMA, OBJECTS, PERSON_SCHEMA, PROPERTIES
from trayecto.events.table import CODED_TEXT

# No row is longer: of the 256 kB that an event's properties may have, six bytes (1e300) are at most 300 as text.
BLOCK = 16 << 20
_PAIRS = msgspec.json.Decoder(list[tuple[str, str]])
_TEXTS = msgspec.json.Decoder(dict[str, str])
_TIME = pa.int64()  # microseconds since 1970, as the database counts them


def event_table(content: bytes) -> pa.Table:
    """Events from CSV with the columns of ``EVENT_SCHEMA``: times as microseconds since 1970, ``objects`` as a JSON list of
    pairs (kind, id), ``properties`` as a JSON object of texts."""
    kinds: dict[str, pa.DataType] = {field.name: field.type for field in EVENT_SCHEMA}
    raw = _read(content, kinds | {"at": _TIME, "objects": pa.string(), "properties": pa.string()})
    made = {
        "at": raw["at"].cast(pa.timestamp("us")).cast(kinds["at"]),
        "objects": _objects(raw["objects"].to_pylist()),
        "properties": maps(raw["properties"].to_pylist()),
    }
    columns = [made.get(name, raw[name]) for name in EVENT_SCHEMA.names]
    return pa.Table.from_arrays(
        [_cast(one, kinds[name]) for one, name in zip(columns, kinds, strict=True)], schema=EVENT_SCHEMA
    )


def person_table(content: bytes) -> pa.Table:
    """Persons from CSV with the columns of ``PERSON_SCHEMA``, by identifier; ``attributes`` as a JSON object of texts."""
    kinds = {field.name: field.type for field in PERSON_SCHEMA}
    raw = _read(content, kinds | {"attributes": pa.string()})
    attributes = maps(raw["attributes"].to_pylist())
    return pa.Table.from_arrays([raw["identifier"], raw["person"], attributes], schema=PERSON_SCHEMA)


def _read(content: bytes, kinds: dict[str, pa.DataType]) -> pa.Table:
    plain = {name: pa.string() if kind == CODED_TEXT else kind for name, kind in kinds.items()}
    options = csv.ConvertOptions(
        column_types=plain,
        null_values=[""],
        true_values=["t"],
        false_values=["f"],
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    parse, read = csv.ParseOptions(newlines_in_values=True), csv.ReadOptions(block_size=BLOCK)
    return csv.read_csv(io.BytesIO(content), read_options=read, convert_options=options, parse_options=parse)


def _cast(column: Any, kind: pa.DataType) -> Any:
    if kind == CODED_TEXT:
        return column.dictionary_encode().cast(kind)
    return column


def _objects(texts: Sequence[str | None]) -> pa.Array:
    rows = [_PAIRS.decode(text) if text else [] for text in texts]
    flat = [pair for row in rows for pair in row]
    values = pa.StructArray.from_arrays(
        [
            pa.array([pair[0] for pair in flat], pa.string()),
            pa.array([pair[1] for pair in flat], pa.string()),
        ],
        fields=list(OBJECTS.value_type),
    )
    return pa.ListArray.from_arrays(_offsets(rows), values)


def maps(texts: Sequence[str | None]) -> pa.Array:
    """JSON objects of texts as a column of maps; null and {} alike become empty."""
    rows = [_TEXTS.decode(text) if text else {} for text in texts]
    keys = pa.array([key for row in rows for key in row], pa.string())
    values = pa.array([value for row in rows for value in row.values()], pa.string())
    return pa.MapArray.from_arrays(_offsets(rows), keys, values).cast(PROPERTIES)


def _offsets(rows: Sequence[Any]) -> pa.Array:
    return pa.array(np.cumsum([0, *map(len, rows)]), pa.int32())
