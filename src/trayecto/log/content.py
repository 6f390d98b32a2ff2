"""From events to journeys: sorted by key and time, cut, with their attributes; what every base and patch is made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trayecto import engine
from trayecto.errors import BadValue, UnknownColumn, did_you_mean
from trayecto.events.table import Events
from trayecto.kernels import sorting
from trayecto.kernels.arrays import NO_CODES, frozen
from trayecto.log import attributes as journey_attributes
from trayecto.log.attributes import Aggregate, Journeys
from trayecto.log.boundaries import Boundaries, cut
from trayecto.log.keys import Keyed, encode, key_events
from trayecto.log.pieces import whole
from trayecto.log.weights import weigh
from trayecto.log.write import Content, Stage
from trayecto.units import DAY, to_datetime, to_microseconds

MOST_STEPS = 65_535
USUAL_COLUMNS = ("channel", "owner")


@dataclass(frozen=True)
class Settings:
    """What was asked of a build, checked against the columns of the events. A log keeps it for what is appended."""

    by: str | None
    attributes: dict[str, Aggregate]
    columns: tuple[str, ...]
    boundaries: Boundaries | None
    weight: str | None
    as_of: datetime | None
    order: tuple[str, ...] | None
    person: str | None

    def to_json(self) -> dict[str, Any]:
        """As a log stores it."""
        return {
            "by": self.by,
            "attributes": {name: [each.kind, each.column] for name, each in self.attributes.items()},
            "columns": list(self.columns),
            "boundaries": None if self.boundaries is None else self.boundaries.to_json(),
            "weight": self.weight,
            "as_of_last": self.as_of is None,
            "order": None if self.order is None else list(self.order),
            "person": self.person,
        }

    @classmethod
    def from_json(cls, facts: Mapping[str, Any], as_of: datetime | None) -> Settings:
        """What a log was built by, to append to it in the same way."""
        boundaries, order = facts["boundaries"], facts["order"]
        return cls(
            facts["by"], {name: Aggregate(*each) for name, each in facts["attributes"].items()},
            tuple(facts["columns"]), None if boundaries is None else Boundaries(**boundaries), facts["weight"],
            as_of, None if order is None else tuple(order), facts["person"],
        )  # fmt: skip


def kept_columns(events: Events, columns: Sequence[str] | None) -> tuple[str, ...]:
    present = events.table.column_names
    return tuple(columns) if columns is not None else tuple(name for name in USUAL_COLUMNS if name in present)


def person_column(events: Events, person: str | None) -> str | None:
    return person if person or "person" not in events.table.column_names else "person"


def check(events: Events, settings: Settings) -> Settings:
    """The settings, when the events have what they name; raises UnknownColumn or BadValue."""
    known = events.table.column_names
    for name in filter(None, [*settings.columns, settings.weight, settings.person]):
        if name not in known:
            raise UnknownColumn(f"The events have no column '{name}'.{did_you_mean(name, known)}")
    for name in set(settings.columns) & (journey_attributes.RESERVED | set(settings.attributes)):
        raise BadValue(f"An event column cannot be called '{name}': the log has another column of that name.")
    if settings.as_of is not None:
        to_microseconds(settings.as_of)
    return settings


def content_of(
    events: Events, settings: Settings, advance: Stage, known_steps: Sequence[str] = ()
) -> Content:
    """The journeys of the events, sorted, cut and with their attributes. ``known_steps`` need not occur in them."""
    keyed = key_events(events, settings.by)
    step_names, step_of = code_steps(events.table["step"])
    journey_attributes.check(settings.attributes, events.table.column_names, {*step_names, *known_steps})
    date_only_steps = _date_only_steps(events, step_names, step_of)
    pa.default_memory_pool().release_unused()  # what reading and hashing left behind
    advance(30)
    lives, times = _sort(events, settings, keyed, step_names, step_of)
    del step_of
    keyed = replace(keyed, codes=NO_CODES)
    advance(20)
    journeys, key_of = _cut(lives, times, settings)
    ids, persons = _names(journeys, key_of, keyed, settings)
    firsts = np.flatnonzero(np.diff(key_of, prepend=-1))
    weights = None if settings.weight is None else weigh(settings.weight, journeys)
    return Content(
        journeys=ids,
        persons=persons,
        weights=weights.values if weights else None,
        offsets=journeys.offsets,
        steps=journeys.steps,
        times=times,
        step_names=step_names,
        attributes=_attributes(settings, journeys),
        columns={name: _event_column(name, journeys) for name in settings.columns},
        as_of=_as_of(settings, times),
        key=settings.by or "journey",
        left_out=keyed.left_out,
        weights_differ=weights.differ if weights else None,
        date_only_steps=date_only_steps,
        keys=keyed.names.take(pa.array(key_of[firsts])).cast(pa.large_string()),
        rows_of_keys=np.diff(firsts, append=len(key_of)),
    )


def _attributes(settings: Settings, journeys: Journeys) -> dict[str, pa.Array]:
    wanted = settings.attributes.items()
    return {name: journey_attributes.evaluate(aggregate, journeys) for name, aggregate in wanted}


def code_steps(column: pa.ChunkedArray) -> tuple[tuple[str, ...], NDArray[np.uint16]]:
    """The names of the steps that occur, sorted, and the code of each event."""
    codes, names = encode(column)
    if column.null_count:
        raise BadValue(f"{column.null_count:,} events have no step: every event needs one.")
    used = np.flatnonzero(sorting.count_codes(frozen(codes), len(names)))
    check_steps(len(used))
    spoken = [str(name) for name in names.take(pa.array(used)).to_pylist()]
    order = sorted(range(len(spoken)), key=spoken.__getitem__)
    recode = np.zeros(len(names), np.uint16)
    recode[used[order]] = np.arange(len(order), dtype=np.uint16)
    return tuple(spoken[place] for place in order), recode[codes]


def check_steps(count: int) -> None:
    """BadValue when a log cannot hold so many different steps."""
    if count > MOST_STEPS:
        raise BadValue(
            f"The step column has {count:,} different values and a log holds {MOST_STEPS:,}: "
            "choose a coarser column."
        )


def _sort(
    events: Events, settings: Settings, keyed: Keyed, step_names: tuple[str, ...], step_of: NDArray[np.uint16]
) -> tuple[Journeys, NDArray[np.int64]]:
    """Events grouped by key and in time order, equal times in input order."""
    counts = sorting.count_codes(frozen(keyed.codes), len(keyed.names))
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    rows = np.empty(int(offsets[-1]), np.uint32)
    sorting.place_rows(frozen(keyed.codes), offsets[:-1].copy(), rows)
    if keyed.rows is not None:
        rows = keyed.rows[rows].astype(np.uint32)
    times = take(_times(events.table), rows)
    _each_share(offsets, lambda low, high: sorting.sort_groups(frozen(offsets), low, high, times, rows))
    if settings.order is not None and "date_only" in events.table.column_names:
        position = frozen(_positions(settings.order, step_names)[step_of])
        sorting.order_dates(frozen(offsets), times, rows, frozen(_date_flags(events.table)), position, DAY)
    return Journeys(offsets, rows, take(step_of, rows), step_names, events.table), times


def _times(table: pa.Table) -> NDArray[np.int64]:
    return whole(table["at"].cast(pa.timestamp("us", "UTC"))).view(pa.int64()).to_numpy(zero_copy_only=False)


def take(source: NDArray[Any], rows: NDArray[np.uint32]) -> NDArray[Any]:
    """``source[rows]`` on all cores."""
    target = np.empty(len(rows), source.dtype)
    edges = np.linspace(0, len(rows), engine.cores() + 1).astype(int).tolist()
    shares = list(pairwise(edges))
    engine.each(lambda share: sorting.take_into(frozen(source), frozen(rows), target, *share), shares)
    return target


def _each_share(offsets: NDArray[np.int64], work: Callable[[int, int], None]) -> None:
    """``work(first, last)`` on runs of groups that have about equal events, one run per core."""
    aims = np.linspace(0, offsets[-1], engine.cores() + 1)[1:-1]
    edges = [0, *np.searchsorted(offsets, aims).tolist(), len(offsets) - 1]
    engine.each(lambda share: work(*share), list(pairwise(edges)))


def _positions(order: Sequence[str], step_names: Sequence[str]) -> NDArray[np.int32]:
    """The blueprint position of each step; steps the blueprint does not name come last."""
    place = {name: index for index, name in enumerate(order)}
    return np.array([place.get(name, len(place)) for name in step_names], np.int32)


def _date_flags(table: pa.Table) -> NDArray[np.bool_]:
    return pc.fill_null(table["date_only"], False).to_numpy()


def _date_only_steps(
    events: Events, step_names: tuple[str, ...], step_of: NDArray[np.uint16]
) -> tuple[str, ...]:
    if "date_only" not in events.table.column_names:
        return ()
    return tuple(step_names[code] for code in np.unique(step_of[_date_flags(events.table)]))


def _cut(lives: Journeys, times: NDArray[np.int64], settings: Settings) -> tuple[Journeys, NDArray[np.int64]]:
    """Journeys and the key of each; keys without events have none."""
    keys = np.flatnonzero(np.diff(lives.offsets))
    if settings.boundaries is None:
        offsets = np.append(lives.offsets[keys], lives.offsets[-1])
    else:
        offsets = cut(settings.boundaries, lives.offsets, lives.steps, times, lives.step_names)
        keys = np.searchsorted(lives.offsets, offsets[:-1], side="right") - 1
    return Journeys(offsets, lives.rows, lives.steps, lives.step_names, lives.table), keys


def _names(
    journeys: Journeys, key_of: NDArray[np.int64], keyed: Keyed, settings: Settings
) -> tuple[pa.Array, pa.Array]:
    """Ids and persons of the journeys; a cut life ``anna`` gives ``anna#1``, ``anna#2``… of person ``anna``."""
    keys = keyed.names.take(pa.array(key_of)).cast(pa.large_string())
    if settings.boundaries is not None:
        firsts = np.concatenate(([True], key_of[1:] != key_of[:-1]))[: len(key_of)]
        ordinal = (
            np.arange(len(key_of)) - np.maximum.accumulate(np.where(firsts, np.arange(len(key_of)), 0)) + 1
        )
        numbers = pa.array(ordinal, pa.int64()).cast(pa.large_string())
        return pc.binary_join_element_wise(keys, numbers, pa.scalar("#", pa.large_string())), keys
    if settings.person is None:
        return keys, pa.nulls(len(keys), pa.large_string())
    return keys, journey_attributes.pick(journeys.table[settings.person], journeys).cast(pa.large_string())


def _event_column(name: str, journeys: Journeys) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """Codes of an event column in log order, and its values as text."""
    codes, names = encode(journeys.table[name])
    return take(codes, journeys.rows), tuple(names.cast(pa.string()).to_pylist())


def _as_of(settings: Settings, times: NDArray[np.int64]) -> datetime:
    if settings.as_of is not None:
        return settings.as_of
    return to_datetime(times.max() if len(times) else 0)
