"""Open journeys as they were at a moment: who was under way, and what was known of them – nothing that came later.

A snapshot looks at the log at one moment of the calendar, as the live score does. Taken are the journeys that had begun,
had neither reached the goal nor left the regular path, and had not waited longer than the limit of their last step. What is known of
each comes from its steps up to that moment alone: of the journey's attributes only the *first* values, and those only
once a step that tells them has happened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa

from trayecto.blueprint import Attribute
from trayecto.causes.features import UNKNOWN
from trayecto.designed import calendar_length, limits_of
from trayecto.flat import NEVER, Bools, Ints
from trayecto.regular.standing import Standing

HOUR, DAY = 3_600_000_000, 86_400_000_000  # microseconds
AGES = (6, 12, 24, 48, 72, 120, 168, 336)  # hours, of the time since a step
PROMISED = (0.5, 0.8, 1.0, 1.5)  # parts of a promised time that have passed
NOT_YET = "not yet"
LATELY = (5 * DAY, 35 * DAY)
STEADY = 20.0  # journeys that the usual share counts as, so that a value seen twice says little
RATIOS = (0.6, 0.8, 0.95, 1.05, 1.25, 1.6)  # to the usual share


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of ``rows`` at the moments ``at``: name → (texts, (rows,) their places)."""

    rows: Ints
    at: Ints
    columns: Mapping[str, tuple[Sequence[str], Ints]]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self.columns)


@dataclass(frozen=True, eq=False)
class Watcher:
    """Takes snapshots of one log."""

    standing: Standing

    @cached_property
    def limits(self) -> Ints:
        """(steps,) microseconds of waiting after which a journey is lost, by step code."""
        log = self.standing.log
        found = np.full(len(log.step_names), NEVER)
        told = limits_of(log, self.standing.blueprint, self.standing.journey_type)
        for step, limit in told.items():
            if limit is not None:
                found[log.stored.code_of[step]] = limit // timedelta(microseconds=1)
        return found

    def last(self, at: int, rows: Ints) -> Ints:
        """(rows,) the place of each journey's last event up to the moment; the journeys have begun by then."""
        flat = self.standing.flat
        low, high = flat.offsets[rows].copy(), flat.offsets[rows + 1].copy()
        while (active := high - low > 1).any():
            middle = (low + high) // 2
            early = flat.times[middle] <= at
            low = np.where(active & early, middle, low)
            high = np.where(active & ~early, middle, high)
        return low

    def under_way(self, at: int) -> Ints:
        """The rows of the journeys under way at the moment that have not left the regular path."""
        standing = self.standing
        rows = np.flatnonzero(
            standing.begun & (standing.begins <= at) & (standing.leaves > at) & (standing.arrives > at)
        )
        return rows[self.waits(at, rows)]

    def gone(self, at: int) -> Ints:
        """The rows of the journeys under way at the moment that have left it already."""
        standing = self.standing
        rows = np.flatnonzero(
            standing.begun & (standing.begins <= at) & (standing.leaves <= at) & (standing.arrives > at)
        )
        return rows[self.waits(at, rows)]

    def waits(self, at: int, rows: Ints) -> Bools:
        """(rows,) whether the wait at the last step has not exceeded its limit."""
        flat = self.standing.flat
        last = self.last(at, rows)
        limit = self.limits[flat.steps[last]]
        return (limit == NEVER) | (at - flat.times[last] <= limit)

    def left_by(self, until: int, rows: Ints) -> Bools:
        """(rows,) whether the journey left the regular path by then: a step off it, or lost without the goal."""
        standing = self.standing
        stuck = (standing.arrives[rows] > until) & ~self.waits(until, rows)
        return (standing.leaves[rows] <= until) | stuck

    def known(self, at: int, rows: Ints) -> Known:
        """What is known of the journeys at the moment."""
        columns = {
            "last step": self._last_step(at, rows),
            "since the last step": self._since_last(at, rows),
            "since the start": banded((at - self.standing.begins[rows]) / HOUR, AGES, "h"),
            **self._attributes(at, rows),
            **self._promises(at, rows),
            **self._lately(at, rows),
        }
        return Known(rows, np.full(len(rows), at), columns)

    def _last_step(self, at: int, rows: Ints) -> tuple[Sequence[str], Ints]:
        codes = self.standing.flat.steps[self.last(at, rows)].astype(np.int64)
        return self.standing.log.step_names, codes

    def _since_last(self, at: int, rows: Ints) -> tuple[Sequence[str], Ints]:
        return banded((at - self.standing.flat.times[self.last(at, rows)]) / HOUR, AGES, "h")

    def _promises(self, at: int, rows: Ints) -> dict[str, tuple[Sequence[str], Ints]]:
        """How much of each promised time has passed since the promise was given, while it is not kept."""
        found = {}
        for one in self.standing.blueprint.measured:
            if one.promise is None or one.promise.since not in self.standing.log.stored.code_of:
                continue
            if one.key in self.standing.off_path or one.promise.property is not None:
                continue
            length = calendar_length(one.promise) // timedelta(microseconds=1)
            since, done = self._first(one.promise.since)[rows], self._first(one.key)[rows]
            waiting = (since <= at) & (done > at)
            part = np.where(waiting, (at - np.where(waiting, since, at)) / max(length, 1), np.nan)
            found[f"promise of {one.key}"] = banded(part, PROMISED, "×")
        return found

    def _first(self, step: str) -> Ints:
        if step not in self._firsts:
            self._firsts[step] = self.standing.flat.first([step])
        return self._firsts[step]

    @cached_property
    def _firsts(self) -> dict[str, Ints]:
        return {}

    def _attributes(self, at: int, rows: Ints) -> dict[str, tuple[Sequence[str], Ints]]:
        """The first values of attributes, each once a step that tells it has happened."""
        return {one.name: self._attribute(one, at, rows) for one in self._segments}

    def _attribute(self, one: Attribute, at: int, rows: Ints) -> tuple[Sequence[str], Ints]:
        names, codes = self._coded(one.name)
        mine = codes[rows]
        if not one.of:
            return (*names, UNKNOWN, NOT_YET), np.where(mine >= 0, mine, len(names))
        told = np.minimum.reduce(
            [self._first(step)[rows] for step in one.of if step in self.standing.log.stored.code_of]
        )
        places = np.where(told > at, len(names) + 1, np.where(mine >= 0, mine, len(names)))
        return (*names, UNKNOWN, NOT_YET), places

    def _lately(self, at: int, rows: Ints) -> dict[str, tuple[Sequence[str], Ints]]:
        """How those with the same value fared lately: the share of the journeys begun five to thirty-five days before that had left
        the path by the moment, against all of them. So a fault that is new is felt without a new fit."""
        standing, found = self.standing, {}
        recent = np.flatnonzero(
            standing.begun & (standing.begins > at - LATELY[1]) & (standing.begins <= at - LATELY[0])
        )
        left = standing.leaves[recent] <= at
        usual = (left.sum() + 1) / (len(recent) + 10)
        for one in self._segments:
            values, theirs = self._attribute(one, at, recent)
            n = np.bincount(theirs, minlength=len(values))
            k = np.bincount(theirs, left, len(values))
            ratio = (k + STEADY * usual) / (n + STEADY) / usual
            mine = self._attribute(one, at, rows)[1]
            found[f"lately by {one.name}"] = banded(
                np.where(mine < len(values) - 2, ratio[mine], np.nan), RATIOS, "×"
            )
        return found

    @cached_property
    def _segments(self) -> list[Attribute]:
        known = self.standing.log.attributes.column_names
        wanted = (one for one in self.standing.journey_type.attributes if one.take == "first" and one.segment)
        return [one for one in wanted if one.name in known]

    def _coded(self, name: str) -> tuple[Sequence[str], Ints]:
        if name not in self._codes:
            column = self.standing.log.attributes[name].cast(pa.string()).combine_chunks().dictionary_encode()
            codes = column.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
            self._codes[name] = tuple(column.dictionary.to_pylist()), codes
        return self._codes[name]

    @cached_property
    def _codes(self) -> dict[str, tuple[Sequence[str], Ints]]:
        return {}


def banded(numbers: np.ndarray, edges: Sequence[float], unit: str) -> tuple[Sequence[str], Ints]:
    """Numbers as bands: up to the first edge, between two, beyond the last; NaN is none of them."""
    names = [f"≤ {edges[0]:g} {unit}"]
    names += [f"{low:g}–{high:g} {unit}" for low, high in pairwise(edges)]
    names += [f"> {edges[-1]:g} {unit}", "–"]
    places = np.searchsorted(np.asarray(edges), np.nan_to_num(numbers), side="left")
    return names, np.where(np.isnan(numbers), len(names) - 1, places)
