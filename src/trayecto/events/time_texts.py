"""Times written as text: ISO 8601 in its many hands, or a given format."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

import pyarrow as pa
import pyarrow.compute as pc

from trayecto.errors import BadValue
from trayecto.events.table import TIME_TYPE
from trayecto.events.zones import Zone

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE = pa.timestamp("us")
HAS_OFFSET = re.compile(r"^.{11,}(Z|z| UTC|[+-]\d\d(:?\d\d)?)$", re.ASCII)
LOOSE_OFFSET = re.compile(r"\s+(Z|[+-]\d\d(:?\d\d)?)$", re.ASCII)
SLASHED = r"^(\d{4})/(\d\d)/(\d\d)"  # 2018/08/17, as spreadsheets and some systems write it
UNIX = r"^-?(\d{9,13}|\d{16}|\d{19})(\.\d+)?$"
TIME_OF_DAY = re.compile(r"%[HIMSfgTRXcpsL]")


@dataclass
class Piece:
    """Some rows of a column, understood."""

    at: pa.Array
    date_only: pa.Array | None = None


def understand(chunk: pa.Array, zone: Zone, time_format: str | None) -> list[Piece]:
    """A run of texts as times; null where a text is none."""
    if time_format is not None:
        return [_formatted(chunk, zone, time_format)]
    return [_iso(part, zone) for part in _parts(chunk)]


def looks_unix(chunks: list[pa.Array]) -> bool:
    first = next((text for text in map(_first_text, chunks) if text is not None), "")
    return re.match(UNIX, first) is not None


def unix_numbers(chunks: list[pa.Array]) -> pa.ChunkedArray:
    whole = pa.chunked_array(chunks, pa.string())
    usable = pc.match_substring_regex(whole, UNIX)
    return pc.if_else(usable, whole, pa.scalar(None, pa.string())).cast(pa.float64())


def _parts(chunk: pa.Array, rows: int = 1 << 16) -> list[pa.Array]:
    """Short runs of rows, so that one odd text slows down its neighbours only."""
    return [chunk.slice(start, rows) for start in range(0, len(chunk), rows)]


def _iso(chunk: pa.Array, zone: Zone) -> Piece:
    """ISO 8601 in Arrow's own parser when a run of rows is all alike, else text by text."""
    first = _first_text(chunk)
    if first is None:
        return Piece(pa.nulls(len(chunk), TIME_TYPE))
    if re.match(SLASHED, first):
        return _iso(pc.replace_substring_regex(chunk, SLASHED, r"\1-\2-\3"), zone)
    if HAS_OFFSET.match(first):
        at = _cast(_with_plain_offset(chunk, first), "UTC")
        return Piece(at) if at is not None else _one_by_one(chunk, zone)
    local = _cast(chunk, None)
    if local is None:
        return _one_by_one(chunk, zone)
    return Piece(zone.to_utc(local), _short(chunk))


def _with_plain_offset(chunk: pa.Array, first: str) -> pa.Array:
    """``2018-08-17 12:15:10 UTC`` and ``… +02:00`` as data warehouses write them."""
    if first.endswith(" UTC"):
        return pc.replace_substring_regex(chunk, r" UTC$", "Z")
    if LOOSE_OFFSET.search(first):
        return pc.replace_substring_regex(chunk, r"\s+(Z|[+-]\d\d(:?\d\d)?)$", r"\1")
    return chunk


def _cast(chunk: pa.Array, tz: str | None) -> pa.Array | None:
    for unit in ("us", "ns"):
        try:
            return chunk.cast(pa.timestamp(unit, tz)).cast(pa.timestamp("us", tz), safe=False)
        except pa.ArrowInvalid:
            continue
    return None


def _short(chunk: pa.Array) -> pa.Array | None:
    """Which of these ISO texts are dates without a time of day."""
    length = pc.binary_length(chunk)
    return pc.less_equal(length, 10) if pc.min(length).as_py() <= 10 else None


def _one_by_one(chunk: pa.Array, zone: Zone) -> Piece:
    understood = [_understand(text) for text in chunk.to_pylist()]
    micros = pa.array([found[0] if found else None for found in understood], pa.int64())
    absolute = pa.array([found is not None and found[1] for found in understood])
    dates = pa.array([found is not None and found[2] for found in understood])
    local = pc.if_else(absolute, pa.scalar(None, pa.int64()), micros).cast(NAIVE)
    at = pc.if_else(absolute, micros.cast(TIME_TYPE), zone.to_utc(local))
    return Piece(at, dates)


@lru_cache(maxsize=1 << 16)
def _understand(text: str | None) -> tuple[int, bool, bool] | None:
    """(microseconds, they are UTC, the text is a date only), or None."""
    if text is None:
        return None
    plain = LOOSE_OFFSET.sub(
        r"\1", text.strip().removesuffix(" UTC") + ("Z" if text.rstrip().endswith(" UTC") else "")
    )
    plain = re.sub(SLASHED, r"\1-\2-\3", plain)
    try:
        day = date.fromisoformat(plain)
    except ValueError:
        return _understand_moment(plain)
    return _micros(datetime(day.year, day.month, day.day, tzinfo=UTC)), False, True


def _understand_moment(text: str) -> tuple[int, bool, bool] | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return _micros(moment.replace(tzinfo=UTC)), False, False
    return _micros(moment), True, False


def _micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _formatted(chunk: pa.Array, zone: Zone, time_format: str) -> Piece:
    """DuckDB parses formats strictly (31 February is no date), knows fractions and offsets, and is quick."""
    import duckdb

    texts = pa.table({"text": chunk})
    with duckdb.connect() as connection:
        connection.register("texts", texts)
        try:
            parsed = connection.sql("SELECT try_strptime(text, ?) AS at FROM texts", params=[time_format])
            found = parsed.to_arrow_table().column("at").combine_chunks()
        except duckdb.Error as problem:
            raise BadValue(
                f"time_format='{time_format}' is not a format: {_first_line(problem)}"
            ) from problem
    if found.type.tz is not None:
        return Piece(found.cast(TIME_TYPE))
    dates = None if TIME_OF_DAY.search(time_format) else pc.is_valid(found)
    return Piece(zone.to_utc(found.cast(NAIVE)), dates)


def _first_text(chunk: pa.Array) -> str | None:
    if chunk.null_count == len(chunk):
        return None
    return next(value.as_py() for value in chunk if value.is_valid)


def plain_text(chunk: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(chunk.type):
        chunk = chunk.dictionary_decode()
    return chunk.cast(pa.string())


def _first_line(problem: Exception) -> str:
    return str(problem).splitlines()[0]
