"""Objects with their events, as plain arrays: what the object-centric map is counted from."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto import engine
from trayecto.errors import BadValue, UnknownStep, did_you_mean
from trayecto.events.table import Events

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ObjectBatch:
    """A run of objects. Object ``o`` has the events ``events[offsets[o]:offsets[o + 1]]``, in log order, each once.

    ``leads``: of the objects of its type that an event touches, the first; ``alone``: the only one.
    """

    offsets: Ints  # (objects + 1,)
    kinds: NDArray[np.int32]  # (objects,) codes of types
    events: Ints  # (relations,) numbers of events
    leads: NDArray[np.bool_]
    alone: NDArray[np.bool_]


@dataclass(frozen=True)
class ObjectLog:
    """Events by time (those at the same time as they were read), and for every object of every type its events.

    ``objects`` are names, object after object as in ``whole``. ``untouched``: events that touch no object.
    """

    types: tuple[str, ...]  # by code, sorted
    step_names: tuple[str, ...]  # by code, sorted
    steps: NDArray[np.uint16]  # (events,)
    times: Ints  # (events,) microseconds since 1970 UTC
    whole: ObjectBatch
    objects: pa.Array
    untouched: int
    untyped: int  # relations with objects of no type, left out

    @property
    def event_count(self) -> int:
        return len(self.steps)

    @property
    def touched(self) -> NDArray[np.bool_]:
        """(events,) which of them touch an object."""
        return _touched(self.whole.events, self.event_count)

    def code(self, name: str) -> int:
        """The code of a type; raises UnknownStep with the nearest name."""
        if name not in self.types:
            raise UnknownStep(f"The log has no objects of type '{name}'.{did_you_mean(name, self.types)}")
        return self.types.index(name)

    def batches(self, parts: int | None = None) -> list[ObjectBatch]:
        """The objects in ``parts`` runs of about equally many events (default: one per core); at least one."""
        whole = self.whole
        wanted = np.linspace(0, len(whole.events), (parts or engine.cores()) + 1)
        edges = np.unique(np.searchsorted(whole.offsets, wanted).clip(0, len(whole.kinds)))
        edges = edges if len(edges) > 1 else np.array([0, len(whole.kinds)])
        return [self._run(int(low), int(high)) for low, high in pairwise(edges)]

    def _run(self, low: int, high: int) -> ObjectBatch:
        whole = self.whole
        cut = slice(int(whole.offsets[low]), int(whole.offsets[high]))
        return ObjectBatch(
            whole.offsets[low : high + 1] - whole.offsets[low], whole.kinds[low:high],
            whole.events[cut], whole.leads[cut], whole.alone[cut],
        )  # fmt: skip

    def only(self, types: Collection[str]) -> ObjectLog:
        """The same events with objects of these types alone."""
        codes = [self.code(name) for name in types]
        whole = self.whole
        kept = np.isin(whole.kinds, codes)
        lengths = np.diff(whole.offsets)
        rows = np.repeat(kept, lengths)
        offsets = np.concatenate([[0], np.cumsum(lengths[kept])]).astype(np.int64)
        batch = ObjectBatch(
            offsets, whole.kinds[kept], whole.events[rows], whole.leads[rows], whole.alone[rows]
        )
        untouched = self.event_count - int(_touched(batch.events, self.event_count).sum())
        return ObjectLog(
            self.types, self.step_names, self.steps, self.times, batch, self.objects.filter(pa.array(kept)),
            untouched, self.untyped,
        )  # fmt: skip

    def taking(self, kind: str, source: str, target: str, limit: int) -> Iterator[str]:
        """Names of up to ``limit`` objects of a type that go directly from one step to another."""
        whole, wanted = self.whole, (self.step_names.index(source), self.step_names.index(target))
        code = self.code(kind)
        inside = np.ones(len(whole.events), np.bool_)
        inside[whole.offsets[:-1][np.diff(whole.offsets) > 0]] = (
            False  # nothing leads to an object's first event
        )
        of = np.repeat(whole.kinds == code, np.diff(whole.offsets)) & inside
        places = np.flatnonzero(of[1:]) + 1
        codes = self.steps[whole.events]
        hits = places[(codes[places - 1] == wanted[0]) & (codes[places] == wanted[1])]
        found = np.unique(np.searchsorted(whole.offsets, hits, side="right") - 1)[:limit]
        yield from (str(self.objects[int(place)]) for place in found)

    def examples(self, limit: int) -> dict[tuple[str, str, str], list[str]]:
        """Names of up to ``limit`` objects of every flow, by (type, source, target)."""
        whole, n_steps = self.whole, len(self.step_names)
        lengths = np.diff(whole.offsets)
        inside = np.ones(len(whole.events), np.bool_)
        inside[whole.offsets[:-1][lengths > 0]] = False  # nothing leads to an object's first event
        places = np.flatnonzero(inside)
        codes = self.steps[whole.events].astype(np.int64)
        of = np.repeat(np.arange(len(lengths)), lengths)[places]
        cell = (whole.kinds[of].astype(np.int64) * n_steps + codes[places - 1]) * n_steps + codes[places]
        cells, objects = np.divmod(distinct(cell * max(len(lengths), 1) + of), max(len(lengths), 1))
        edges = np.flatnonzero(np.append(True, cells[1:] != cells[:-1])) if len(cells) else cells
        found = {}
        for first, last in zip(edges.tolist(), [*edges[1:].tolist(), len(cells)], strict=True):
            rest, target = divmod(int(cells[first]), n_steps)
            kind, source = divmod(rest, n_steps)
            flow = self.types[kind], self.step_names[source], self.step_names[target]
            found[flow] = self.objects.take(pa.array(objects[first : min(last, first + limit)])).to_pylist()
        return found

    @classmethod
    def of_events(cls, events: Events) -> ObjectLog:
        """Of an OCEL log as ``read_events`` reads it; raises BadValue for events without objects."""
        if events.relations is None:
            raise BadValue("These events touch no objects: an object-centric map needs an OCEL 2.0 log.")
        relations = events.relations
        kept = relations.filter(pc.is_valid(relations["type"]))
        order = events.table.column("at").cast(pa.int64()).to_numpy()
        return _assembled(
            events.table.column("step"), order, kept["event"].to_numpy(), kept["object"], kept["type"],
            relations.num_rows - kept.num_rows,
        )  # fmt: skip

    @classmethod
    def of_relations(cls, table: pa.Table, *, event: str, type_: str, object_: str) -> ObjectLog:
        """Of a table with a row per event and object it touches (``object_`` null: none), in the columns of
        ``read_events`` (``step``, ``at``); ``event`` names the column with the event's id."""
        ids = pc.dictionary_encode(table.column(event)).combine_chunks()
        numbers = ids.indices.to_numpy()
        first = np.empty(len(ids.dictionary), np.int64)
        first[numbers[::-1]] = np.arange(len(numbers))[::-1]
        touched = pc.is_valid(table.column(object_)).to_numpy()
        kept = table.filter(pa.array(touched))
        events = table.take(pa.array(first))
        return _assembled(
            events.column("step"), events.column("at").cast(pa.int64()).to_numpy(), numbers[touched],
            kept.column(object_), kept.column(type_), 0,
        )  # fmt: skip


def _assembled(
    steps: pa.ChunkedArray,
    times: Ints,
    event: Ints,
    object_: pa.ChunkedArray,
    kinds: pa.ChunkedArray,
    untyped: int,
) -> ObjectLog:
    """``steps``, ``times``: of the events as they were read; the others: of each relation."""
    order = np.argsort(times, kind="stable")
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    step_names, codes = _coded(steps)
    types, kind = _coded(kinds)
    name = _encoded(object_)
    objects = name.indices.to_numpy().astype(np.int64)
    # One object is one type and one name; an event that names it twice (as another part) touches it once.
    names = max(len(name.dictionary), 1)
    size = max(len(order), 1)
    key, numbers = np.divmod(distinct((kind * np.int64(names) + objects) * size + place[event]), size)
    begins = np.ones(len(key), np.bool_)
    begins[1:] = key[1:] != key[:-1]
    firsts = np.flatnonzero(begins)
    of_object, of_name = np.divmod(key[firsts], max(len(name.dictionary), 1))
    offsets = np.append(firsts, len(key)).astype(np.int64)
    relation_kind = np.repeat(of_object, np.diff(offsets))
    leads, alone = _sharing(relation_kind, numbers, len(order))
    batch = ObjectBatch(offsets, of_object.astype(np.int32), numbers, leads, alone)
    return ObjectLog(
        types, step_names, codes[order].astype(np.uint16), times[order], batch, name.dictionary.take(pa.array(of_name)),
        len(order) - int(_touched(numbers, len(order)).sum()), untyped,
    )  # fmt: skip


def _sharing(kinds: Ints, events: Ints, n_events: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(relations,) whether each is the first of its type and event, and whether it is the only one; sorted by type."""
    leads, alone = np.zeros(len(events), np.bool_), np.zeros(len(events), np.bool_)
    edges = np.searchsorted(kinds, np.arange(int(kinds.max(initial=-1)) + 2))
    for low, high in pairwise(edges.tolist()):
        mine = events[low:high]
        alone[low:high] = np.bincount(mine, minlength=n_events)[mine] == 1
        first = np.empty(n_events, np.int64)
        first[mine[::-1]] = np.arange(high - low)[::-1]
        leads[low:high] = first[mine] == np.arange(high - low)
    return leads, alone


def distinct(values: Ints) -> Ints:
    """The values, sorted, each once; by sorting, for hashing (as np.unique does) is far slower where most are different."""
    ordered = np.sort(values)
    fresh = np.ones(len(ordered), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def _touched(events: Ints, n_events: int) -> NDArray[np.bool_]:
    """(events,) which of them an object has."""
    found = np.zeros(n_events, np.bool_)
    found[events] = True
    return found


def _coded(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.int32]]:
    """The values that occur, sorted, and (rows,) the place of each row's among them."""
    coded = _encoded(column)
    indices, names = coded.indices.to_numpy(), coded.dictionary.to_pylist()
    occurring = np.flatnonzero(np.bincount(indices, minlength=len(names))).tolist()
    used = sorted(occurring, key=names.__getitem__)
    rank = np.empty(len(names), np.int32)
    rank[used] = np.arange(len(used))
    return tuple(names[place] for place in used), rank[indices]


def _encoded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    if pa.types.is_dictionary(column.type):
        return column.unify_dictionaries().combine_chunks()
    return pc.dictionary_encode(column).combine_chunks()
