"""A log in shards: whole lives on each, every shard a journey log of its own, one list of steps for all of them.

    shards.json          the current version: which shards, their versions, what is known of all of them together
    20261031T101500000000-1a2b3c4d   a version, which never changes
        00000, 00001, …              its shards, each a folder as ``store`` describes it
        answers_map_….arrow          the unfiltered map

A shard is the part of a log that one machine counts. Rows are those of the first shard, then of the second. A version that
another took the place of is kept for an hour, for the readers that opened it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import Batch
from trayecto.engine import LOCAL, cores_of
from trayecto.errors import BadLog
from trayecto.log import store, writing
from trayecto.log.home import moved
from trayecto.log.kinds import is_text
from trayecto.log.stored import Base, Rows, read_arrow
from trayecto.log.version import Mask, Version, open_version
from trayecto.log.write import MAP_FLOWS, MAP_STEPS
from trayecto.questions import map as map_question
from trayecto.questions.variants import Numbering, Summary, join, ranking, runs_of

SHARDS = "shards.json"
FORMAT = "trayecto-sharded-log"
FORMAT_VERSION = 1


def is_sharded(folder: Path) -> bool:
    return (folder / SHARDS).is_file()


def read_shards(folder: Path) -> dict[str, Any]:
    """What ``shards.json`` says; BadLog when it cannot be understood."""
    path = folder / SHARDS
    facts = store.load_json(path)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadLog(f"{path} does not belong to a journey log in shards.")
    if facts.get("format_version") != FORMAT_VERSION:
        raise BadLog(f"{folder} was written by another version of this program: build the log again.")
    return facts


def shard_name(number: int) -> str:
    return f"{number:05d}"


def kept(folder: Path) -> dict[str, str]:
    """The versions that readers may hold: the current one, and the moment since when each other is none."""
    if not is_sharded(folder):
        return {}
    facts = read_shards(folder)
    return {facts["version"]: writing.now().isoformat()} | writing.unexpired(facts["superseded"])


def publish(folder: Path, facts: dict[str, Any]) -> None:
    """Make a version that was written aside the current one, in one step that survives a crash."""
    told = {"format": FORMAT, "format_version": FORMAT_VERSION, **facts, "superseded": kept(folder)}
    writing.sync(folder / facts["version"])
    writing.put(folder / SHARDS, json.dumps(told, ensure_ascii=False, indent=1))


def open_sharded(folder: Path, version: str | None = None) -> Sharded:
    """All shards of the current version; BadLog for another one, whose facts are not kept."""
    facts = read_shards(folder)
    if version not in (None, facts["version"]):
        raise BadLog(f"The log {folder} no longer has version {version}: open its current version.")
    place = folder / facts["version"]
    shards = tuple(open_version(place / one["shard"], one["version"]) for one in facts["shards"])
    files = {name: read_arrow(place / name) for name in (MAP_STEPS, MAP_FLOWS)}
    return assembled(place, facts, shards, files)


def assembled(
    place: Path, facts: Mapping[str, Any], shards: tuple[Version, ...], files: Mapping[str, pa.Table]
) -> Sharded:
    """Shards as one log, from what is known of all of them."""
    empty = pa.table({"journey": pa.array([], pa.large_string())})
    return Sharded(Base(empty, place.parent, place.name, facts, files), shards=shards)


@dataclass(frozen=True, eq=False)
class Sharded(Version):
    """The shards of a log as one version: its base holds what is known of all of them, and no journeys of its own."""

    shards: tuple[Version, ...] = ()

    @property
    def parts(self) -> tuple[Version, ...]:
        return self.shards

    @property
    def pieces(self) -> list[Rows]:
        return [piece for shard in self.shards for piece in shard.pieces]

    @cached_property
    def live_in_base(self) -> Mask | None:
        return None

    @cached_property
    def live(self) -> Mask | None:
        return None

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """(shards + 1,) the first row of each shard, and the number of rows."""
        return np.cumsum([0, *(shard.rows for shard in self.shards)])

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        found = [shard.weights for shard in self.shards]
        weighed = [one for one in found if one is not None]
        return np.concatenate(weighed) if weighed else None

    @cached_property
    def weights_differ(self) -> int:
        return sum(shard.weights_differ for shard in self.shards)

    @cached_property
    def attributes(self) -> pa.Table:
        tables = [shard.attributes for shard in self.shards]
        joined = pa.concat_tables(_alike(tables), promote_options="permissive").unify_dictionaries()
        place = joined.column_names.index("variant")
        return joined.set_column(place, "variant", pa.chunked_array([self.numbering.members]))

    @cached_property
    def numbering(self) -> Numbering:
        parts = [_sequences(shard.base) for shard in self.shards]
        union, mapping = join(parts)
        ranked = ranking(union, self.facts["steps"])
        rank = np.empty(len(ranked), np.int32)
        rank[ranked] = np.arange(len(ranked), dtype=np.int32)
        numbers = np.split(rank[mapping], np.cumsum([part.distinct for part in parts])[:-1])
        members = [own[shard.base.plain("variant")] for own, shard in zip(numbers, self.shards, strict=True)]
        return Numbering(np.concatenate(members), *runs_of(union.offsets, union.steps, ranked))

    @cached_property
    def map(self) -> map_question.MapResult:
        return self.base.map

    def batches(self, selected: Mask | None, parts: int | None, engine: str = LOCAL) -> list[Batch]:
        """Each shard in batches of its own, so that none needs two files."""
        share = -(-(cores_of(engine) if parts is None else parts) // len(self.shards))
        found: list[Batch] = []
        for shard, first in zip(self.shards, self.firsts.tolist(), strict=False):
            chosen = None if selected is None else selected[first : first + shard.rows]
            found += [_shifted(one, first) for one in shard.batches(chosen, share, engine)]
        return found

    def place_of(self, row: int) -> tuple[Rows, int]:
        number = int(np.searchsorted(self.firsts, row, side="right")) - 1
        return self.shards[number].place_of(row - int(self.firsts[number]))


def _shifted(batch: Batch, first: int) -> Batch:
    return moved(batch, batch.first + first, batch.noted_from + first)


def _sequences(base: Base) -> Summary:
    """The distinct sequences of a shard, as it numbers them."""
    runs = base.variant_runs
    return Summary(runs.offsets, runs.steps, base.variants["journeys"].to_numpy(), np.empty(0, np.int64))


def _alike(tables: list[pa.Table]) -> list[pa.Table]:
    """The tables with one type per column: a text in one shard makes texts of all."""
    kinds: dict[str, pa.DataType] = {}
    for table in tables:
        for field in table.schema:
            if not pa.types.is_null(field.type) and (field.name not in kinds or is_text(field.type)):
                kinds[field.name] = field.type
    return [_as_texts(table, kinds) for table in tables]


def _as_texts(table: pa.Table, kinds: Mapping[str, pa.DataType]) -> pa.Table:
    for place, field in enumerate(table.schema):
        wanted = kinds.get(field.name)
        if wanted is not None and is_text(wanted) and not is_text(field.type):
            plain = table[field.name].cast(pa.string())
            coded = plain.dictionary_encode() if pa.types.is_dictionary(wanted) else plain
            table = table.set_column(place, field.name, coded)
    return table
