"""A journey log that is open: the whole of it, or the journeys that a filter selects."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine as engines
from trayecto.batch import Batch, EventColumn
from trayecto.calendars import Calendar
from trayecto.conformance import paths
from trayecto.conformance.automaton import Automaton
from trayecto.errors import BadValue, UnknownStep, did_you_mean
from trayecto.filters import Filter, parse_filter
from trayecto.log import store
from trayecto.log.info import LogInfo, info_of
from trayecto.log.sharded import is_sharded, open_sharded
from trayecto.log.stored import Rows
from trayecto.log.version import Version, open_copied, open_version
from trayecto.persons import Lives, Marks
from trayecto.questions import (
    alignments,
    cohorts,
    compare,
    delays,
    dropoff,
    durations,
    funnel,
    rework,
    sankey,
    variants,
    volume,
)
from trayecto.questions import map as map_question
from trayecto.questions import rules as rules_question
from trayecto.questions.map import Clocks
from trayecto.stores import Folder, Here, folder_of
from trayecto.units import to_datetime

LEAST_PATCHED = 10_000  # events in patches that are no matter, however small the base

Condition = Filter | str  # a filter, or text in the filter language


@dataclass(frozen=True, eq=False, repr=False)
class JourneyLog:
    """A journey log, whole or narrowed by ``where``; implements ``trayecto.batch.View``.

    An open log keeps reading the version it opened, whatever is built meanwhile.
    """

    stored: Version
    selection: NDArray[np.bool_] | None = None  # (rows,) None = all; never a row that is not live
    told: tuple[tuple[str, str], ...] = ()  # texts in the place of stored ones, see ``with_texts``
    engine: str = engines.LOCAL  # by which its questions are counted

    @classmethod
    def open(cls, path: str | Path, version: str | None = None, *, engine: str | None = None) -> JourneyLog:
        """Open the current version, or an older one by name; BadLog says in one sentence what is wrong.

        ``path``: a folder, or an address on a store such as ``s3://bucket/orders.log`` (NoStore when it is in trouble): of a log
        in shards only what is known of all of them is read there, each shard is fetched by who counts it.
        ``engine``: what counts: ``local`` (this machine's cores), ``ray`` (the Ray cluster this machine belongs to) or
        ``ray://HOST:PORT`` (another); default: the environment's TRAYECTO_ENGINE, else local.
        """
        chosen = engine or engines.usual()
        return cls(_opened(folder_of(path), version), engine=engines.checked(chosen))

    def __repr__(self) -> str:
        chosen = "" if self.selection is None else f"{self.journey_count:,} of "
        return f"JourneyLog({self.address!r}: {chosen}{self.total_journeys:,} journeys)"

    # --- what is in it ---

    @property
    def path(self) -> Path:
        """The folder that was opened; ``address`` for a log on a store."""
        return self.stored.base.folder

    @property
    def address(self) -> str:
        """Where it lies, as ``open`` takes it."""
        return str(self.stored.folder)

    @property
    def away(self) -> bool:
        """Whether it lies on a store, so that its events are better counted where they are fetched."""
        return self.stored.folder.away

    @property
    def version(self) -> str:
        """Names the version that is open; ``open(path, version)`` opens it again for at least an hour."""
        return self.stored.name

    @property
    def step_names(self) -> tuple[str, ...]:
        """By code; a step whose last event was taken away keeps its code."""
        return tuple(self.stored.facts["steps"])

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that occur, sorted."""
        return tuple(sorted(self.stored.code_of))

    @property
    def total_rows(self) -> int:
        """Rows of the log, also those whose place a newer one took: how long masks and attributes are."""
        return self.stored.rows

    @property
    def total_journeys(self) -> int:
        """Journeys in the log, whatever the selection."""
        return self.stored.totals[0]

    @property
    def total_events(self) -> int:
        """Events in the log, whatever the selection."""
        return self.stored.totals[1]

    @property
    def live(self) -> NDArray[np.bool_] | None:
        """(rows,) False where a newer row took the place of this one; None when all count."""
        return self.stored.live

    @property
    def chosen(self) -> NDArray[np.bool_] | None:
        """(rows,) the selection, else the rows that are live; None for all."""
        return self.live if self.selection is None else self.selection

    @cached_property
    def journey_count(self) -> int:
        """Journeys in the selection."""
        return self.total_journeys if self.selection is None else int(np.count_nonzero(self.selection))

    @cached_property
    def event_count(self) -> int:
        """Events in the selection."""
        if self.selection is None:
            return self.total_events
        return int(self.asked(_events)[self.selection].sum())

    @property
    def has_weights(self) -> bool:
        return self.weighted

    @property
    def weighted(self) -> bool:
        """Whether a journey may stand for more than itself."""
        return self.stored.weighted

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """(rows,) or None when every journey weighs 1."""
        return self.stored.weights

    @property
    def attributes(self) -> pa.Table:
        """A line per row of the log: journey, person, weight?, started, ended, events, variant, attributes."""
        return self.stored.attributes

    def asked(self, work: Callable[[pa.Table], NDArray[Any]]) -> NDArray[Any]:
        """(rows,) what ``work`` makes of the attribute lines; of a log in shards each shard's, by the log's engine."""
        return self.stored.asked(work, self.engine)

    def lives(self, marks: Marks) -> Lives | None:
        """See ``trayecto.persons``: parts of a log in shards; None for a log in one piece."""
        return self.stored.lives(marks, self.selection, self.engine)

    def values(self, attribute: str) -> pa.ChunkedArray:
        """An attribute of all journeys, whatever the selection; rows that are not live are left out."""
        column = self.attributes[attribute].unify_dictionaries()
        return column if self.live is None else column.filter(pa.array(self.live))

    @property
    def columns(self) -> Mapping[str, EventColumn]:
        return self.stored.columns

    @property
    def numbering(self) -> variants.Numbering:
        """The variants of all journeys, by number."""
        return self.stored.numbering

    @property
    def last_steps(self) -> NDArray[np.uint16]:
        """(rows,) the code of each journey's last step."""
        pieces = [piece.steps[piece.offsets[1:] - 1] for piece in self.stored.pieces]
        return np.concatenate(pieces)

    @property
    def as_of(self) -> datetime:
        """The moment the log speaks of: what had not happened by then is open."""
        return self.stored.as_of

    @property
    def position(self) -> store.Position:
        """How far the streams that the events come from were read, as ``build`` and ``append`` were told."""
        return self.stored.position

    @property
    def texts(self) -> Mapping[str, str]:
        """What ``build`` was told to keep by name, such as the text of the blueprint."""
        return {**self.stored.texts, **dict(self.told)}

    def with_texts(self, **texts: str) -> JourneyLog:
        """This log with other texts by name, for those who hold it: another value model, without another build."""
        return replace(self, told=tuple({**dict(self.told), **texts}.items()))

    @property
    def has_outgrown_its_base(self) -> bool:
        """Whether so much was appended that a build from all events is worth its while: past a tenth of the base."""
        return self.stored.patched_events > max(LEAST_PATCHED, self.stored.base.meta["events"] // 10)

    @property
    def date_only_steps(self) -> tuple[str, ...]:
        """Steps whose times are dates without a time of day."""
        return tuple(self.stored.facts["date_only_steps"])

    def code(self, step: str) -> int:
        """The code of a step; raises UnknownStep with the nearest name."""
        try:
            return self.stored.code_of[step]
        except KeyError:
            hint = did_you_mean(step, self.stored.code_of)
            raise UnknownStep(f"The log has no step '{step}'.{hint}") from None

    def batches(self, parts: int | None = None) -> Sequence[Batch]:
        """The rows cut into ``parts`` runs of about equal events (default: one per core), and the tail."""
        return self.stored.batches(self.selection, parts, self.engine)

    # --- narrowing and reading ---

    def where(self, condition: Condition) -> JourneyLog:
        """The journeys that also meet the condition: a filter, or text in the filter language."""
        chosen = parse_filter(condition) if isinstance(condition, str) else condition
        return self.narrowed(np.asarray(chosen.mask(self), dtype=np.bool_))

    def narrowed(self, mask: NDArray[np.bool_]) -> JourneyLog:
        """The selected journeys of a mask over the rows."""
        return replace(self, selection=mask if self.chosen is None else self.chosen & mask)

    @property
    def whole(self) -> JourneyLog:
        """All journeys, whatever the selection."""
        return replace(self, selection=None)

    def _narrow(self, condition: Condition | None) -> JourneyLog:
        return self if condition is None else self.where(condition)

    def rows(self) -> NDArray[np.int64]:
        """Row numbers of the selected journeys, in log order."""
        return np.arange(self.total_rows) if self.chosen is None else np.flatnonzero(self.chosen)

    def journeys(self, limit: int | None = None, after: int | None = None) -> pa.Table:
        """Attribute rows of the selection in log order, with ``row``; ``after`` is the last row of the page before."""
        rows = self.rows()
        start = 0 if after is None else int(np.searchsorted(rows, after, side="right"))
        page = rows[start:] if limit is None else rows[start : start + limit]
        return self.stored.lines(page).add_column(0, "row", pa.array(page, pa.int64()))

    def steps_of(self, row: int) -> list[tuple[str, datetime]]:
        """The steps of the journey in this row, with their times in UTC."""
        piece, place = self._place_of(row)
        low, high = piece.offsets[place], piece.offsets[place + 1]
        names = self.stored.facts["steps"]
        pairs = zip(piece.steps[low:high].tolist(), piece.times[low:high].tolist(), strict=True)
        return [(names[code], to_datetime(time)) for code, time in pairs]

    def values_of(self, row: int, column: str) -> list[str | None]:
        """An event column's values in the journey in this row, step by step."""
        piece, place = self._place_of(row)
        codes = piece.values(column)[piece.offsets[place] : piece.offsets[place + 1]].tolist()
        values = self.columns[column].values
        return [values[code] if code >= 0 else None for code in codes]

    def _place_of(self, row: int) -> tuple[Rows, int]:
        if not self.is_live(row):
            raise BadValue(f"The log has no row {row}: its rows are those that journeys() gives.")
        return self.stored.place_of(row)

    def is_live(self, row: int) -> bool:
        """Whether there is a journey in this row."""
        return self.stored.is_live(row)

    def verify(self) -> None:
        """Compare every file with its checksum; BadLog names the first that differs."""
        for one in self.stored.parts:
            store.verify(one.base.folder, store.read_manifest(one.base.folder), one.name)

    def info(self) -> LogInfo:
        return info_of(self.stored)

    # --- questions ---

    def map(
        self, *, where: Condition | None = None, clock: Clocks | None = None, percentiles: bool = True
    ) -> map_question.MapResult:
        """Steps and flows; see ``trayecto.questions.map.ask``. The unfiltered map is stored at build."""
        view = self._narrow(where)
        if view.selection is None and clock is None:
            return self.stored.map
        return map_question.ask(view, clock=clock, percentiles=percentiles)

    def variants(self, top: int | None = None, *, where: Condition | None = None) -> variants.VariantsResult:
        """The ``top`` most frequent variants (None: all); see ``trayecto.questions.variants.ask``."""
        return variants.ask(self._narrow(where), top=top)

    def funnel(
        self,
        steps: Sequence[str],
        within: str | timedelta | None = None,
        strict: bool = False,
        *,
        where: Condition | None = None,
    ) -> funnel.FunnelResult:
        """Journeys that take each step in turn; see ``trayecto.questions.funnel.ask``."""
        return funnel.ask(self._narrow(where), steps, within, strict)

    def durations(
        self,
        source: str,
        target: str,
        which: durations.Which = "first",
        calendar: Calendar | None = None,
        *,
        where: Condition | None = None,
    ) -> durations.DurationsResult:
        """Times from one step to another; see ``trayecto.questions.durations.ask``."""
        return durations.ask(self._narrow(where), source, target, which, calendar)

    def dropoff(
        self,
        goal: str | Sequence[str],
        limits: Mapping[str, str | timedelta] | None = None,
        *,
        where: Condition | None = None,
    ) -> dropoff.DropoffResult:
        """Where journeys that miss the goal are lost; see ``trayecto.questions.dropoff.ask``."""
        return dropoff.ask(self._narrow(where), goal, limits)

    def rework(self, *, where: Condition | None = None) -> rework.ReworkResult:
        """Repeats and loops; see ``trayecto.questions.rework.ask``."""
        return rework.ask(self._narrow(where))

    def volume(
        self, period: str = "month", tz: str = "UTC", *, where: Condition | None = None
    ) -> volume.VolumeResult:
        """Events by step and day, week, month or quarter; see ``trayecto.questions.volume.ask``."""
        return volume.ask(self._narrow(where), cast("volume.Period", period), tz)  # ask refuses any other

    def cohorts(
        self,
        steps: Sequence[str],
        by: str = "month",
        *,
        periods: int | None = None,
        tz: str = "UTC",
        value: str | None = None,
        where: Condition | None = None,
    ) -> cohorts.CohortsResult:
        """Who orders again, by the period of the first order; see ``trayecto.questions.cohorts.ask``."""
        return cohorts.ask(self._narrow(where), steps, by, periods=periods, tz=tz, value=value)

    def compare(
        self, a: Condition, b: Condition, *, where: Condition | None = None, top: int = 20
    ) -> compare.CompareResult:
        """Two sets of journeys side by side; see ``trayecto.questions.compare.ask``."""
        view = self._narrow(where)
        masks = [parse_filter(one) if isinstance(one, str) else one for one in (a, b)]
        return compare.ask(view, *(np.asarray(one.mask(view), np.bool_) for one in masks), top=top)

    def sankey(
        self,
        around: str,
        before: int = 3,
        after: int = 3,
        within: str | timedelta | None = None,
        top: int = 8,
        *,
        last: bool = False,
        where: Condition | None = None,
    ) -> sankey.SankeyResult:
        """Paths before and after a step; see ``trayecto.questions.sankey.ask``."""
        return sankey.ask(self._narrow(where), around, before, after, within, top, last=last)

    def delays(
        self,
        promises: Mapping[str, delays.Promise] | None = None,
        baseline: delays.Baseline | None = None,
        *,
        where: Condition | None = None,
    ) -> delays.DelaysResult:
        """Which steps come late, and what held them up; see ``trayecto.questions.delays.ask``."""
        return delays.ask(self._narrow(where), promises, baseline)

    def alignments(
        self,
        design: paths.Path | Automaton,
        costs: alignments.Costs = alignments.UNIT,
        *,
        where: Condition | None = None,
    ) -> alignments.AlignmentsResult:
        """How near each variant comes to a design; see ``trayecto.questions.alignments.ask``."""
        return alignments.ask(self._narrow(where), design, costs)

    def rules(
        self, rules: Sequence[rules_question.Rule], *, where: Condition | None = None
    ) -> rules_question.RulesResult:
        """Whether journeys keep to rules of order and time; see ``trayecto.questions.rules.ask``."""
        return rules_question.ask(self._narrow(where), rules)


def _opened(folder: Folder, version: str | None) -> Version:
    if is_sharded(folder):
        return open_sharded(folder, version)
    return open_version(folder.path, version) if isinstance(folder, Here) else open_copied(folder, version)


def _events(lines: pa.Table) -> NDArray[np.int64]:
    return np.asarray(lines["events"].to_numpy(), np.int64)
