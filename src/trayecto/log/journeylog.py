"""A journey log that is open: the whole of it, or the journeys that a filter selects."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto.batch import Batch, EventColumn
from trayecto.errors import BadLog, BadValue, UnknownStep, did_you_mean
from trayecto.log import store
from trayecto.log.batches import cut_batches
from trayecto.log.write import JOURNEYS, MAP_FLOWS, MAP_STEPS, VARIANTS
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question
from trayecto.units import to_datetime

if TYPE_CHECKING:
    from trayecto.filters import Filter


@dataclass(frozen=True)
class LogInfo:
    """What is in a log folder."""

    path: str
    version: str
    key: str
    journeys: int
    events: int
    events_left_out: int
    steps: tuple[str, ...]
    attributes: tuple[str, ...]
    columns: tuple[str, ...]
    weighted: bool
    date_only_steps: tuple[str, ...]
    started: datetime | None
    ended: datetime | None
    as_of: datetime
    bytes: int

    def to_dict(self) -> dict[str, Any]:
        facts = asdict(self)
        moments = {
            name: facts[name].isoformat() if facts[name] else None for name in ("started", "ended", "as_of")
        }
        lists = {name: list(facts[name]) for name in ("steps", "attributes", "columns", "date_only_steps")}
        return facts | moments | lists


@dataclass(frozen=True, eq=False)
class Stored:
    """The files of one version, memory-mapped; shared by every selection of it."""

    folder: Path
    version: str
    meta: Mapping[str, Any]
    table: pa.Table

    @cached_property
    def offsets(self) -> NDArray[np.int64]:
        lists = self._piece("steps")
        return np.zeros(1, np.int64) if lists is None else lists.offsets.to_numpy()

    @cached_property
    def steps(self) -> NDArray[np.uint16]:
        return self.values("steps", np.uint16)

    @cached_property
    def times(self) -> NDArray[np.int64]:
        return self.values("times", np.int64)

    def values(self, name: str, kind: Any) -> NDArray[Any]:
        """The values of a list column, journey after journey."""
        lists = self._piece(name)
        return np.empty(0, kind) if lists is None else lists.values.to_numpy()

    def _piece(self, name: str) -> pa.LargeListArray | None:
        pieces = self.table[name].chunks
        return pieces[0] if pieces else None

    @cached_property
    def attributes(self) -> pa.Table:
        return self.table.drop_columns(["steps", "times", *self.meta["columns"]])

    @cached_property
    def weights(self) -> NDArray[np.float64] | None:
        if "weight" not in self.table.column_names:
            return None
        return self.table["weight"].chunk(0).to_numpy() if len(self.table) else np.empty(0)

    @cached_property
    def columns(self) -> dict[str, EventColumn]:
        return {
            name: EventColumn(name, self.values(name, np.int32), tuple(values))
            for name, values in self.meta["columns"].items()
        }

    @cached_property
    def code_of(self) -> dict[str, int]:
        return {name: code for code, name in enumerate(self.meta["steps"])}

    @cached_property
    def variant_runs(self) -> tuple[NDArray[np.int64], NDArray[np.uint16]]:
        pieces = read_arrow(self.folder / self.version / VARIANTS)["steps"].chunks
        if not pieces:
            return np.zeros(1, np.int64), np.empty(0, np.uint16)
        return pieces[0].offsets.to_numpy(), pieces[0].values.to_numpy()

    @cached_property
    def map(self) -> map_question.MapResult:
        """The unfiltered map, as the build stored it."""
        place = self.folder / self.version
        return map_question.from_arrow(
            self.meta["journeys"], self.meta["events"], self.meta["weighted_journeys"],
            read_arrow(place / MAP_STEPS), read_arrow(place / MAP_FLOWS),
        )  # fmt: skip


def read_arrow(path: Path) -> pa.Table:
    """Memory-map an Arrow file; BadLog when it is damaged."""
    try:
        return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise BadLog(f"{path} is damaged ({error}): build the log again.") from error


@dataclass(frozen=True, eq=False)
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
        chosen = version or store.read_manifest(folder).version
        meta = store.read_meta(folder, chosen)
        return cls(Stored(folder, chosen, meta, read_arrow(folder / chosen / JOURNEYS)))

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

    def where(self, condition: Filter | str) -> JourneyLog:
        """The journeys that also meet the condition: a filter, or text in the filter language."""
        from trayecto.filters import parse_filter

        chosen = parse_filter(condition) if isinstance(condition, str) else condition
        mask = np.asarray(chosen.mask(self), dtype=np.bool_)
        return replace(self, selection=mask if self.selection is None else self.selection & mask)

    def _narrow(self, condition: Filter | str | None) -> JourneyLog:
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
            date_only_steps=self.date_only_steps,
            started=to_datetime(self.times[self.offsets[:-1]].min()) if self.total_events else None,
            ended=to_datetime(self.times[self.offsets[1:] - 1].max()) if self.total_events else None,
            as_of=self.as_of,
            bytes=sum(figures["bytes"] for figures in meta["files"].values()),
        )

    # --- questions ---

    def map(
        self,
        *,
        where: Filter | str | None = None,
        clock: map_question.Clocks | None = None,
        percentiles: bool = True,
    ) -> map_question.MapResult:
        """Steps and flows; see ``trayecto.questions.map.ask``. The unfiltered map is stored at build."""
        view = self._narrow(where)
        if view.selection is None and clock is None:
            return self.stored.map
        return map_question.ask(view, clock=clock, percentiles=percentiles)

    def variants(
        self, top: int | None = None, *, where: Filter | str | None = None
    ) -> variants_question.VariantsResult:
        """The ``top`` most frequent variants (None: all); see ``trayecto.questions.variants.ask``."""
        return variants_question.ask(self._narrow(where), top=top)

    def funnel(
        self,
        steps: Sequence[str],
        within: Any = None,
        strict: bool = False,
        *,
        where: Filter | str | None = None,
    ) -> Any:
        """Journeys that reach each step in turn; see ``trayecto.questions.funnel.ask``."""
        from trayecto.questions import funnel

        return funnel.ask(self._narrow(where), steps, within=within, strict=strict)

    def durations(
        self, source: str, target: str, *, where: Filter | str | None = None, **options: Any
    ) -> Any:
        """Times from one step to another; see ``trayecto.questions.durations.ask``."""
        from trayecto.questions import durations

        return durations.ask(self._narrow(where), source, target, **options)

    def dropoff(
        self,
        goal: str | Collection[str],
        limits: Mapping[str, Any] | None = None,
        *,
        where: Filter | str | None = None,
    ) -> Any:
        """Where journeys are lost; see ``trayecto.questions.dropoff.ask``."""
        from trayecto.questions import dropoff

        return dropoff.ask(self._narrow(where), goal, limits=limits)

    def rework(self, *, where: Filter | str | None = None) -> Any:
        """Repeats and loops; see ``trayecto.questions.rework.ask``."""
        from trayecto.questions import rework

        return rework.ask(self._narrow(where))

    def volume(self, period: str = "month", tz: str = "UTC", *, where: Filter | str | None = None) -> Any:
        """Events by step and period; see ``trayecto.questions.volume.ask``."""
        from trayecto.questions import volume

        return volume.ask(self._narrow(where), period=period, tz=tz)

    def delays(
        self, promises: Mapping[str, Any], *, where: Filter | str | None = None, **options: Any
    ) -> Any:
        """Which steps come late, and what held them up; see ``trayecto.questions.delays.ask``."""
        from trayecto.questions import delays

        return delays.ask(self._narrow(where), promises, **options)
