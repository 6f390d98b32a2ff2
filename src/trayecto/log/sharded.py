"""A log in shards: whole lives on each, every shard a journey log of its own, one list of steps for all of them.

    shards.json          the current version: which shards, their versions, what is known of all of them together
    20261031T101500000000-1a2b3c4d   a version, which never changes
        00000, 00001, …              its shards, each a folder as ``store`` describes it
        answers_map_….arrow          the unfiltered map
        variants.arrow               every sequence of steps, the most frequent first
        ranks-00000.arrow, …         the place in that list of each of the shard's own variants
        attributes.arrow             no rows: the columns that a line of any shard has

A shard is the part of a log that one machine counts. Rows are those of the first shard, then of the second. The folder may be
one of this machine, or lie on a store: then whoever counts a shard fetches it, and who asks reads none of them. A version that
another took the place of is kept for an hour, for the readers that opened it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine as engines
from trayecto.batch import Batch
from trayecto.engine import LOCAL, cores_of
from trayecto.errors import BadLog
from trayecto.log import store, writing
from trayecto.log.away import Away
from trayecto.log.home import Ticket, moved, packed
from trayecto.log.kinds import is_text
from trayecto.log.stored import Base, Rows
from trayecto.log.version import Mask, Version, fetched, open_copied
from trayecto.log.write import MAP_FLOWS, MAP_STEPS, VARIANTS, lists
from trayecto.persons import Lives, Own
from trayecto.questions import map as map_question
from trayecto.questions.variants import Numbering, Summary, join, ranking, runs_of
from trayecto.stores import Folder, folder_of, never

SHARDS = "shards.json"
ATTRIBUTES = "attributes.arrow"
FORMAT = "trayecto-sharded-log"
FORMAT_VERSION = 2


def is_sharded(folder: Folder) -> bool:
    return folder.holds(SHARDS)


def read_shards(folder: Folder) -> dict[str, Any]:
    """What ``shards.json`` says; BadLog when it cannot be understood."""
    facts = store.json_in(folder, SHARDS)
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadLog(f"{folder}/{SHARDS} does not belong to a journey log in shards.")
    if facts.get("format_version") != FORMAT_VERSION:
        raise BadLog(f"{folder} was written by another version of this program: build the log again.")
    return facts


def shard_name(number: int) -> str:
    return f"{number:05d}"


def ranks_name(shard: str) -> str:
    return f"ranks-{shard}.arrow"


def kept(folder: Folder) -> dict[str, str]:
    """The versions that readers may hold: the current one, and the moment since when each other is none."""
    if not is_sharded(folder):
        return {}
    facts = read_shards(folder)
    return {facts["version"]: writing.now().isoformat()} | writing.unexpired(facts["superseded"])


def publish(folder: Folder, facts: dict[str, Any]) -> None:
    """Make a version that was written aside the current one, in one step that survives a crash."""
    told = {"format": FORMAT, "format_version": FORMAT_VERSION, **facts, "superseded": kept(folder)}
    folder.put(SHARDS, json.dumps(told, ensure_ascii=False, indent=1))


def open_sharded(folder: Folder, version: str | None = None) -> Sharded:
    """All shards of the current version; BadLog for another one, whose facts are not kept."""
    facts = read_shards(folder)
    if version not in (None, facts["version"]):
        raise BadLog(f"The log {folder} no longer has version {version}: open its current version.")
    found = assembled(
        folder, facts, {name: _table(folder / facts["version"], name) for name in (MAP_STEPS, MAP_FLOWS)}
    )
    if not folder.away:
        found.shards  # noqa: B018  a damaged one is told now, not when a question meets it
    return found


def assembled(folder: Folder, facts: Mapping[str, Any], files: Mapping[str, pa.Table]) -> Sharded:
    """Shards as one log, from what is known of all of them."""
    empty = pa.table({"journey": pa.array([], pa.large_string())})
    return Sharded(Base(empty, Path(str(folder)), facts["version"], facts, files), lies_in=folder)


def _table(folder: Folder, name: str) -> pa.Table:
    try:
        return pa.ipc.open_file(pa.BufferReader(folder.read(name))).read_all()
    except (FileNotFoundError, pa.ArrowException) as error:
        raise BadLog(f"{folder}/{name} is missing or damaged ({error}): build the log again.") from error


@dataclass(frozen=True)
class Shard:
    """One shard by name: who counts it opens it where it counts."""

    log: str  # the folder of the version
    name: str
    version: str
    rows: int
    events: int

    @property
    def folder(self) -> str:
        return f"{self.log}/{self.name}"

    @property
    def key(self) -> str:
        return f"{self.folder}/{self.version}#0:0"

    def __str__(self) -> str:
        return self.folder

    def fetch(self, check: Callable[[], None] = never) -> Version:
        """The shard as a log of its own; one on a store is fetched, unless this machine has it."""
        return open_copied(folder_of(self.folder), self.version, check)

    def ticket(self, first: int, selected: Mask | None, engine: str, n_steps: int) -> Ticket:
        """All of it as one part, its rows numbered as those of the log."""
        sent = packed(selected)
        return Ticket(
            self.folder, self.version, 0, 0, self.rows, first, first, sent, engine, n_steps, self.events
        )


@dataclass(frozen=True)
class Lines:
    """The attribute lines of a shard: who asks them opens the shard where it asks."""

    shard: Shard

    @property
    def key(self) -> str:
        return self.shard.key

    def __str__(self) -> str:
        return str(self.shard)

    def fetch(self, check: Callable[[], None] = never) -> pa.Table:
        """As the whole log has them: variants by their rank in it, columns of its types."""
        table = self.shard.fetch(check).attributes
        own = table["variant"].to_numpy()
        ranks = _small(self.shard.log, ranks_name(self.shard.name))["rank"].to_numpy()
        table = table.set_column(
            table.column_names.index("variant"), "variant", pa.chunked_array([ranks[own]])
        )
        return _as_texts(table, _small(self.shard.log, ATTRIBUTES).schema)


@dataclass(frozen=True, eq=False)
class ShardLives:
    """The journeys of a shard with what a question knows of them: who counts them opens the shard where it counts."""

    shard: Shard
    ticket: Ticket
    marks: Mapping[str, NDArray[Any]]

    @property
    def engine(self) -> str:
        return self.ticket.engine

    @property
    def key(self) -> str:
        return self.shard.key

    def __str__(self) -> str:
        return str(self.shard)

    def fetch(self, check: Callable[[], None] = never) -> Own:
        persons = self.shard.fetch(check).base.table["person"]
        return Own(fetched(self.ticket, check), persons, self.marks)


@lru_cache(maxsize=256)
def _small(folder: str, name: str) -> pa.Table:
    """A file beside the shards, which never changes."""
    return _table(folder_of(folder), name)


@dataclass(frozen=True, eq=False)
class Sharded(Version):
    """The shards of a log as one version: its base holds what is known of all of them, and no journeys of its own."""

    @property
    def _place(self) -> Folder:
        return self.folder / self.name

    @cached_property
    def named(self) -> tuple[Shard, ...]:
        """The shards, none of them opened."""
        return tuple(
            Shard(str(self._place), one["shard"], one["version"], one["rows"], one["events"])
            for one in self.facts["shards"]
        )

    @cached_property
    def shards(self) -> tuple[Version, ...]:
        """All of them, opened here: of a log on a store this machine then fetches every one."""
        return tuple(engines.on(LOCAL, _itself, self.named))

    @property
    def parts(self) -> tuple[Version, ...]:
        return self.shards

    @property
    def pieces(self) -> list[Rows]:
        return [piece for shard in self.shards for piece in shard.pieces]

    @property
    def rows(self) -> int:
        return int(self.firsts[-1])

    @cached_property
    def live_in_base(self) -> Mask | None:
        return None

    @cached_property
    def live(self) -> Mask | None:
        return None

    @cached_property
    def firsts(self) -> NDArray[np.int64]:
        """(shards + 1,) the first row of each shard, and the number of rows."""
        return np.cumsum([0, *(shard.rows for shard in self.named)])

    @cached_property
    def first_moment(self) -> int:
        return min((one["first"] for one in self.facts["shards"] if one["rows"]), default=0)

    @cached_property
    def last_moment(self) -> int:
        return max((one["last"] for one in self.facts["shards"] if one["rows"]), default=0)

    @property
    def bytes(self) -> int:
        return sum(one["bytes"] for one in self.facts["shards"])

    @property
    def weighted(self) -> bool:
        return any(one["weighted"] for one in self.facts["shards"])

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        found = [shard.weights for shard in self.shards] if self.weighted else []
        weighed = [one for one in found if one is not None]
        return np.concatenate(weighed) if weighed else None

    @cached_property
    def weights_differ(self) -> int:
        return sum(one["weights_differ"] for one in self.facts["shards"])

    @cached_property
    def attributes(self) -> pa.Table:
        """All lines, here; see ``asked``."""
        return _joined(engines.on(LOCAL, _itself, self._lines))

    def asked(self, work: Callable[[pa.Table], NDArray[Any]], engine: str) -> NDArray[Any]:
        """Where the shards are counted, each on its own."""
        return np.concatenate(engines.on(engine, work, self._lines))

    @property
    def _lines(self) -> list[Lines]:
        return [Lines(shard) for shard in self.named]

    def lives(self, marks: Mapping[str, NDArray[Any]], selected: Mask | None, engine: str) -> Lives:
        """Shard by shard; persons of one shard only if so it was when they were built."""
        parts = []
        for shard, first in zip(self.named, self.firsts.tolist(), strict=False):
            rows = slice(first, first + shard.rows)
            chosen = None if selected is None else selected[rows]
            ticket = shard.ticket(first, chosen, engine, len(self.facts["steps"]))
            parts.append(ShardLives(shard, ticket, {name: column[rows] for name, column in marks.items()}))
        return Lives(parts, all(one["persons_whole"] for one in self.facts["shards"]))

    def lines(self, rows: NDArray[np.int64]) -> pa.Table:
        """Of the shards in which these rows lie; no other is opened."""
        whose = np.searchsorted(self.firsts, rows, side="right") - 1
        wanted = [number for number in range(len(self.named)) if (whose == number).any()] or [0]
        found = _joined(engines.on(LOCAL, _itself, [Lines(self.named[number]) for number in wanted]))
        before = np.cumsum([0, *(self.named[number].rows for number in wanted)])
        places = rows - self.firsts[whose] + before[np.searchsorted(wanted, whose)]
        return found.take(pa.array(places))

    @cached_property
    def numbering(self) -> Numbering:
        """By rank, as the build counted it."""
        runs = Rows(_table(self._place, VARIANTS))
        return Numbering(self.attributes["variant"].to_numpy(), runs.offsets, runs.steps)

    @cached_property
    def map(self) -> map_question.MapResult:
        return self.base.map

    def batches(self, selected: Mask | None, parts: int | None, engine: str = LOCAL) -> list[Batch]:
        """Each shard in batches of its own, so that none needs two files; a shard that lies on a store in one."""
        share = -(-(cores_of(engine) if parts is None else parts) // len(self.named))
        found: list[Any] = []
        for number, first in enumerate(self.firsts[:-1].tolist()):
            chosen = None if selected is None else selected[first : first + self.named[number].rows]
            if self.folder.away:
                ticket = self.named[number].ticket(first, chosen, engine, len(self.facts["steps"]))
                found.append(Away(ticket, fetched))
            else:
                found += [_shifted(one, first) for one in self.shards[number].batches(chosen, share, engine)]
        return found

    def place_of(self, row: int) -> tuple[Rows, int]:
        number = int(np.searchsorted(self.firsts, row, side="right")) - 1
        return self.named[number].fetch().place_of(row - int(self.firsts[number]))


def _itself(opened: Any) -> Any:
    return opened


def _joined(tables: Sequence[pa.Table]) -> pa.Table:
    return pa.concat_tables(tables, promote_options="permissive").unify_dictionaries()


def _shifted(batch: Batch, first: int) -> Batch:
    return moved(batch, batch.first + first, batch.noted_from + first)


def numbered(sequences: Sequence[Summary], step_names: Sequence[str]) -> tuple[pa.Table, list[pa.Table]]:
    """The variants of all shards by rank, and of each shard the ranks of its own, from the sequences of each."""
    union, mapping = join(sequences)
    ranked = ranking(union, step_names)
    rank = np.empty(len(ranked), np.int32)
    rank[ranked] = np.arange(len(ranked), dtype=np.int32)
    own = np.split(rank[mapping], np.cumsum([part.distinct for part in sequences])[:-1])
    runs = lists(*runs_of(union.offsets, union.steps, ranked))
    return pa.table({"steps": runs, "journeys": union.counts[ranked]}), [
        pa.table({"rank": one}) for one in own
    ]


def sequences_of(shard: Version) -> Summary:
    """The distinct sequences of a shard, as it numbers them."""
    base = shard.base
    runs = base.variant_runs
    return Summary(runs.offsets, runs.steps, base.variants["journeys"].to_numpy(), np.empty(0, np.int64))


def columns_of(schemas: Sequence[pa.Schema]) -> pa.Table:
    """No rows, and one type for each column of the shards: a text in one shard makes texts of all."""
    kinds: dict[str, pa.DataType] = {}
    for field in (field for schema in schemas for field in schema):
        if field.name not in kinds or pa.types.is_null(kinds[field.name]) or is_text(field.type):
            kinds[field.name] = field.type
    return pa.schema(list(kinds.items())).empty_table()


def _as_texts(table: pa.Table, wanted: pa.Schema) -> pa.Table:
    for place, field in enumerate(table.schema):
        kind = wanted.field(field.name).type
        if is_text(kind) and not is_text(field.type):
            plain = table[field.name].cast(pa.string())
            coded = plain.dictionary_encode() if pa.types.is_dictionary(kind) else plain
            table = table.set_column(place, field.name, coded)
    return table
