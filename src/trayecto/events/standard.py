"""From a file's own columns to the standard ones: each row is either understood or rejected with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.errors import BadValue
from trayecto.events.kinds import as_text, holds_text, plain_values, typed
from trayecto.events.mapping import Wish
from trayecto.events.raw import Raw
from trayecto.events.rejects import Rejects
from trayecto.events.table import AT, CODED_TEXT, DATE_ONLY, JOURNEY, STEP, Reject
from trayecto.events.times import Times, read_times
from trayecto.events.zones import Zone

Mask = NDArray[np.bool_]
STANDARD = (JOURNEY, STEP, AT, DATE_ONLY)
EVENT_ID = "\0id"
WINDOW = 1 << 15


@dataclass
class Part:
    """One file's good rows in standard columns (and its event ids, when asked for, in a column of their own).

    ``origin``: (rows,) row of the raw table, or None when all were kept.
    """

    raw: Raw
    table: pa.Table
    origin: NDArray[np.int64] | None
    read: int
    left_out: int = 0

    def raw_row(self, row: int) -> int:
        return row if self.origin is None else int(self.origin[row])


@dataclass
class _Fault:
    """Rows that share a reason to be rejected."""

    mask: Mask
    column: str
    reason: str


def standardise(raw: Raw, wish: Wish, rejects: Rejects) -> Part:
    """Judge the rows of one file; bad ones go to ``rejects``."""
    left_out = _set_lifecycle_apart(raw, wish)
    zone = Zone(wish.tz)
    times = _times(raw, zone, wish)
    step, journey = _step(raw), _journey(raw)
    faults = [*_journey_faults(raw, journey), *_step_faults(raw, step), *_time_faults(raw, times)]
    bad = np.logical_or.reduce([fault.mask for fault in faults]) if faults else None
    _reject(raw, faults, rejects)
    arrays = {JOURNEY: journey, STEP: step, AT: times.at, DATE_ONLY: times.date_only}
    standard = pa.table({name: array for name, array in arrays.items() if array is not None})
    raw.warnings += zone.warnings(raw.columns.at, raw.file)
    return Part(
        raw=raw,
        table=_assemble(raw, standard, None if bad is None else pa.array(~bad), typing=not wish.texts),
        origin=None if bad is None else np.flatnonzero(~bad),
        read=raw.table.num_rows + len(raw.broken),
        left_out=left_out,
    )


def _set_lifecycle_apart(raw: Raw, wish: Wish) -> int:
    """Keep only the events of one lifecycle transition; returns how many were left out."""
    if raw.columns.lifecycle is None or wish.lifecycle is None:
        return 0
    with _about(raw, raw.columns.lifecycle):
        found = as_text(raw.table.column(raw.columns.lifecycle))
    keep = pc.fill_null(pc.equal(pc.utf8_lower(found), wish.lifecycle.lower()), False).to_numpy()
    left_out = int(len(keep) - keep.sum())
    if left_out:
        rows, label = np.flatnonzero(keep), raw.label
        raw.label = lambda index: label(int(rows[index]))
        raw.table = raw.table.filter(pa.array(keep))
        raw.notes.append(f"{raw.file}: {left_out:,} events are not '{wish.lifecycle}' and were left out.")
    return left_out


def _times(raw: Raw, zone: Zone, wish: Wish) -> Times:
    with _about(raw, raw.columns.at):
        times = read_times(raw.table.column(raw.columns.at), zone, wish.time_format)
    raw.notes += [f"{raw.file}: '{raw.columns.at}' was {note}." for note in times.notes]
    return times if raw.date_only is None else replace(times, date_only=raw.date_only)


def _step(raw: Raw) -> pa.ChunkedArray:
    with _about(raw, raw.columns.step):
        return _coded(raw.table.column(raw.columns.step))


def _journey(raw: Raw) -> pa.ChunkedArray | None:
    if raw.columns.journey is None:
        return None
    with _about(raw, raw.columns.journey):
        return as_text(raw.table.column(raw.columns.journey))


@contextmanager
def _about(raw: Raw, column: str) -> Iterator[None]:
    """Say of which file and column a BadValue speaks."""
    try:
        yield
    except BadValue as problem:
        raise BadValue(f"{raw.file}, column '{column}': {problem}") from problem


def _coded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts as one run of int32 codes and one dictionary without repeated or missing values in it."""
    if column.type == CODED_TEXT and column.num_chunks:
        shared = column.unify_dictionaries()
        values = shared.chunk(0).dictionary
        if values.null_count == 0 and (column.num_chunks > 1 or len(pc.unique(values)) == len(values)):
            return _one_chunk(shared)
    return _one_chunk(pc.dictionary_encode(as_text(column)))


def _one_chunk(shared: pa.ChunkedArray) -> pa.ChunkedArray:
    """Chunks of codes for one growing dictionary, put together; the last chunk knows the whole dictionary."""
    if not shared.num_chunks:
        return shared.cast(CODED_TEXT)
    codes = pa.chunked_array([chunk.indices for chunk in shared.chunks]).combine_chunks()
    return pa.chunked_array([pa.DictionaryArray.from_arrays(codes, shared.chunks[-1].dictionary)])


def _journey_faults(raw: Raw, journey: pa.ChunkedArray | None) -> Iterator[_Fault]:
    if journey is None or raw.columns.journey is None or len(journey) == 0:
        return
    shortest = pc.min(pc.binary_length(journey)).as_py()
    if journey.null_count or shortest == 0:
        empty = pc.fill_null(pc.equal(pc.binary_length(journey), 0), True)
        yield _Fault(empty.to_numpy(), raw.columns.journey, "the journey is empty")


def _step_faults(raw: Raw, step: pa.ChunkedArray) -> Iterator[_Fault]:
    blank = _blank_code(step)
    if step.null_count == 0 and blank is None:
        return
    codes = pa.chunked_array([chunk.indices for chunk in step.chunks], pa.int32())
    empty = pc.is_null(codes) if blank is None else pc.fill_null(pc.equal(codes, blank), True)
    yield _Fault(empty.to_numpy(), raw.columns.step, "the step is empty")


def _blank_code(step: pa.ChunkedArray) -> int | None:
    if step.num_chunks == 0:
        return None
    code = pc.index(step.chunk(0).dictionary, "").as_py()
    return None if code < 0 else int(code)


def _time_faults(raw: Raw, times: Times) -> Iterator[_Fault]:
    name = raw.columns.at
    if times.outside is not None:
        yield _Fault(times.outside, name, "the time is outside the years 1800 to 2299")
    if times.at.null_count == 0:
        return
    given = pc.is_valid(raw.table.column(name)).to_numpy()
    absent = times.at.is_null().to_numpy()
    if times.outside is not None:
        absent = absent & ~times.outside
    if (absent & ~given).any():
        yield _Fault(absent & ~given, name, "the time is empty")
    if (absent & given).any():
        yield _Fault(absent & given, name, "this is not a time that is understood")


def _reject(raw: Raw, faults: list[_Fault], rejects: Rejects) -> None:
    """Write each bad row once, with the first of its faults."""
    for broken in raw.broken:
        rejects.add(broken)
    seen = np.zeros(raw.table.num_rows, dtype=bool)
    for fault in faults:
        for reject in describe(raw, np.flatnonzero(fault.mask & ~seen), fault.column, fault.reason):
            rejects.add(reject)
        seen |= fault.mask


def describe(raw: Raw, rows: NDArray[np.int64], column: str, reason: str) -> Iterator[Reject]:
    """Rejects for ascending rows of the raw table, window by window: picking from the whole would copy it each time."""
    for start in range(0, raw.table.num_rows, WINDOW):
        low, high = np.searchsorted(rows, (start, start + WINDOW))
        if low == high:
            continue
        inside = rows[low:high]
        found = raw.table.slice(start, WINDOW).take(pa.array(inside - start))
        columns = {name: plain_values(found.column(name)) for name in found.column_names}
        for place, row in enumerate(inside):
            values = {name: column_values[place] for name, column_values in columns.items()}
            yield _described(raw, int(row), values, column, reason)


def _described(raw: Raw, row: int, values: dict[str, Any], column: str, reason: str) -> Reject:
    text = values[column]
    return Reject(
        file=raw.file,
        row=raw.label(row),
        column=column,
        value="" if text is None else str(text),
        reason=reason,
        raw=json.dumps(values, ensure_ascii=False, default=str),
    )


def _assemble(raw: Raw, standard: pa.Table, keep: pa.Array | None, *, typing: bool) -> pa.Table:
    """Standard columns, then the others, of the good rows."""
    others = raw.table if keep is None else raw.table.filter(keep)
    standard = standard if keep is None else standard.filter(keep)
    for name in raw.columns.extra:
        column = others.column(name)
        standard = standard.append_column(
            _free_name(name, raw), tidy(typed(column) if raw.untyped and typing else column)
        )
    if raw.columns.id is not None:
        standard = standard.append_column(EVENT_ID, others.column(raw.columns.id))
    return standard


def _free_name(name: str, raw: Raw) -> str:
    """A column that happens to be called like a standard one keeps its values under ``name_``."""
    if name not in STANDARD:
        return name
    raw.warnings.append(
        f"{raw.file}: the column '{name}' was kept as '{name}_', for '{name}' has a meaning here."
    )
    return f"{name}_"


def tidy(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Texts dictionary-coded, nested values as JSON text, everything else as it is."""
    kind = column.type
    if pa.types.is_dictionary(kind) and not holds_text(kind.value_type):
        return column.cast(kind.value_type)
    if pa.types.is_dictionary(kind) or holds_text(kind) or pa.types.is_null(kind):
        return _coded(column)
    if pa.types.is_nested(kind):
        texts = [
            None if value is None else json.dumps(value, ensure_ascii=False, default=str)
            for value in plain_values(column)
        ]
        return _coded(pa.chunked_array([pa.array(texts, pa.string())]))
    return column
