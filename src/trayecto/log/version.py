"""One version of a log: its base with the rows that count no more, and its tail, the patches put together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import Batch, EventColumn
from trayecto.engine import LOCAL, cores_of
from trayecto.log import store
from trayecto.log.away import Away
from trayecto.log.batches import cut_batches, part_of
from trayecto.log.home import InFile, Ticket, moved
from trayecto.log.kept_map import map_of
from trayecto.log.kinds import recast
from trayecto.log.numbering import number_variants
from trayecto.log.patch import Patch, combine, read_patch
from trayecto.log.store import Manifest, PatchFile, Position
from trayecto.log.stored import HIDDEN, Base, Rows, open_base
from trayecto.persons import Lives
from trayecto.questions import map as map_question
from trayecto.questions.variants import Numbering
from trayecto.stores import Folder, Here, folder_of, is_address, never

Mask = NDArray[np.bool_]
MOST_OPEN = 64  # versions that a process keeps open for batches that come again


@dataclass(frozen=True, eq=False)
class Version:
    """A base and its patches, oldest first. Rows are those of the base, then those of the tail."""

    base: Base
    numbers: tuple[str, ...] = ()
    patches: tuple[Patch, ...] = ()
    lies_in: Folder | None = None  # where it lies, when that is not where its files were opened

    @property
    def folder(self) -> Folder:
        """Where it lies."""
        return self.lies_in or Here(self.base.folder)

    @property
    def name(self) -> str:
        return ".".join([self.base.name, *self.numbers])

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the newest patch says of the log, else the base: steps, column values, as_of, totals …"""
        return self.patches[-1].meta if self.patches else self.base.meta

    @cached_property
    def tail(self) -> Patch | None:
        return combine(self.patches) if self.patches else None

    @cached_property
    def tail_rows(self) -> Rows | None:
        return None if self.tail is None else Rows(self.tail.journeys)

    @property
    def parts(self) -> tuple[Version, ...]:
        """The logs in folders of their own that it is made of: itself, or its shards."""
        return (self,)

    @property
    def pieces(self) -> list[Rows]:
        return [self.base] if self.tail_rows is None else [self.base, self.tail_rows]

    @property
    def rows(self) -> int:
        """Rows of the log, live or not."""
        return sum(len(piece.table) for piece in self.pieces)

    @cached_property
    def live_in_base(self) -> Mask | None:
        """(rows of the base,) those that no patch takes the place of; None for all."""
        if self.tail is None:
            return None
        mask = np.ones(len(self.base.table), np.bool_)
        mask[self.tail.base_rows] = False
        return mask

    @cached_property
    def live(self) -> Mask | None:
        """(rows,) the rows that count; None for all."""
        if self.tail_rows is None or self.live_in_base is None:
            return None
        return np.concatenate([self.live_in_base, np.ones(len(self.tail_rows.table), np.bool_)])

    @cached_property
    def code_of(self) -> dict[str, int]:
        """The codes of the steps that occur."""
        counts = self.events_of_steps
        return {name: code for code, name in enumerate(self.facts["steps"]) if counts[code]}

    @cached_property
    def events_of_steps(self) -> NDArray[np.int64]:
        """(steps,) how often each step occurs in live journeys."""
        if not self.patches:
            return self.base.events_of_steps
        return np.array(self.facts["totals"]["events_of_steps"], np.int64)

    @cached_property
    def totals(self) -> tuple[int, int]:
        """Live journeys and their events."""
        facts = self.facts["totals"] if self.patches else self.base.meta
        return facts["journeys"], facts["events"]

    @cached_property
    def first_moment(self) -> int:
        """When the first live journey started; 0 without any."""
        return min((int(self._moments(number, "started").min()) for number in self._filled), default=0)

    @cached_property
    def last_moment(self) -> int:
        """When the last live journey ended; 0 without any."""
        return max((int(self._moments(number, "ended").max()) for number in self._filled), default=0)

    @property
    def _filled(self) -> list[int]:
        """The pieces that have live journeys."""
        return [number for number in range(len(self.pieces)) if len(self._moments(number, "ended"))]

    def _moments(self, number: int, name: str) -> NDArray[np.int64]:
        found = self.pieces[number].table[name].cast(pa.int64()).to_numpy()
        return found[self.live_in_base] if number == 0 and self.live_in_base is not None else found

    @property
    def patched_events(self) -> int:
        """Events in all patches, also those that newer patches replaced."""
        return sum(patch.events for patch in self.patches)

    @cached_property
    def attributes(self) -> pa.Table:
        """One line per row, as the log's users see it: with the variant's rank, without the lists."""
        hidden = [*HIDDEN, *self.base.meta["columns"]]
        base = self.base.table.drop_columns([name for name in hidden if name in self.base.table.column_names])
        if self.tail_rows is None:
            return base
        tail = self.tail_rows.table
        tail = tail.drop_columns([name for name in hidden if name in tail.column_names])
        place = base.column_names.index("variant")
        base = recast(base.drop_columns(["variant"]), tail.schema)
        ranks = pa.chunked_array(np.split(self._ranks(), [len(base)]), pa.int32())
        return pa.concat_tables([base, tail]).add_column(place, "variant", ranks)

    def asked(self, work: Callable[[pa.Table], NDArray[Any]], engine: str) -> NDArray[Any]:
        """What ``work`` makes of the attribute lines: an entry for each row."""
        return work(self.attributes)

    def lives(self, marks: Mapping[str, NDArray[Any]], selected: Mask | None, engine: str) -> Lives | None:
        """The journeys in parts that hold whole persons or give them away; None for a log in one piece."""
        return None

    def lines(self, rows: NDArray[np.int64]) -> pa.Table:
        """The attribute lines of these rows, which rise."""
        return self.attributes.take(pa.array(rows))

    @property
    def bytes(self) -> int:
        """What its files hold."""
        place = self.base.folder
        patches = (store.patch_path(place, self.base.name, number) for number in self.numbers)
        files = sum(figures["bytes"] for figures in self.base.meta["files"].values())
        return int(files) + sum(path.stat().st_size for path in patches)

    def _ranks(self) -> NDArray[np.int32]:
        numbers = self.numbering
        assert numbers.by_rank is not None
        rank = np.empty(len(numbers.by_rank), np.int32)
        rank[numbers.by_rank] = np.arange(len(rank), dtype=np.int32)
        return rank[numbers.members]

    @cached_property
    def numbering(self) -> Numbering:
        """The variants of all journeys."""
        if self.tail_rows is None or self.live_in_base is None:
            runs = self.base.variant_runs
            return Numbering(self.base.plain("variant"), runs.offsets, runs.steps)
        return number_variants(self.base, self.live_in_base, self.tail_rows, self.facts["steps"])

    @cached_property
    def map(self) -> map_question.MapResult:
        """The map of all journeys: as the build stored it, with what the tail changed; else asked anew, once."""
        if self.tail is None or self.tail_rows is None:
            return self.base.map
        steps = self.facts["steps"]
        kept = map_of(self.base, self.tail.base_rows, self.tail_rows, steps)
        if kept is not None:
            return kept
        batches = self.batches(None, None)
        return map_question.over(batches, map_question.plan_for(batches, len(steps)), steps)

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        if not self.weighted:
            return None
        found = [piece.plain("weight") for piece in self.pieces]
        return found[0] if len(found) == 1 else np.concatenate(found)

    @property
    def weighted(self) -> bool:
        return "weight" in self.base.table.column_names

    @cached_property
    def weights_differ(self) -> int:
        """Live journeys whose events name more than one weight."""
        if "weight_differs" not in self.base.table.column_names:
            return 0
        found = np.concatenate([piece.plain("weight_differs") for piece in self.pieces])
        return int(np.count_nonzero(found if self.live is None else found & self.live))

    @cached_property
    def columns(self) -> dict[str, EventColumn]:
        return {name: EventColumn(name, tuple(values)) for name, values in self.facts["columns"].items()}

    def batches(self, selected: Mask | None, parts: int | None, engine: str = LOCAL) -> list[Batch]:
        """The base cut into runs, then the tail; ``selected`` None: all that is live."""
        found: list[Batch] = []
        at_once = cores_of(engine) if parts is None else parts
        for number, whole in enumerate(self._wholes):
            end = whole.first + whole.journeys
            chosen = whole.live if selected is None else selected[whole.first : end]
            if not found or end > whole.first:
                cut = cut_batches(replace(whole, selected=chosen), None if found else parts, at_once=at_once)
                found += [self._at_home(number, whole.first, one, engine) for one in cut]
        return found

    @cached_property
    def _wholes(self) -> list[Batch]:
        """Each piece as one batch."""
        found: list[Batch] = []
        first = 0
        for piece, live in zip(self.pieces, (self.live_in_base, None), strict=False):
            weights = piece.plain("weight") if "weight" in piece.table.column_names else None
            columns = {name: piece.values(name) for name in self.facts["columns"]}
            found.append(
                Batch(
                    first, piece.offsets, piece.steps, piece.times, None, weights, len(self.facts["steps"]), live,
                    columns, self.base if piece is self.base else None, first,
                )
            )  # fmt: skip
            first += len(piece.table)
        return found

    def _at_home(self, number: int, first: int, one: Batch, engine: str) -> Batch:
        low = one.first - first
        where = Ticket(
            str(self.folder), self.name, number, low, low + one.journeys, one.first, one.noted_from, None, engine,
            one.n_steps, one.events,
        )  # fmt: skip
        return replace(one, home=InFile(where, reopened, one))

    def part(self, number: int, low: int, high: int, selected: Mask | None, engine: str) -> Batch:
        """A batch of rows ``low … high - 1`` of a piece, with this selection."""
        whole = self._wholes[number]
        one = replace(part_of(whole, low, high), selected=selected)
        return self._at_home(number, whole.first, one, engine)

    def place_of(self, row: int) -> tuple[Rows, int]:
        """The piece that a row lies in, and its number there."""
        size = len(self.base.table)
        if row < size or self.tail_rows is None:
            return self.base, row
        return self.tail_rows, row - size

    def is_live(self, row: int) -> bool:
        return 0 <= row < self.rows and (self.live is None or bool(self.live[row]))

    @property
    def as_of(self) -> datetime:
        return datetime.fromisoformat(self.facts["as_of"])

    @property
    def position(self) -> Position:
        return tuple(self.facts.get("position", ()))

    @property
    def texts(self) -> Mapping[str, str]:
        return dict(self.base.meta.get("texts", {}))


def open_version(folder: Path, version: str | None = None) -> Version:
    """The current version (None), or an older one by name; BadLog says in one sentence what is wrong."""
    if version is None:
        return open_current(folder, store.read_manifest(folder))
    base, numbers = store.parts_of(folder, version)
    return _assembled(open_base(folder, base, None), numbers)


def open_current(folder: Path, manifest: Manifest) -> Version:
    """The version that a manifest names, its patches checked."""
    base = open_base(folder, manifest.base, manifest.checksum)
    for patch in manifest.tail:
        store.check_file(store.patch_path(folder, base.name, patch.number), patch.bytes, patch.sha256)
    return _assembled(base, tuple(patch.number for patch in manifest.tail))


def open_draft(base: Base, tail: tuple[PatchFile, ...]) -> Version:
    """A base that is not published yet, with the patches it has."""
    return _assembled(base, tuple(patch.number for patch in tail))


def _assembled(base: Base, numbers: tuple[str, ...]) -> Version:
    paths = (store.patch_path(base.folder, base.name, number) for number in numbers)
    return Version(base, numbers, tuple(read_patch(path) for path in paths))


def open_copied(folder: Folder, version: str | None = None, check: Callable[[], None] = never) -> Version:
    """A version of a log in one piece, from files that this machine keeps of what lies on a store; None: the current one."""
    name = version or store.manifest_in(folder).version
    return _opened(str(folder), str(folder.copied(name, store.base_of(name), check)), name)


def reopened(ticket: Ticket) -> Batch | Away:
    """The batch whose ticket this was, from the files as this process reads them; what lies on a store is still to be fetched."""
    return Away(ticket, fetched) if is_address(ticket.folder) else fetched(ticket)


def fetched(ticket: Ticket, check: Callable[[], None] = never) -> Batch:
    """The batch of a ticket; ``check`` may call off what is fetched for it."""
    version = open_copied(folder_of(ticket.folder), ticket.version, check)
    found = version.part(ticket.piece, ticket.low, ticket.high, ticket.selected, ticket.engine)
    return found if found.first == ticket.first else moved(found, ticket.first, ticket.noted_from)


@lru_cache(maxsize=MOST_OPEN)
def _opened(folder: str, place: str, version: str) -> Version:
    found = open_version(Path(place), version)
    return replace(found, lies_in=folder_of(folder)) if is_address(folder) else found
