"""Build a log in shards from many files: each file scattered by key, each shard built from what fell to it.

Nothing passes through the machine that asks but names and counts: files are read, and shards written, where the engine
counts. Every key has one shard, chosen by a hash of its text: lives are whole, and a key is on the same shard in every build.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from trayecto import engine as engines
from trayecto.errors import BadLog, BadValue, EmptyLog, NoStore, UnknownColumn, did_you_mean
from trayecto.events.collect import joined, repeated_ids
from trayecto.events.exported import expanded
from trayecto.events.kinds import as_text
from trayecto.events.read import read_events
from trayecto.events.table import JOURNEY, Events, ReadReport, column_of
from trayecto.kernels import naming
from trayecto.log import attributes as journey_attributes
from trayecto.log import sharded, store, writing
from trayecto.log.attributes import Aggregate
from trayecto.log.boundaries import Boundaries, check_named
from trayecto.log.content import Settings, check, check_steps, content_of, kept_columns, person_column
from trayecto.log.journeylog import JourneyLog
from trayecto.log.keys import encode, key_events
from trayecto.log.recoded import Words, recoded
from trayecto.log.version import Version, open_version
from trayecto.log.write import MAP_FLOWS, MAP_STEPS, VARIANTS, write_base, write_table
from trayecto.questions import map as map_question
from trayecto.stores import Folder, folder_of, listed
from trayecto.stores.disk import sync
from trayecto.units import to_datetime

PARTS = "parts"
MOST_REJECTS = 20
Shape = Callable[[Events], Events]  # events as they were read, as the steps of journeys: by a blueprint


@dataclass(frozen=True)
class Task:
    """What every machine is told: how files are read, what journeys are made of, where they go."""

    out: Folder
    name: str  # of the version that is built
    shards: int
    reading: Mapping[str, Any]  # as ``read_events`` takes it
    settings: Settings
    shape: Shape | None
    key: str | None  # the column whose text chooses the shard, when ``shape`` makes the journeys
    ids: str | None  # the column with an event's id: later rows that repeat one are set aside

    @property
    def place(self) -> Folder:
        return self.out / self.name

    @property
    def parts(self) -> Folder:
        return self.place / PARTS


@dataclass(frozen=True)
class Scattered:
    """What one file told."""

    report: ReadReport
    steps: frozenset[str]
    columns: Mapping[str, frozenset[str]]
    last: int | None  # the last moment, in microseconds
    fields: Mapping[str, pa.DataType]
    left_out: int  # events that belong to no journey


def build_shards(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    shards: int,
    engine: str | None = None,
    reading: Mapping[str, Any] | None = None,
    shape: Shape | None = None,
    steps: Sequence[str] | None = None,
    key: str | None = None,
    by: str | None = None,
    attributes: Mapping[str, Aggregate] | Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    boundaries: Boundaries | None = None,
    weight: str | None = None,
    as_of: datetime | None = None,
    order: Sequence[str] | None = None,
    person: str | None = None,
    ids: str | None = None,
    texts: Mapping[str, str] | None = None,
) -> tuple[JourneyLog, ReadReport]:
    """Build a journey log in so many shards from files of events, on any engine, and open it.

    ``files`` (or one export of a ledger) and ``out`` lie where every machine of the engine reads and writes them under the same
    name: in a folder, or on a store (``s3://bucket/events/*.parquet``; a folder stands for the Parquet files below it). ``reading``: how files
    are read, as ``read_events`` takes it. ``shape`` makes steps of a shard's events, ``steps`` names all that it may make, and
    ``key`` is the column (or the kind of object, of a column ``KEY_id``) whose lives a shard holds whole; the other arguments are those of ``build``. A machine holds one file, or one shard, per core at a time. What stood at
    ``out`` answers until the new log takes its place. Raises what reading and building raise, and UnknownStep when ``boundaries``
    name a step that no event has.
    """
    if shards < 1:
        raise BadValue(f"A log has at least one shard, not {shards}.")
    chosen = engines.checked(engine or engines.usual())
    settings = Settings(
        by, journey_attributes.normalise(attributes), tuple(columns or ()), boundaries, weight, as_of,
        None if order is None else tuple(order), person,
    )  # fmt: skip
    files, reading = expanded(files, reading or {})
    folder = folder_of(out)
    with _aside(folder) as name:
        task = Task(folder, name, shards, _reading(reading, ids), settings, shape, key, ids)
        told = engines.on(chosen, partial(_scatter, task=task), list(enumerate(listed(files))))
        report = _summed([one.report for one in told])
        last = max((one.last for one in told if one.last is not None), default=None)
        if last is None:
            raise EmptyLog(
                f"{len(told)} files were read and no event could be, so there is nothing to build."
            )
        words = _words(told, steps)
        if shape is None:
            check_named(boundaries, words.steps)
        task = replace(task, settings=replace(settings, as_of=as_of or to_datetime(last)))
        built = engines.on(chosen, partial(_build_shard, task=task, words=words), list(range(shards)))
        if not any(one.meta["journeys"] for one in built):
            raise EmptyLog(f"{report.rows_kept:,} events were read, and none is a step of these journeys.")
        left_out = sum(one.left_out for one in told)
        _publish(task, words, built, dict(texts or {}), left_out, by_last=as_of is None, engine=chosen)
    repeated = sum(one.repeated for one in built)
    told_all = replace(report, rows_kept=report.rows_kept - repeated, duplicates=report.duplicates + repeated)
    return JourneyLog.open(out, engine=chosen), told_all


def _reading(told: Mapping[str, Any], ids: str | None) -> dict[str, Any]:
    """How files are read: with the column of ids among those that are kept."""
    reading = dict(told)
    if ids is not None and reading.get("columns") is not None:
        reading["columns"] = [*reading["columns"], ids]
    return reading


@contextmanager
def _aside(out: Folder) -> Iterator[str]:
    """A name for a version that is written aside; what was written goes with the block, unless it was published."""
    if out.holds(store.MANIFEST):
        raise BadLog(f"{out} holds a log in one piece: choose another folder for the shards.")
    with writing.building(out, sharded.SHARDS):
        writing.sweep(out, sharded.kept(out))
        name = writing.fresh_name()
        try:
            yield name
        finally:
            with suppress(NoStore):  # the next build removes what a store in trouble keeps
                (out / name).remove(PARTS)
                if not (sharded.is_sharded(out) and sharded.read_shards(out)["version"] == name):
                    out.remove(name)


# --- one file ---


def _scatter(numbered: tuple[int, str], task: Task) -> Scattered:
    """Read a file and write what of it belongs to each shard."""
    number, file = numbered
    events = read_events(file, **task.reading)
    if events.relations is not None:
        raise BadValue(f"{file} tells of several kinds of objects: such logs are not built in shards.")
    table = events.table
    if task.ids is not None and task.ids not in table.column_names:
        raise UnknownColumn(f"{file} has no column '{task.ids}'.{did_you_mean(task.ids, table.column_names)}")
    shard = _shard_of(events, task)
    _write_parts(table, shard, number, task)
    columns = {name: frozenset(_texts(table, column)) for name, column in _event_columns(events, task)}
    last = pc.max(table["at"].cast(pa.int64())).as_py()
    return Scattered(
        events.report,
        frozenset(_texts(table, "step")),
        columns,
        last,
        {field.name: field.type for field in table.schema},
        int(np.count_nonzero(shard < 0)),
    )


def _shard_of(events: Events, task: Task) -> NDArray[np.int64]:
    """(events,) the shard of each event's key, -1 for none."""
    keyed = key_events(events, _key_column(events.table, task.key) if task.key else task.settings.by)
    hashes = naming.hash_texts(keyed.names.cast(pa.large_string()))
    own = np.append((hashes % np.uint64(task.shards)).astype(np.int64), -1)
    return np.asarray(own[keyed.codes])


def _key_column(table: pa.Table, key: str) -> str:
    return next((name for name in (f"objects.{key}", key, f"{key}_id") if name in table.column_names), key)


def _write_parts(table: pa.Table, shard: NDArray[np.int64], file: int, task: Task) -> None:
    """One file per shard that has events, whole or not there at all."""
    with task.parts.filled() as place:
        for number in range(task.shards):
            rows = np.flatnonzero(shard == number)
            if len(rows):
                path = place / sharded.shard_name(number) / f"{file:06d}.parquet"
                path.parent.mkdir(parents=True, exist_ok=True)
                partial_path = path.with_suffix(f".{os.getpid()}")
                parquet.write_table(table.take(pa.array(rows)), partial_path, compression="lz4")
                os.replace(partial_path, path)


def _event_columns(events: Events, task: Task) -> Iterator[tuple[str, str]]:
    """What the log keeps for every event: its name there, and in what was read."""
    wanted = task.settings.columns or kept_columns(events, None)
    found = ((name, column_of(events.table, name)) for name in wanted)
    return ((name, column) for name, column in found if column is not None)


def _texts(table: pa.Table, name: str) -> list[str]:
    codes, names = encode(table[name])
    used = np.unique(codes[codes >= 0])
    return [str(one) for one in names.take(pa.array(used)).cast(pa.string()).to_pylist()]


# --- one shard ---


@dataclass(frozen=True)
class Built:
    """What one shard told: its own facts, what its ``log.json`` says, its columns, and how often an event's id came again."""

    facts: Mapping[str, Any]
    meta: Mapping[str, Any]
    columns: pa.Schema
    repeated: int


def _build_shard(number: int, task: Task, words: Words) -> Built:
    """Build the shard from its parts, in the words of all files."""
    table, repeated = _gathered(task, number, words)
    events = Events(table) if task.shape is None else task.shape(Events(table))
    settings = check(events, _completed(task.settings, events, words))
    content = recoded(content_of(events, settings, _nobody, words.steps), words)
    name = sharded.shard_name(number)
    with (task.place / name).filled() as folder, writing.new_base(folder) as place:
        told = {"options": settings.to_json(), "position": [], "texts": {}}
        write_base(place, content, told, _nobody, grows=False)
        writing.publish_base(place, (), ())
        shard = open_version(folder)
        facts = _told_of(name, shard) | {"persons_whole": _whole(shard, number, task.shards)}
        return Built(facts, shard.base.meta, shard.attributes.schema, repeated)


def _whole(shard: Version, number: int, shards: int) -> bool:
    """Whether its persons are all of those whose name hashes to it: if so in every shard, nobody is in two of them."""
    known = pc.unique(shard.base.table["person"].cast(pa.string())).drop_null().cast(pa.large_string())
    return bool((naming.hash_texts(known) % np.uint64(shards) == number).all())


def _told_of(name: str, shard: Version) -> dict[str, Any]:
    """What is known of a shard without opening it."""
    journeys, events = shard.totals
    return {
        "shard": name, "version": shard.name, "rows": journeys, "events": events, "bytes": shard.bytes,
        "first": shard.first_moment, "last": shard.last_moment,
        "weighted": shard.weighted, "weights_differ": shard.weights_differ,
    }  # fmt: skip


def _gathered(task: Task, number: int, words: Words) -> tuple[pa.Table, int]:
    """The shard's events in the order of the files, without those whose id came before with the same key."""
    with (task.parts / sharded.shard_name(number)).borrowed() as folder:
        tables = [parquet.read_table(path) for path in sorted(folder.glob("*.parquet"))]
    table = joined(tables, []) if tables else pa.table({})
    for name, kind in words.fields.items():
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(table.num_rows, kind))
    if task.ids is None:
        return table, 0
    keys = _text(table, _key_column(table, task.key) if task.key else task.settings.by or JOURNEY)
    both = pc.binary_join_element_wise(keys, _text(table, task.ids), "\0")
    repeated = repeated_ids(pa.table({task.ids: both}), task.ids)
    table = table if repeated is None else table.filter(pa.array(~repeated))
    return table, 0 if repeated is None else int(repeated.sum())


def _text(table: pa.Table, name: str) -> pa.ChunkedArray:
    column = table[name]
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    return as_text(plain).cast(pa.string())


def _completed(settings: Settings, events: Events, words: Words) -> Settings:
    """With the columns and the person that were not named, as ``build`` takes them."""
    wanted = settings.columns or tuple(words.columns)
    columns = tuple(name for name in wanted if name in events.table.column_names)
    return replace(settings, columns=columns, person=person_column(events, settings.person))


def _nobody(_hundredths: int) -> None:
    """Nobody watches a shard by hundredths: the engine tells of whole ones."""


# --- all of them ---


def _words(told: Sequence[Scattered], steps: Sequence[str] | None) -> Words:
    columns: dict[str, set[str]] = {}
    for one in told:
        for name, values in one.columns.items():
            columns.setdefault(name, set()).update(values)
    found = set(steps) if steps is not None else set().union(*(one.steps for one in told))
    ordered = {name: tuple(sorted(values)) for name, values in columns.items()}
    fields: dict[str, pa.DataType] = {}
    for one in told:
        fields = {name: kind for name, kind in one.fields.items() if not pa.types.is_null(kind)} | fields
    check_steps(len(found))
    return Words(tuple(sorted(found)), ordered, fields)


def _summed(reports: Sequence[ReadReport]) -> ReadReport:
    """What became of every row of every file."""
    sums = {
        name: sum(getattr(one, name) for one in reports)
        for name in ("rows_read", "rows_kept", "rejected", "duplicates", "left_out")
    }
    first = tuple(reject for one in reports for reject in one.first_rejects)
    return ReadReport(
        files=tuple(file for one in reports for file in one.files),
        warnings=tuple(dict.fromkeys(said for one in reports for said in one.warnings)),
        notes=tuple(dict.fromkeys(said for one in reports for said in one.notes)),
        first_rejects=first[:MOST_REJECTS],
        **sums,
    )


def _publish(
    task: Task,
    words: Words,
    built: Sequence[Built],
    texts: Mapping[str, str],
    left_out: int,
    *,
    by_last: bool,
    engine: str,
) -> None:
    """Say what is known of all shards, with the map that nobody narrowed; the new version takes the old one's place."""
    facts = _facts(task, words, built, texts, left_out, by_last=by_last)
    version = sharded.assembled(task.out, facts, {})
    batches = version.batches(None, None, engine)
    answer = map_question.over(batches, map_question.plan_for(batches, len(words.steps)), words.steps)
    facts["weighted_journeys"] = answer.weighted_journeys
    variants, ranks = sharded.numbered(engines.on(engine, sharded.sequences_of, version.named), words.steps)
    files = {MAP_STEPS: answer.steps_to_arrow(), MAP_FLOWS: answer.to_arrow(), VARIANTS: variants}
    files[sharded.ATTRIBUTES] = sharded.columns_of([one.columns for one in built])
    names = [sharded.ranks_name(one.name) for one in version.named]
    with task.place.filled() as place:
        for name, table in (files | dict(zip(names, ranks, strict=True))).items():
            write_table(place / name, table)
            sync(place / name)
        sync(place)
    sharded.publish(task.out, facts)


def _facts(
    task: Task,
    words: Words,
    built: Sequence[Built],
    texts: Mapping[str, str],
    left_out: int,
    *,
    by_last: bool,
) -> dict[str, Any]:
    metas = [one.meta for one in built]
    options = metas[0]["options"] | {"as_of_last": by_last}
    return {
        "version": task.name,
        "shards": [one.facts for one in built],
        "journeys": sum(meta["journeys"] for meta in metas),
        "events": sum(meta["events"] for meta in metas),
        "events_left_out": left_out + sum(meta["events_left_out"] for meta in metas),
        "key": metas[0]["key"],
        "as_of": metas[0]["as_of"],
        "date_only_steps": sorted({step for meta in metas for step in meta["date_only_steps"]}),
        "steps": list(words.steps),
        "attributes": metas[0]["attributes"],
        "columns": {
            name: list(values) for name, values in words.columns.items() if name in metas[0]["columns"]
        },
        "options": options,
        "position": [],
        "texts": dict(texts),
        "files": {},
    }
