"""Filters on what happened: which steps, in which order, when, on which channel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np
import pyarrow as pa

from trayecto.batch import Batch, View
from trayecto.errors import BadValue, UnknownAttribute, did_you_mean
from trayecto.filters.base import Filter, Mask, all_of, mask_by_batch, steps_given
from trayecto.filters.text import (
    Moment,
    call,
    duration_text,
    moment_text,
    moment_us,
    seconds_or_text,
)
from trayecto.kernels import contents, paths
from trayecto.kernels.funnel import depths
from trayecto.kernels.inputs import FOREVER, NEVER
from trayecto.units import parse_duration

Length = str | timedelta | float


def codes_of(view: View, steps: Sequence[str]) -> list[int]:
    """The codes of step names; UnknownStep for one that the log does not have."""
    return [view.code(step) for step in steps]


def window_us(within: Length | None) -> int | None:
    """A window in microseconds: "7d", a timedelta or a number of seconds; None stays."""
    return None if within is None else parse_duration(seconds_or_text(within))


@dataclass(frozen=True, slots=True)
class Has(Filter):
    """One of the steps occurs."""

    steps: tuple[str, ...]

    def mask(self, view: View) -> Mask:
        return mask_by_batch(view, partial(contents.contains_any, codes=codes_of(view, self.steps)))

    def __str__(self) -> str:
        return call("has", *self.steps)


@dataclass(frozen=True, slots=True)
class AtEnd(Filter):
    """The first (``last``: the last) step is one of these."""

    steps: tuple[str, ...]
    last: bool

    def mask(self, view: View) -> Mask:
        codes = codes_of(view, self.steps)
        return mask_by_batch(view, partial(contents.at_end, codes=codes, last=self.last))

    def __str__(self) -> str:
        return call("ends_with" if self.last else "starts_with", *self.steps)


@dataclass(frozen=True, slots=True)
class FunnelReached(Filter):
    """The steps occur in order, the last within ``window`` microseconds of the first (None: no window)."""

    steps: tuple[str, ...]
    window: int | None
    strict: bool

    def mask(self, view: View) -> Mask:
        codes = tuple(codes_of(view, self.steps))
        window = FOREVER if self.window is None else self.window
        return mask_by_batch(view, partial(self._reached, codes=codes, window=window))

    def _reached(self, batch: Batch, codes: tuple[int, ...], window: int) -> Mask:
        return depths(batch, codes, window, strict=self.strict) == len(codes)

    def __str__(self) -> str:
        within = None if self.window is None else duration_text(self.window)
        if len(self.steps) == 2:
            return call("directly_followed_by" if self.strict else "followed_by", *self.steps, within)
        return call("funnel_reached", self.steps, within=within, strict=self.strict or None)


@dataclass(frozen=True, slots=True)
class ExactVariant(Filter):
    """The journey is exactly this sequence of steps."""

    steps: tuple[str, ...]

    def mask(self, view: View) -> Mask:
        return mask_by_batch(view, partial(contents.is_sequence, codes=codes_of(view, self.steps)))

    def __str__(self) -> str:
        return call("exact_variant", self.steps)


@dataclass(frozen=True, slots=True)
class OccursBetween(Filter):
    """One of the steps (none named: any step) happens in ``[start, end)``, microseconds or None for no bound."""

    steps: tuple[str, ...]
    start: int | None
    end: int | None

    def mask(self, view: View) -> Mask:
        codes = codes_of(view, self.steps) if self.steps else None
        start = NEVER if self.start is None else self.start
        end = FOREVER if self.end is None else self.end
        return mask_by_batch(view, partial(contents.occurs_between, codes=codes, start=start, end=end))

    def __str__(self) -> str:
        return call("occurs_between", self.steps, moment_text(self.start), moment_text(self.end))


@dataclass(frozen=True, slots=True)
class StartedBetween(Filter):
    """The first event happens in ``[start, end)``, microseconds or None for no bound."""

    start: int | None
    end: int | None

    def mask(self, view: View) -> Mask:
        return mask_by_batch(view, self._started)

    def _started(self, batch: Batch) -> Mask:
        kept = batch.offsets[1:] > batch.offsets[:-1]
        started = batch.times[batch.offsets[:-1][kept]]
        kept[kept] = (started >= (NEVER if self.start is None else self.start)) & (
            started < (FOREVER if self.end is None else self.end)
        )
        return kept

    def __str__(self) -> str:
        return call("started_between", moment_text(self.start), moment_text(self.end))


@dataclass(frozen=True, slots=True)
class VariantRank(Filter):
    """The journey's variant is among the ``low``-th to the ``high``-th most frequent, from 1."""

    low: int
    high: int

    def mask(self, view: View) -> Mask:
        return view.asked(self._within)

    def _within(self, lines: pa.Table) -> Mask:
        ranks = lines["variant"].to_numpy() + 1
        return np.asarray((ranks >= self.low) & (ranks <= self.high))

    def __str__(self) -> str:
        if self.low == 1:
            return call("variant_rank", self.high)
        return call("variant_rank", exactly=self.low)


@dataclass(frozen=True, slots=True)
class Around(Filter):
    """One of the steps (none named: any) is the ``offset``-th event after the first (``last``: the last) ``step``, and
    within ``window`` microseconds of it (None: no window); before it where ``offset`` is negative."""

    step: str
    offset: int
    steps: tuple[str, ...]
    window: int | None
    last: bool

    def mask(self, view: View) -> Mask:
        wanted = np.zeros(len(view.step_names) if self.steps else 0, np.bool_)
        wanted[codes_of(view, self.steps)] = True
        window = FOREVER if self.window is None else self.window
        return mask_by_batch(
            view,
            partial(
                paths.around,
                code=view.code(self.step),
                last=self.last,
                offset=self.offset,
                window=window,
                wanted=wanted,
            ),
        )

    def __str__(self) -> str:
        within = None if self.window is None else duration_text(self.window)
        return call("around", self.step, self.offset, self.steps, within=within, last=self.last or None)


@dataclass(frozen=True, slots=True)
class Touches(Filter):
    """An event's column (such as channel) holds one of the values."""

    column: str
    values: tuple[str, ...]

    def mask(self, view: View) -> Mask:
        if self.column not in view.columns:
            known = ", ".join(sorted(view.columns)) or "none"
            guess = did_you_mean(self.column, view.columns)
            raise UnknownAttribute(
                f"No event column '{self.column}' in this log (its event columns: {known}).{guess}"
            )
        column = view.columns[self.column]
        codes = [code for code, value in enumerate(column.values) if value in self.values]
        return mask_by_batch(view, partial(self._touched, codes=codes, size=len(column.values)))

    def _touched(self, batch: Batch, codes: list[int], size: int) -> Mask:
        return contents.column_contains_any(batch, batch.columns[self.column], codes, size)

    def __str__(self) -> str:
        return call("touches", self.column, *self.values)


def has(*steps: str) -> Filter:
    """Journeys with at least one of the steps."""
    return Has(steps_given("has", steps))


def has_all(*steps: str) -> Filter:
    """Journeys with every one of the steps, in any order."""
    return all_of(tuple(Has((step,)) for step in steps_given("has_all", steps)))


def lacks(*steps: str) -> Filter:
    """Journeys with none of the steps."""
    return ~Has(steps_given("lacks", steps))


def starts_with(*steps: str) -> Filter:
    """Journeys whose first step is one of these."""
    return AtEnd(steps_given("starts_with", steps), last=False)


def ends_with(*steps: str) -> Filter:
    """Journeys whose last step is one of these."""
    return AtEnd(steps_given("ends_with", steps), last=True)


def followed_by(a: str, b: str, within: Length | None = None) -> Filter:
    """Journeys in which some ``b`` comes after some ``a`` (at any distance), within the window, inclusive."""
    return FunnelReached(steps_given("followed_by", (a, b)), window_us(within), strict=False)


def directly_followed_by(a: str, b: str, within: Length | None = None) -> Filter:
    """Journeys in which some ``b`` comes directly after an ``a``, within the window, inclusive: a flow."""
    return FunnelReached(steps_given("directly_followed_by", (a, b)), window_us(within), strict=True)


has_flow = directly_followed_by


def funnel_reached(
    steps: Sequence[str], within: Length | None = None, strict: bool = False, k: int | None = None
) -> Filter:
    """Journeys that a funnel with the same arguments counts at its ``k``-th step (from 1; default: the last)."""
    names = steps_given("funnel_reached", () if isinstance(steps, str) else tuple(steps))
    level = len(names) if k is None else k
    if not isinstance(level, int) or not 1 <= level <= len(names):
        raise BadValue(f"k = {k} is not a step of this funnel: it has steps 1 to {len(names)}.")
    return FunnelReached(names[:level], window_us(within), bool(strict))


def exact_variant(steps: Sequence[str]) -> Filter:
    """Journeys that are exactly this sequence of steps."""
    return ExactVariant(steps_given("exact_variant", () if isinstance(steps, str) else tuple(steps)))


def occurs_between(
    steps: str | Sequence[str], start: Moment | None = None, end: Moment | None = None, tz: str = "UTC"
) -> Filter:
    """Journeys in which one of the steps (an empty list: any) happens from ``start`` to before ``end``."""
    names = (steps,) if isinstance(steps, str) else tuple(steps)
    return OccursBetween(names, moment_us(start, tz), moment_us(end, tz))


def started_between(start: Moment | None = None, end: Moment | None = None, tz: str = "UTC") -> Filter:
    """Journeys whose first event is from ``start`` (inclusive) to ``end`` (exclusive)."""
    return StartedBetween(moment_us(start, tz), moment_us(end, tz))


def variant_rank(at_most: int | None = None, *, exactly: int | None = None) -> Filter:
    """Journeys of the ``at_most`` most frequent variants, or of the one at rank ``exactly`` (from 1)."""
    if (at_most is None) == (exactly is None):
        raise BadValue("variant_rank() needs one number: at most this rank, or exactly => this rank.")
    rank = at_most if exactly is None else exactly
    if not isinstance(rank, int) or isinstance(rank, bool) or rank < 1:
        raise BadValue(f"{rank!r} is not a variant's rank: ranks are whole numbers from 1.")
    return VariantRank(1 if exactly is None else rank, rank)


def around(
    step: str, offset: int, steps: str | Sequence[str] = (), within: Length | None = None, last: bool = False
) -> Filter:
    """Journeys in which one of the ``steps`` (an empty list: any) is the ``offset``-th event after the first ``step``."""
    names = (steps,) if isinstance(steps, str) else tuple(steps)
    steps_given("around", (step, *names))
    if not isinstance(offset, int) or isinstance(offset, bool):
        raise BadValue(f"{offset!r} is no place around a step: 1 is the event after it, -1 the one before.")
    return Around(step, offset, names, window_us(within), bool(last))


def touches(column: str, *values: str) -> Filter:
    """Journeys with an event whose ``column`` (such as channel) is one of the values."""
    if not values:
        raise BadValue(f"touches('{column}') needs at least one value.")
    return Touches(column, tuple(map(str, values)))
