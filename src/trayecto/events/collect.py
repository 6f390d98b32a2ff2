"""The last step of reading: files joined, repeated ids set aside, the report drawn up."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.events.mapping import Wish
from trayecto.events.rejects import Rejects
from trayecto.events.standard import EVENT_ID, Part, describe, tidy
from trayecto.events.table import DATE_ONLY, Events, ReadReport


def collect(parts: list[Part], wish: Wish, rejects: Rejects, *, strict: bool) -> Events:
    """One ``Events`` from the good rows of all files; raises BadRows when ``strict`` and any row was bad."""
    rejected = rejects.count
    warnings: list[str] = []
    table = joined([part.table for part in parts], warnings)
    repeated = repeated_ids(table) if EVENT_ID in table.column_names else None
    if repeated is not None:
        _set_aside(parts, repeated, wish, rejects)
        table = table.filter(pa.array(~repeated))
    if strict:
        rejects.stop_if_any()
    relations, objects = _objects(parts, repeated, warnings)
    if EVENT_ID in table.column_names:
        table = table.drop_columns([EVENT_ID])
    report = ReadReport(
        files=tuple(part.raw.file for part in parts),
        rows_read=sum(part.read for part in parts),
        rows_kept=table.num_rows,
        rejected=rejected,
        duplicates=rejects.count - rejected,
        left_out=sum(part.left_out for part in parts),
        rejects_path=rejects.path,
        warnings=(*(said for part in parts for said in part.raw.warnings), *warnings),
        notes=tuple(said for part in parts for said in (*part.raw.columns.notes, *part.raw.notes)),
        first_rejects=tuple(rejects.first),
    )
    return Events(table, report, relations, objects)


def joined(tables: list[pa.Table], warnings: list[str]) -> pa.Table:
    """One table of several files' events; columns whose types disagree are texts, and a warning says so."""
    if len(tables) == 1:
        return tables[0]
    if any(DATE_ONLY in table.column_names for table in tables):
        tables = [_with_date_only(table) for table in tables]
    return pa.concat_tables(_agreed(tables, warnings), promote_options="permissive").unify_dictionaries()


def _with_date_only(table: pa.Table) -> pa.Table:
    if DATE_ONLY in table.column_names:
        return table
    return table.append_column(DATE_ONLY, pa.array(np.zeros(table.num_rows, dtype=bool)))


def _agreed(tables: list[pa.Table], warnings: list[str]) -> list[pa.Table]:
    """A column that is a number in one file and a text in another becomes text in all."""
    kinds: dict[str, set[pa.DataType]] = {}
    for table in tables:
        for field in table.schema:
            kinds.setdefault(field.name, set()).add(field.type)
    torn = [name for name, found in kinds.items() if _disagree(found)]
    warnings += [f"'{name}' is not of one type in all files; it was read as text." for name in torn]
    return [_as_text(table, [name for name in torn if name in table.column_names]) for table in tables]


def _disagree(kinds: set[pa.DataType]) -> bool:
    known = {kind for kind in kinds if not pa.types.is_null(kind)}
    return len(known) > 1 and not all(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) for kind in known
    )


def _as_text(table: pa.Table, names: list[str]) -> pa.Table:
    for name in names:
        column = table.column(name).cast(pa.string())
        table = table.set_column(table.column_names.index(name), name, tidy(column))
    return table


def repeated_ids(table: pa.Table, name: str = EVENT_ID) -> NDArray[np.bool_] | None:
    """(rows,) true where an earlier row has the same id, or None when all differ; a missing id repeats nothing."""
    codes = pc.dictionary_encode(table.column(name)).combine_chunks()
    codes = codes.combine_chunks() if isinstance(codes, pa.ChunkedArray) else codes
    known = codes.indices.drop_null().to_numpy()
    if len(known) == len(codes.dictionary):
        return None
    rows = np.flatnonzero(codes.is_valid().to_numpy(zero_copy_only=False))
    first = np.empty(len(codes.dictionary), dtype=np.int64)
    first[known[::-1]] = rows[::-1]
    repeated = np.zeros(table.num_rows, dtype=bool)
    repeated[rows] = first[known] != rows
    return repeated


def _set_aside(parts: list[Part], repeated: NDArray[np.bool_], wish: Wish, rejects: Rejects) -> None:
    start = 0
    for part in parts:
        rows = np.flatnonzero(repeated[start : start + part.table.num_rows])
        raw_rows = rows if part.origin is None else part.origin[rows]
        for reject in describe(part.raw, raw_rows, str(part.raw.columns.id), "duplicate id"):
            rejects.add(reject)
        start += part.table.num_rows


def _objects(
    parts: list[Part], repeated: NDArray[np.bool_] | None, warnings: list[str]
) -> tuple[pa.Table | None, pa.Table | None]:
    """Relations of the kept events, renumbered to the joined table, and all objects."""
    relations, objects, start, kept_before = [], [], 0, 0
    for part in parts:
        end = start + part.table.num_rows
        keep = np.ones(end - start, dtype=bool) if repeated is None else ~repeated[start:end]
        if part.raw.relations is not None:
            relations.append(_renumbered(part, keep, kept_before, warnings))
            objects.append(part.raw.objects)
        start, kept_before = end, kept_before + int(keep.sum())
    if not relations:
        return None, None
    return pa.concat_tables(relations), pa.concat_tables(objects, promote_options="permissive")


def _renumbered(part: Part, keep: NDArray[np.bool_], offset: int, warnings: list[str]) -> pa.Table:
    assert part.raw.relations is not None
    place = np.full(part.raw.table.num_rows, -1, dtype=np.int64)
    origin = np.arange(part.table.num_rows) if part.origin is None else part.origin
    place[origin[keep]] = np.arange(int(keep.sum())) + offset
    events = place[part.raw.relations.column("event").to_numpy()]
    lost = int((events < 0).sum())
    if lost:
        warnings.append(f"{part.raw.file}: {lost:,} relations went with the events that were rejected.")
    table = part.raw.relations.set_column(0, "event", pa.array(events))
    return table.filter(pa.array(events >= 0)) if lost else table
