"""What kind of values a journey attribute holds, when events that come later bring other ones."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from trayecto.errors import NeedsBuild
from trayecto.events.kinds import holds_text, typed
from trayecto.events.table import CODED_TEXT


def is_text(kind: pa.DataType) -> bool:
    """Whether values of this type are texts, coded or not."""
    return holds_text(kind.value_type if pa.types.is_dictionary(kind) else kind)


def agreed(
    name: str, known: pa.DataType, known_empty: bool, new: pa.DataType, new_empty: bool
) -> pa.DataType:
    """The type that holds what a log knows of an attribute and what is new; raises NeedsBuild when there is none.

    A number with a point makes numbers of whole numbers, a text makes texts of them: as one reading of all would.
    ``…_empty``: there is no value, so any type will do.
    """
    if known == new or new_empty:
        return known
    if known_empty:
        return new
    if is_text(known) and is_text(new):
        return known
    whole = pa.types.is_integer(known) or pa.types.is_integer(new)
    if whole and (pa.types.is_floating(known) or pa.types.is_floating(new)):
        return pa.float64()
    if whole and (is_text(known) or is_text(new)):
        return CODED_TEXT
    raise NeedsBuild(f"'{name}' held {known} and now comes as {new}: build the log again.")


def recast(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with the types of the schema, each of them ``agreed`` on before."""
    if table.schema.equals(schema):
        return table
    columns = [recast_column(table[field.name], field.type) for field in schema]
    return pa.table(columns, schema=schema)


def recast_column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if column.type == kind:
        return column
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), kind)])
    if pa.types.is_dictionary(kind):
        texts = column.cast(kind.value_type)
        return pc.dictionary_encode(texts).cast(kind)
    return column.cast(kind)


def as_read_before(column: pa.ChunkedArray, known: pa.DataType | None) -> pa.ChunkedArray:
    """A column of texts as whole numbers, numbers or truth values, where the log was built from such and all are."""
    if known is None or is_text(known) or not is_text(column.type):
        return column
    if column.null_count == len(column):
        return pa.chunked_array([pa.nulls(len(column), known)])
    return typed(column.cast(pa.string()))
