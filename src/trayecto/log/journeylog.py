"""A journey log that is open: the whole of it, or the journeys that a filter selects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import Batch, EventColumn
from trayecto.calendars import Calendar
from trayecto.errors import BadValue, UnknownStep, did_you_mean
from trayecto.filters import Filter, parse_filter
from trayecto.log import store
from trayecto.log.batches import cut_batches
from trayecto.log.info import LogInfo
from trayecto.log.stored import Stored, read_arrow
from trayecto.log.write import JOURNEYS
from trayecto.questions import delays, dropoff, durations, funnel, rework, variants, volume
from trayecto.questions import map as map_question
from trayecto.questions.map import Clocks
from trayecto.units import to_datetime

Condition = Filter | str  # a filter, or text in the filter language


@dataclass(frozen=True, eq=False, repr=False)
class JourneyLog:
    """A journey log, whole or narrowed by ``where``; implements ``trayecto.batch.View``.

    An open log keeps reading the version it opened, whatever is built meanwhile.
    """

    stored: Stored
    selection: NDArray[np.bool_] | None = None  # (total_journeys,) None = all

    @classmethod
    def open(cls, path: str | Path, version: str | None = None) -> JourneyLog:
        """Open the current version, or an older one by name; BadLog says in one sentence what is wrong."""
        folder = Path(path)
        if version is None:
            current = store.read_manifest(folder)
            chosen, meta = current.version, store.read_meta(folder, current.version, current.checksum)
        else:
            chosen, meta = version, store.read_meta(folder, version)
        return cls(Stored(folder, chosen, meta, read_arrow(folder / chosen / JOURNEYS)))

    def __repr__(self) -> str:
        chosen = "" if self.selection is None else f"{self.journey_count:,} of "
        return f"JourneyLog({str(self.path)!r}: {chosen}{self.total_journeys:,} journeys)"

    # --- what is in it ---

    @property
    def path(self) -> Path:
        return self.stored.folder

    @property
    def version(self) -> str:
        """Names the version that is open; ``open(path, version)`` opens it again for at least an hour."""
        return self.stored.version

    @property
    def step_names(self) -> tuple[str, ...]:
        return tuple(self.stored.meta["steps"])

    @property
    def total_journeys(self) -> int:
        """Journeys in the log, whatever the selection."""
        return len(self.stored.table)

    @property
    def total_events(self) -> int:
        """Events in the log, whatever the selection."""
        return len(self.steps)

    @cached_property
    def journey_count(self) -> int:
        """Journeys in the selection."""
        return self.total_journeys if self.selection is None else int(np.count_nonzero(self.selection))

    @cached_property
    def event_count(self) -> int:
        """Events in the selection."""
        if self.selection is None:
            return self.total_events
        return int(np.diff(self.offsets)[self.selection].sum())

    @property
    def has_weights(self) -> bool:
        return self.weights is not None

    @property
    def weights(self) -> NDArray[np.float64] | None:
        """(total_journeys,) or None when every journey weighs 1."""
        return self.stored.weights

    @property
    def offsets(self) -> NDArray[np.int64]:
        return self.stored.offsets

    @property
    def steps(self) -> NDArray[np.uint16]:
        return self.stored.steps

    @property
    def times(self) -> NDArray[np.int64]:
        return self.stored.times

    @property
    def attributes(self) -> pa.Table:
        """One row per journey of the log: journey, person, weight?, started, ended, events, variant, attributes."""
        return self.stored.attributes

    @property
    def columns(self) -> Mapping[str, EventColumn]:
        return self.stored.columns

    @property
    def variant_runs(self) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        """Offsets and steps of the log's variants, by variant number."""
        return self.stored.variant_runs

    @property
    def as_of(self) -> datetime:
        """The moment the log speaks of: what had not happened by then is open."""
        return datetime.fromisoformat(self.stored.meta["as_of"])

    @property
    def date_only_steps(self) -> tuple[str, ...]:
        """Steps whose times are dates without a time of day."""
        return tuple(self.stored.meta["date_only_steps"])

    def code(self, step: str) -> int:
        """The code of a step; raises UnknownStep with the nearest name."""
        try:
            return self.stored.code_of[step]
        except KeyError:
            hint = did_you_mean(step, self.stored.code_of)
            raise UnknownStep(f"The log has no step '{step}'.{hint}") from None

    def batches(self, parts: int | None = None) -> Sequence[Batch]:
        """The journeys cut into ``parts`` runs of about equal events (default: one per core)."""
        return cut_batches(
            self.offsets,
            self.steps,
            self.times,
            len(self.stored.meta["steps"]),
            selected=self.selection,
            weights=self.weights,
            parts=parts,
        )

    # --- narrowing and reading ---

    def where(self, condition: Condition) -> JourneyLog:
        """The journeys that also meet the condition: a filter, or text in the filter language."""
        chosen = parse_filter(condition) if isinstance(condition, str) else condition
        mask = np.asarray(chosen.mask(self), dtype=np.bool_)
        return replace(self, selection=mask if self.selection is None else self.selection & mask)

    def _narrow(self, condition: Condition | None) -> JourneyLog:
        return self if condition is None else self.where(condition)

    def rows(self) -> NDArray[np.int64]:
        """Row numbers of the selected journeys, in log order."""
        return np.arange(self.total_journeys) if self.selection is None else np.flatnonzero(self.selection)

    def journeys(self, limit: int | None = None, after: int | None = None) -> pa.Table:
        """Attribute rows of the selection in log order, with ``row``; ``after`` is the last row of the page before."""
        rows = self.rows()
        start = 0 if after is None else int(np.searchsorted(rows, after, side="right"))
        page = rows[start:] if limit is None else rows[start : start + limit]
        return self.attributes.take(pa.array(page)).add_column(0, "row", pa.array(page, pa.int64()))

    def steps_of(self, row: int) -> list[tuple[str, datetime]]:
        """The steps of the journey in this row, with their times in UTC."""
        if not 0 <= row < self.total_journeys:
            raise BadValue(f"The log has no row {row}: rows go from 0 to {self.total_journeys - 1}.")
        low, high = self.offsets[row], self.offsets[row + 1]
        names = self.stored.meta["steps"]
        pairs = zip(self.steps[low:high].tolist(), self.times[low:high].tolist(), strict=True)
        return [(names[code], to_datetime(time)) for code, time in pairs]

    def verify(self) -> None:
        """Compare every file with its checksum; BadLog names the first that differs."""
        store.verify(self.path, store.read_manifest(self.path), self.version)

    def info(self) -> LogInfo:
        meta = self.stored.meta
        return LogInfo(
            path=str(self.path),
            version=self.version,
            key=meta["key"],
            journeys=self.total_journeys,
            events=self.total_events,
            events_left_out=meta["events_left_out"],
            steps=self.step_names,
            attributes=tuple(meta["attributes"]),
            columns=tuple(meta["columns"]),
            weighted=self.has_weights,
            weights_differ=meta.get("weights_differ", 0),  # logs built before it was counted could have none
            date_only_steps=self.date_only_steps,
            started=to_datetime(self.times[self.offsets[:-1]].min()) if self.total_events else None,
            ended=to_datetime(self.times[self.offsets[1:] - 1].max()) if self.total_events else None,
            as_of=self.as_of,
            bytes=sum(figures["bytes"] for figures in meta["files"].values()),
        )

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

    def delays(
        self,
        promises: Mapping[str, delays.Promise] | None = None,
        baseline: delays.Baseline | None = None,
        *,
        where: Condition | None = None,
    ) -> delays.DelaysResult:
        """Which steps come late, and what held them up; see ``trayecto.questions.delays.ask``."""
        return delays.ask(self._narrow(where), promises, baseline)
