"""Drop-off: after which step journeys are lost.

Definitions. A journey has *reached* when a goal step occurs in it. Otherwise it stands at its last step and has
waited there from that event until the moment the log speaks of (``as_of``): beyond the step's limit it is *lost*,
up to the limit (inclusive) it is *open*. The limit of a step is the one given for it (a promise); else the 95th
percentile (linear interpolation) of the waits between this step and the next event, over all occurrences of the
step in the selected journeys that went on from it. Where nobody ever went on from a step, there is nothing to
compare with, and the 95th percentile of the waits after all steps is taken; without any wait at all, everything
is open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from trayecto import engine
from trayecto.batch import Batch, View
from trayecto.errors import BadValue
from trayecto.kernels import waits as kernel
from trayecto.kernels.contents import contains_any
from trayecto.kernels.inputs import FOREVER
from trayecto.questions.shares import add_weighted, count_by, share, table_of, without_none
from trayecto.units import SECOND, parse_duration, to_microseconds

REACHED, OPEN, LOST = range(3)
PERCENT = 95
LimitFrom = Literal["given", "waits after it", "waits after all steps"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a journey may stand at each step, in microseconds; FOREVER where nothing is known."""

    microseconds: NDArray[np.int64]  # (n_steps,)
    origin: dict[int, LimitFrom | None]  # by step code; None where there was nothing to compare with


@dataclass(frozen=True, slots=True)
class DropoffParams:
    goal: tuple[int, ...]
    as_of: int  # microseconds since 1970
    limits: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class DropoffSummary:
    counts: NDArray[np.int64]  # (n_steps * 3,) journeys by last step and state
    weighted: NDArray[np.float64] | None
    idle: tuple[tuple[NDArray[np.uint16], NDArray[np.int64]], ...]  # last step and wait of those not reached


@dataclass(frozen=True, slots=True)
class DropoffStep:
    """Journeys whose last step this is. Waits are of those that have not reached the goal, in seconds."""

    step: str
    journeys: int
    reached: int
    open: int
    lost: int
    limit_seconds: float | None
    limit_from: LimitFrom | None
    wait_mean: float | None
    wait_median: float | None
    weighted_journeys: float | None = None
    weighted_reached: float | None = None
    weighted_open: float | None = None
    weighted_lost: float | None = None


@dataclass(frozen=True, slots=True)
class DropoffResult:
    """``steps`` are the last steps of journeys, those that lose most first."""

    goal: tuple[str, ...]
    as_of: datetime
    journeys: int
    reached: int
    open: int
    lost: int
    share_reached: float
    share_open: float
    share_lost: float
    steps: tuple[DropoffStep, ...]
    limits: Mapping[
        str, timedelta | None
    ]  # as applied, None for no limit; a filter finds the same rows by them
    weighted_journeys: float | None = None
    weighted_reached: float | None = None
    weighted_open: float | None = None
    weighted_lost: float | None = None
    weighted_share_reached: float | None = None
    weighted_share_open: float | None = None
    weighted_share_lost: float | None = None

    def to_dict(self) -> dict[str, Any]:
        plain = {
            "goal": list(self.goal),
            "as_of": self.as_of.isoformat(),
            "steps": [_plain_step(step) for step in self.steps],
        }
        entries = without_none(self) | plain
        del entries["limits"]
        return entries

    def to_arrow(self) -> pa.Table:
        """One row per last step."""
        return table_of(DropoffStep, self.steps)


def _plain_step(step: DropoffStep) -> dict[str, Any]:
    unknown = {"limit_seconds": None, "limit_from": None, "wait_mean": None, "wait_median": None}
    return unknown | without_none(step)


def ask(
    view: View, goal: str | Sequence[str], limits: Mapping[str, str | timedelta | None] | None = None
) -> DropoffResult:
    """Where the journeys of ``view`` that have not reached ``goal`` (one of these steps) stand and are lost.

    ``limits`` by step: how long a journey may stand there; None for ever.

    Raises UnknownStep, and BadValue for no goal or a limit that is not a length of time.
    """
    codes = goal_codes(view, goal)
    as_of = to_microseconds(view.as_of)
    found = find_limits(view, codes, limits)
    params = DropoffParams(codes, as_of, found.microseconds)
    summary = engine.run(view.batches(), partial(scan, params=params), merge)
    names = (goal,) if isinstance(goal, str) else tuple(goal)
    return finish(summary, found, view.step_names, names, view.as_of)


def goal_codes(view: View, goal: str | Sequence[str]) -> tuple[int, ...]:
    """The codes of the goal's steps, checked."""
    steps = (goal,) if isinstance(goal, str) else tuple(goal)
    if not steps:
        raise BadValue("A drop-off needs a goal: the step, or steps, that journeys are meant to reach.")
    return tuple(view.code(step) for step in steps)


def find_limits(
    view: View,
    goal: tuple[int, ...],
    given: Mapping[str, str | timedelta | None] | None = None,
    only: Sequence[int] | None = None,
) -> Limits:
    """The limits of the steps (``only`` these, else all) at which selected journeys stand without the goal."""
    limits = np.full(len(view.step_names), FOREVER, dtype=np.int64)
    origin: dict[int, LimitFrom | None] = {}
    for step, length in (given or {}).items():
        limits[view.code(step)] = FOREVER if length is None else parse_duration(length)
        origin[view.code(step)] = "given"
    standing = engine.run(view.batches(), partial(_standing, goal=goal), np.logical_or)
    asked = [code for code in np.flatnonzero(standing).tolist() if only is None or code in only]
    unknown = [code for code in asked if code not in origin]
    measured = _percentiles(view, unknown)
    for code in unknown:
        limits[code], origin[code] = measured.get(code, (FOREVER, None))
    return Limits(limits, origin)


def _standing(batch: Batch, goal: tuple[int, ...]) -> NDArray[np.bool_]:
    """(n_steps,) where selected journeys without the goal have their last step."""
    here = ~contains_any(batch, goal) & _selected(batch)
    found = np.zeros(batch.n_steps, dtype=np.bool_)
    found[batch.steps[batch.offsets[1:][here] - 1]] = True
    return found


def _selected(batch: Batch) -> NDArray[np.bool_]:
    """(journeys,) the selected journeys that have an event."""
    filled = batch.offsets[1:] > batch.offsets[:-1]
    return filled if batch.selected is None else filled & batch.selected


def _percentiles(view: View, codes: list[int]) -> dict[int, tuple[int, LimitFrom]]:
    """The 95th percentile of the waits after each step, or after all steps where nobody went on."""
    if not codes:
        return {}
    own = waits_after(view, codes)
    limits = engine.each(lambda code: _percentile_or_none(kernel.joined(own, code)), codes)
    found: dict[int, tuple[int, LimitFrom]] = {
        code: (limit, "waits after it")
        for code, limit in zip(codes, limits, strict=True)
        if limit is not None
    }
    lacking = [code for code in codes if code not in found]
    if lacking:
        everything = waits_after(view, range(len(view.step_names)))
        limit = _percentile_or_none(np.concatenate([part.values for part in everything]))
        if limit is not None:
            found.update(dict.fromkeys(lacking, (limit, "waits after all steps")))
    return found


def _percentile_or_none(waits: NDArray[np.int64]) -> int | None:
    return kernel.percentile(waits, PERCENT)[0] if len(waits) else None


def waits_after(view: View, codes: Sequence[int]) -> list[kernel.Grouped]:
    """The waits between these steps and the next event of the same journey, one group of values per batch."""
    return engine.over(partial(kernel.by_step, wanted=codes, after=True), view.batches())


def states(batch: Batch, params: DropoffParams) -> NDArray[np.uint8]:
    """(journeys,) REACHED, OPEN or LOST; meaningless for journeys without events."""
    last = np.maximum(batch.offsets[1:] - 1, 0)
    waited = params.as_of - batch.times[last]
    state = np.where(waited > params.limits[batch.steps[last]], LOST, OPEN)
    return np.where(contains_any(batch, params.goal), REACHED, state).astype(np.uint8)


def scan(batch: Batch, params: DropoffParams) -> DropoffSummary:
    filled = replace(batch, selected=_selected(batch))
    state = states(filled, params)
    last = np.maximum(batch.offsets[1:] - 1, 0)
    steps = batch.steps[last]
    counts, weighted = count_by(steps.astype(np.int64) * 3 + state, batch.n_steps * 3, filled)
    idle = (state != REACHED) & _selected(batch)
    waits = np.maximum(params.as_of - batch.times[last[idle]], 0)
    return DropoffSummary(counts, weighted, ((steps[idle], waits),))


def merge(a: DropoffSummary, b: DropoffSummary) -> DropoffSummary:
    return DropoffSummary(a.counts + b.counts, add_weighted(a.weighted, b.weighted), a.idle + b.idle)


def finish(
    summary: DropoffSummary, limits: Limits, names: Sequence[str], goal: tuple[str, ...], as_of: datetime
) -> DropoffResult:
    by_step = summary.counts.reshape(-1, 3)
    weighed = None if summary.weighted is None else summary.weighted.reshape(-1, 3)
    codes = np.flatnonzero(by_step.sum(axis=1)).tolist()
    steps = [_step(names[code], code, summary, limits) for code in codes]
    return DropoffResult(
        goal=goal,
        as_of=as_of,
        **_counts(by_step.sum(axis=0).tolist(), ""),
        **_shares(by_step.sum(axis=0).tolist(), ""),
        steps=tuple(sorted(steps, key=lambda step: (-step.lost, -step.journeys, step.step))),
        limits={names[code]: _length(limits, code) for code in sorted(limits.origin)},
        **({} if weighed is None else _counts(weighed.sum(axis=0).tolist(), "weighted_")),
        **({} if weighed is None else _shares(weighed.sum(axis=0).tolist(), "weighted_")),
    )


def _counts(states_: Sequence[float], prefix: str) -> dict[str, Any]:
    reached, open_, lost = states_
    names = ("journeys", "reached", "open", "lost")
    return {
        prefix + name: value for name, value in zip(names, (sum(states_), reached, open_, lost), strict=True)
    }


def _shares(states_: Sequence[float], prefix: str) -> dict[str, Any]:
    names = ("share_reached", "share_open", "share_lost")
    return {prefix + name: share(value, sum(states_)) for name, value in zip(names, states_, strict=True)}


def _step(name: str, code: int, summary: DropoffSummary, limits: Limits) -> DropoffStep:
    waits = np.concatenate([waits[steps == code] for steps, waits in summary.idle])
    known = len(waits) > 0 and limits.microseconds[code] != FOREVER
    here = slice(3 * code, 3 * code + 3)
    weighed = {} if summary.weighted is None else _counts(summary.weighted[here].tolist(), "weighted_")
    return DropoffStep(
        step=name,
        **_counts(summary.counts[here].tolist(), ""),
        limit_seconds=int(limits.microseconds[code]) / SECOND if known else None,
        limit_from=limits.origin[code] if known else None,
        wait_mean=float(waits.mean()) / SECOND if len(waits) else None,
        wait_median=kernel.percentile(waits, 50)[1] / SECOND if len(waits) else None,
        **weighed,
    )


def _length(limits: Limits, code: int) -> timedelta | None:
    limit = int(limits.microseconds[code])
    return None if limit == FOREVER else timedelta(microseconds=limit)
