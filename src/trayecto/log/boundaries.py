"""Where one life of events is cut into journeys."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trayecto.errors import BadValue, UnknownStep, did_you_mean
from trayecto.kernels import cutting
from trayecto.kernels.arrays import frozen
from trayecto.units import parse_duration

STEPS = ("starts", "ends", "anchor", "opening", "close")
LENGTHS = ("gap", "before", "after")
NEVER = np.iinfo(np.int64).max // 4  # a length of time that no life reaches


@dataclass(frozen=True)
class Boundaries:
    """How the events of one key (usually a person) become journeys; every event lands in exactly one.

    *Plain cut*: a step of ``starts`` begins a journey, a step of ``ends`` is the last of one, and a pause longer
    than ``gap`` ends one.

    *Anchored cut*, when ``anchor`` is given: anchors with no ``close`` between them share a journey. It opens at the
    earliest event that lies at most ``before`` ahead of its first anchor, after the last close of the journey before
    it, and whose step is in ``opening`` (empty: any step); else at the anchor. It runs to ``after`` past its last
    close; without a close, to the next opening. Other events are cut by ``gap`` alone.

    Lengths are written ``"30d"``, ``"12h"`` or as timedelta; None is no limit. All limits are inclusive.
    """

    starts: Sequence[str] = ()
    ends: Sequence[str] = ()
    gap: str | timedelta | None = None
    anchor: Sequence[str] = ()
    opening: Sequence[str] = ()
    before: str | timedelta | None = None
    close: Sequence[str] = ()
    after: str | timedelta | None = None

    def __post_init__(self) -> None:
        if self.anchor and (self.starts or self.ends):
            raise BadValue("Boundaries are cut by anchor, or by starts and ends, not by both.")
        if not self.anchor and (self.opening or self.close or self.before or self.after):
            raise BadValue("Boundaries with opening, before, close or after need an anchor.")
        for length in (self.gap, self.before, self.after):
            _length(length)

    def to_json(self) -> dict[str, Any]:
        """The arguments that make equal ones, as plain values."""
        facts: dict[str, Any] = {name: list(getattr(self, name)) for name in STEPS}
        return facts | {name: _written(getattr(self, name)) for name in LENGTHS}

    def steps(self) -> list[str]:
        """Every step the boundaries name."""
        return [*self.starts, *self.ends, *self.anchor, *self.opening, *self.close]


def _written(value: str | timedelta | None) -> str | None:
    if not isinstance(value, timedelta):
        return value
    seconds, rest = divmod(parse_duration(value), 1_000_000)
    return f"{seconds}.{rest:06d}s"


def _length(value: str | timedelta | None) -> int:
    return NEVER if value is None else parse_duration(value)


def cut(
    boundaries: Boundaries,
    offsets: NDArray[np.int64],
    steps: NDArray[np.uint16],
    times: NDArray[np.int64],
    step_names: Sequence[str],
) -> NDArray[np.int64]:
    """The offsets of the journeys inside the lives that ``offsets`` delimits; sorted events in, (journeys + 1,) out."""
    begins = np.zeros(len(steps), np.bool_)

    def flags(names: Iterable[str]) -> NDArray[np.bool_]:
        wanted = set(names)
        return frozen(np.array([name in wanted for name in step_names], np.bool_))

    gap = _length(boundaries.gap)
    if boundaries.anchor:
        opening = boundaries.opening or step_names
        cutting.cut_anchored(
            offsets, steps, times, flags(boundaries.anchor), flags(opening), flags(boundaries.close),
            _length(boundaries.before), _length(boundaries.after), gap, begins,
        )  # fmt: skip
    else:
        cutting.cut_plain(
            offsets, steps, times, flags(boundaries.starts), flags(boundaries.ends), gap, begins
        )
    return np.append(np.flatnonzero(begins), len(steps)).astype(np.int64)


def check_named(boundaries: Boundaries | None, known: Sequence[str]) -> None:
    """UnknownStep when a journey is to begin or to end with a step that no event has."""
    for step in () if boundaries is None else (*boundaries.starts, *boundaries.ends):
        if step not in known:
            raise UnknownStep(f"The events have no step '{step}'.{did_you_mean(step, known)}")
