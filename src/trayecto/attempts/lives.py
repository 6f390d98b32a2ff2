"""The persons of a log as lives of orders: one row per attempt to order, with what followed it and when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto.log.journeylog import JourneyLog

DAY = 86_400_000_000  # microseconds
NEVER = np.iinfo(np.int64).max
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Events:
    """All steps of the log by person and time: (events,) arrays. ``person`` is a number, ``row`` the journey's, ``place``
    where the event stands in the log."""

    person: Ints
    row: Ints
    step: Ints
    at: Ints
    place: Ints

    def values(self, log: JourneyLog, column: str) -> list[str | None]:
        """(events,) an event column of the log."""
        pieces = (piece.values(column)[piece.offsets[0] : piece.offsets[-1]] for piece in log.stored.pieces)
        codes = np.concatenate(list(pieces))[self.place]
        names = np.array([*log.columns[column].values, None], dtype=object)
        found: list[str | None] = names[codes].tolist()
        return found


@dataclass(frozen=True)
class Units:
    """One row per attempt to order: a person's first gate or order since the last order. (units,) arrays.

    ``start``, ``stop``: its events lie in [start, stop) of the sorted events; ``ordered``: the moment of the order or NEVER;
    ``following``: whether the person has a later attempt.
    """

    events: Events
    start: Ints
    stop: Ints
    person: Ints
    row: Ints
    began: Ints
    ordered: Ints
    following: Bools

    def __len__(self) -> int:
        return len(self.start)

    def unit_of_event(self) -> Ints:
        """(events,) the unit of each event, -1 before the first attempt of its person."""
        return self._unit_of_event

    @cached_property
    def _unit_of_event(self) -> Ints:
        found = np.full(len(self.events.step), -1)
        lengths = self.stop - self.start
        places = np.repeat(self.start - np.cumsum(lengths) + lengths, lengths) + np.arange(lengths.sum())
        found[places] = np.repeat(np.arange(len(self)), lengths)
        return found

    @cached_property
    def taken(self) -> NDArray[np.bool_]:
        """(steps, units) which steps, by code, happen in which units; steps after the last that happens are left out."""
        unit = self._unit_of_event
        mine = unit >= 0
        found = np.zeros((int(self.events.step.max(initial=-1)) + 1, len(self)), dtype=bool)
        found[self.events.step[mine], unit[mine]] = True
        return found

    def first(self, log: JourneyLog, steps: Collection[str]) -> Ints:
        """(units,) when one of the steps first happens in the unit, NEVER where it does not."""
        mine, unit = self.among(log, steps)
        found = np.full(len(self), NEVER)
        np.minimum.at(found, unit, self.events.at[mine])
        return found

    def count(self, log: JourneyLog, steps: Collection[str]) -> Ints:
        """(units,) how often the steps happen in the unit."""
        return np.bincount(self.among(log, steps)[1], minlength=len(self)).astype(np.int64)

    def among(self, log: JourneyLog, steps: Collection[str]) -> tuple[Ints, Ints]:
        """The events of these steps, and the unit of each."""
        wanted = np.zeros(max(log.stored.code_of.values(), default=0) + 1, dtype=bool)
        wanted[[log.stored.code_of[step] for step in steps if step in log.stored.code_of]] = True
        mine = np.flatnonzero(wanted[self.events.step])
        unit = self._unit_of_event[mine]
        return mine[unit >= 0], unit[unit >= 0]


def events_of(log: JourneyLog) -> Events:
    """The log's steps by person and time."""
    names = pc.dictionary_encode(log.attributes["person"]).combine_chunks()
    persons = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    rows, steps, times = _told(log)
    person = persons[rows]
    keep = person >= 0 if log.chosen is None else (person >= 0) & log.chosen[rows]
    order = np.flatnonzero(keep)
    order = order[np.lexsort((times[order], person[order]))]
    return Events(person[order], rows[order], steps[order], times[order], order)


def _told(log: JourneyLog) -> tuple[Ints, Ints, Ints]:
    """(events,) the row, step and time of all events, as they stand in the log."""
    row, step, at = [], [], []
    first = 0
    for piece in log.stored.pieces:
        lengths = np.diff(piece.offsets)
        row.append(np.repeat(np.arange(first, first + len(lengths)), lengths))
        step.append(np.asarray(piece.steps[piece.offsets[0] : piece.offsets[-1]], dtype=np.int64))
        at.append(np.asarray(piece.times[piece.offsets[0] : piece.offsets[-1]], dtype=np.int64))
        first += len(lengths)
    return np.concatenate(row), np.concatenate(step), np.concatenate(at)


def journeys_as_units(log: JourneyLog, anchors: Collection[str], *, of_orders: bool = False) -> Units:
    """One unit per journey, by person and beginning, and one more from each further anchor on. Whose person is unknown has
    no other journeys. ``of_orders``: journeys are of one order each and begin with it."""
    rows, steps, times = _told(log)
    persons = _persons(log)
    began = np.full(len(persons), NEVER)
    np.minimum.at(began, rows, times)
    chosen = np.arange(len(persons)) if log.chosen is None else np.flatnonzero(log.chosen)
    chosen = chosen[began[chosen] < NEVER]
    by_person = chosen[np.lexsort((began[chosen], persons[chosen]))]
    rank = np.full(len(persons), -1)
    rank[by_person] = np.arange(len(by_person))
    order = np.flatnonzero(rank[rows] >= 0)
    order = order[np.argsort(rank[rows[order]], kind="stable")]
    events = Events(persons[rows[order]], rows[order], steps[order], times[order], order)
    units = _units(log, events, anchors)
    return replace(units, ordered=units.began) if of_orders else units


def _units(log: JourneyLog, events: Events, anchors: Collection[str]) -> Units:
    """Cut where a journey begins, and at each of its anchors but the first."""
    code = log.stored.code_of
    is_anchor = np.isin(events.step, [code[step] for step in anchors if step in code])
    opens = np.ones(len(events.row), dtype=bool)
    opens[1:] = events.row[1:] != events.row[:-1]
    journey = np.cumsum(opens) - 1
    first = np.zeros(len(opens), dtype=bool)
    anchored = np.flatnonzero(is_anchor)
    first[anchored[np.unique(journey[anchored], return_index=True)[1]]] = True
    start = np.flatnonzero(opens | (is_anchor & ~first))
    stop = np.append(start[1:], len(opens))
    ordered = np.full(len(start), NEVER)
    unit = np.searchsorted(start, anchored, side="right") - 1
    np.minimum.at(ordered, unit, events.at[anchored])
    person = events.person[start]
    following = np.zeros(len(start), dtype=bool)
    following[:-1] = person[1:] == person[:-1]
    return Units(events, start, stop, person, events.row[start], events.at[start], ordered, following)


def _persons(log: JourneyLog) -> Ints:
    """(rows,) a number for each person; an unknown one is somebody of their own."""
    if "person" not in log.attributes.column_names:
        return np.arange(len(log.attributes))
    names = pc.dictionary_encode(log.attributes["person"]).combine_chunks()
    found = names.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    unknown = np.flatnonzero(found < 0)
    found[unknown] = len(names.dictionary) + np.arange(len(unknown))
    return found


def units_of(
    log: JourneyLog, anchors: Collection[str], gates: Collection[str], after: Collection[str] = ()
) -> Units:
    """``anchors``: steps that are an order; ``gates``: steps at which somebody who wants to order is stopped; ``after``: steps
    that follow an order. A person who begins with one of these had ordered before the log does: a unit of its own."""
    events = events_of(log)
    code = log.stored.code_of
    is_anchor = np.isin(events.step, [code[step] for step in anchors if step in code])
    is_gate = np.isin(events.step, [code[step] for step in gates if step in code])
    heads = np.flatnonzero(is_anchor | is_gate | _ordered_before(log, events, is_anchor | is_gate, after))
    # An order that directly follows its gate within a month is the same attempt: some approvals take weeks.
    person, at, anchor = events.person[heads], events.at[heads], is_anchor[heads]
    same = np.zeros(len(heads), dtype=bool)
    stopped = is_gate[heads]
    same[1:] = (person[1:] == person[:-1]) & stopped[:-1] & anchor[1:] & (at[1:] - at[:-1] < 30 * DAY)
    opening = np.flatnonzero(~same)
    start = heads[opening]
    last_of = np.append(opening[1:], len(heads))[: len(opening)] - 1
    ordered = np.where(anchor[last_of], at[last_of], NEVER)
    person_end = np.searchsorted(events.person, events.person[start], side="right")
    following_start = np.append(start[1:], len(events.step))[: len(start)]
    stop = np.minimum(following_start, person_end)
    following = following_start < person_end
    return Units(
        events, start, stop, events.person[start], events.row[start], events.at[start], ordered, following
    )


def _ordered_before(log: JourneyLog, events: Events, opens: Bools, after: Collection[str]) -> Bools:
    """(events,) the first step after an order of each person who has one before any opening."""
    follows = np.isin(events.step, [log.stored.code_of[step] for step in after if step in log.stored.code_of])
    found = np.flatnonzero(opens | follows)
    first = np.ones(len(found), dtype=bool)
    first[1:] = events.person[found[1:]] != events.person[found[:-1]]
    chosen = np.zeros(len(follows), dtype=bool)
    chosen[found[first]] = True
    return chosen & follows
