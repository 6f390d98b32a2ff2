"""Bring an export up to date: new files beside those that are meant, then ``export.json`` in one step.

Until that step, and after a crash at any point, readers find what they found before; what was written meanwhile is named by the
draft, from which the next run goes on. What neither names is removed when a run begins. One run at a time: the caller sees to that.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from trayecto.errors import UnreadableFile
from trayecto.events.exported.layout import (
    DRAFT,
    EVENTS,
    MANIFEST,
    PERSONS,
    EventFile,
    Manifest,
    read_manifest,
)
from trayecto.events.exported.place import Place, place_of
from trayecto.events.exported.rows import event_table, person_table

OURS = re.compile(r"\.?[0-9-]+-[0-9a-f]{8}\.parquet(\.new)?")  # names of files that an export wrote
KEEP = timedelta(hours=1)  # so long files stay that others took the place of, for those who are reading them
FULL = 1_000_000  # rows of a file, at most
MOST = 8  # small files of a month before they are joined
SLICE = 100_000  # events that are read anew at once
Range = tuple[int, int]
Reread = Callable[[Sequence[int]], bytes]  # ids of events → the same events as CSV, as they are read today


class Update:
    """One run. ``manifest`` is what it has come to; ``published`` what readers see (None: nothing yet)."""

    def __init__(self, folder: str) -> None:
        self._place: Place = place_of(folder)
        self.published = read_manifest(self._place)
        self.manifest = self._begun()
        self._remove_strays()

    def _begun(self) -> Manifest:
        """An export that was under way when its process ended, if it began from what readers see."""
        draft = read_manifest(self._place, DRAFT)
        if draft is None and self.published is None:
            self._claim()
        current = self.published or Manifest()
        return draft if draft is not None and draft.version == current.version else current

    def _claim(self) -> None:
        """Make the place one of ours before anything lies there: nothing of somebody else's is ever taken for a stray."""
        if strangers := self._files():
            raise UnreadableFile(
                f"{self._place.url(strangers[0])} belongs to something else: choose a new or empty folder for the export."
            )
        self._place.put(DRAFT, Manifest().to_json())

    def _files(self) -> list[str]:
        return [*self._place.files(EVENTS), *self._place.files(PERSONS)]

    def _remove_strays(self) -> None:
        seen = self.published or Manifest()
        named = self.manifest.paths | seen.paths | set(seen.superseded) | set(self.manifest.superseded)
        for path in self._files():
            if path not in named and OURS.fullmatch(path.rpartition("/")[2]):
                self._place.remove(path)

    @property
    def has_leftovers(self) -> bool:
        """Whether files lie there that others took the place of, and nobody can be reading any more."""
        return any(map(_is_over, self.manifest.superseded.values()))

    def begin_anew(self) -> None:
        """Take nothing over from earlier runs."""
        self.manifest = Manifest(version=self.manifest.version)

    def add(self, content: bytes, position: int) -> int:
        """Take in the events (CSV, see ``rows``) up to a place in the ledger; returns how many there were."""
        table = event_table(content)
        made = [self._written(table.filter(rows)) for rows in _by_month(table)]
        self.manifest = replace(self.manifest, files=(*self.manifest.files, *made), position=position)
        self._join()
        self._save()
        return int(table.num_rows)

    def rewrite(self, ranges: Sequence[Range], types: Iterable[str], reread: Reread) -> int:
        """Write the files anew that hold an event of a range of ids, both ends included, or of a type, with all their events as
        they are read today; returns how many files. Each is kept in the draft."""
        changed, wanted = _Ranges(ranges), self._places(types)
        count = 0
        for file in self.manifest.files:
            if wanted.isdisjoint(file.types) and not changed.may_meet(file):
                continue
            ids = self._read(file.path, ["id"])["id"].to_numpy()
            if wanted.isdisjoint(file.types) and not changed.meet(ids):
                continue
            slices = [ids[start : start + SLICE].tolist() for start in range(0, len(ids), SLICE)]
            tables = [event_table(reread(one)) for one in slices]
            self._replace([file], self._written(pa.concat_tables(tables).unify_dictionaries()))
            self._save()
            count += 1
        return count

    def _places(self, types: Iterable[str]) -> set[int]:
        known = {name: place for place, name in enumerate(self.manifest.types)}
        return {known[name] for name in types if name in known}

    def set_persons(self, number: int, content: bytes) -> None:
        """Say whose the identifiers of a stretch are (CSV, see ``rows``); a file that says the same already stays."""
        table = person_table(content)
        before = self.manifest.persons.get(str(number))
        if before is not None and self._says(before, table):
            return
        persons = {key: path for key, path in self.manifest.persons.items() if key != str(number)}
        if table.num_rows:
            path = f"{PERSONS}/{number:06d}-{secrets.token_hex(4)}.parquet"
            self._place.put(path, _packed(table))
            persons[str(number)] = path
        superseded = dict(self.manifest.superseded) | ({before: _now()} if before else {})
        self.manifest = replace(self.manifest, persons=persons, superseded=superseded)

    def keep(self, state: Mapping[str, Any]) -> None:
        """What the writer wants to know the next time."""
        self.manifest = replace(self.manifest, state=dict(state))

    def publish(self, *, at_once: bool) -> Manifest:
        """Make this what readers see. ``at_once``: files that are meant no more go now, whoever is reading them: they hold
        what was taken out of the ledger. Else they stay for an hour."""
        version = f"{_clock():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
        before = set() if self.published is None else self.published.paths
        gone = dict(self.manifest.superseded) | {path: _now() for path in before - self.manifest.paths}
        kept = {} if at_once else {path: since for path, since in gone.items() if not _is_over(since)}
        self.manifest = replace(self.manifest, version=version, superseded=kept)
        self._place.put(MANIFEST, self.manifest.to_json())
        self._place.remove(DRAFT)
        self.published = self.manifest
        for path in set(gone) - set(kept) - self.manifest.paths:
            self._place.remove(path)
        return self.manifest

    def _save(self) -> None:
        self._place.put(DRAFT, self.manifest.to_json())

    def _written(self, table: pa.Table) -> EventFile:
        ids = table["id"]
        first, last = ids[0].as_py(), ids[-1].as_py()
        month = pc.strftime(table["at"][0], format="%Y-%m").as_py()
        path = f"{EVENTS}/month={month}/{first:015d}-{last:015d}-{secrets.token_hex(4)}.parquet"
        content = _packed(table)
        self._place.put(path, content)
        return EventFile(path, first, last, table.num_rows, len(content), self._types(table))

    def _types(self, table: pa.Table) -> tuple[int, ...]:
        found = pc.unique(table["event_type"].cast(pa.string())).to_pylist()
        known = dict.fromkeys((*self.manifest.types, *sorted(found)))
        self.manifest = replace(self.manifest, types=tuple(known))
        places = {name: place for place, name in enumerate(known)}
        return tuple(sorted(places[name] for name in found))

    def _join(self) -> None:
        """Small files of a month that follow each other become one: else a run every five minutes leaves thousands."""
        for _month, files in groupby(sorted(self.manifest.files, key=_place_of), lambda file: file.month):
            run = _small_tail(list(files))
            if len(run) >= MOST:
                tables = [self._read(file.path) for file in run]
                self._replace(run, self._written(pa.concat_tables(tables).unify_dictionaries()))

    def _replace(self, old: Sequence[EventFile], new: EventFile) -> None:
        files = [file for file in self.manifest.files if file not in old]
        superseded = dict(self.manifest.superseded) | {file.path: _now() for file in old}
        self.manifest = replace(
            self.manifest, files=tuple(sorted([*files, new], key=_place_of)), superseded=superseded
        )

    def _says(self, path: str, table: pa.Table) -> bool:
        try:
            return bool(self._read(path).equals(table))
        except UnreadableFile:  # somebody removed it: it is written anew
            return False

    def _read(self, path: str, columns: list[str] | None = None) -> pa.Table:
        content = pa.BufferReader(self._place.get(path) or b"")
        try:
            return parquet.read_table(content, columns=columns)
        except (pa.ArrowException, OSError) as problem:
            raise UnreadableFile(
                f"{self._place.url(path)} is missing or damaged: not by the export, which changes no file. "
                f"To mend it, remove {self._place.name} with all that it holds, and export anew."
            ) from problem


def _by_month(table: pa.Table) -> list[pa.ChunkedArray]:
    months = pc.strftime(table["at"], format="%Y-%m")
    return [pc.equal(months, month) for month in sorted(pc.unique(months).to_pylist())]


def _small_tail(files: Sequence[EventFile]) -> list[EventFile]:
    """The last files of a month that fit into one."""
    run: list[EventFile] = []
    room = FULL
    for file in reversed(files):
        room -= file.rows
        if room < 0:
            break
        run.insert(0, file)
    return run


class _Ranges:
    """Ids from … to …, both included, as disjoint ranges in order."""

    def __init__(self, ranges: Sequence[Range]) -> None:
        lows: list[int] = []
        highs: list[int] = []
        for low, high in sorted(ranges):
            if highs and low <= highs[-1]:
                highs[-1] = max(highs[-1], high)
            else:
                lows.append(low)
                highs.append(high)
        self._lows, self._highs = np.array(lows, np.int64), np.array(highs, np.int64)

    def may_meet(self, file: EventFile) -> bool:
        """By its first and last event: those between them may lie in other months."""
        place = int(np.searchsorted(self._highs, file.first))
        return place < len(self._lows) and bool(self._lows[place] <= file.last)

    def meet(self, ids: NDArray[np.int64]) -> bool:
        place = np.searchsorted(self._highs, ids)
        inside = place < len(self._lows)
        return bool((self._lows[place[inside]] <= ids[inside]).any())


def _place_of(file: EventFile) -> tuple[str, int]:
    return file.month, file.first


def _packed(table: pa.Table) -> memoryview:
    sink = pa.BufferOutputStream()
    parquet.write_table(table, sink, compression="zstd", row_group_size=250_000)
    return memoryview(sink.getvalue())


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the product's clock is above this package


def _now() -> str:
    return _clock().isoformat()


def _is_over(since: str) -> bool:
    return _clock() - datetime.fromisoformat(since) > KEEP
