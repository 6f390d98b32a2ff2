"""What the searches hand over: a suspicion with its test, not yet a finding."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, Bools, Ints
from trayecto.blueprint import JourneyType
from trayecto.demand.ask import FailureDemand, demand_of
from trayecto.findings.model import ADJUSTED, Blamed
from trayecto.findings.undo import Undoing
from trayecto.money import Line
from trayecto.values import Values
from trayecto.whatif.ask import SEED
from trayecto.whatif.draws import Draws, draws_of

MONTH = 365.25 / 12 * DAY


@dataclass(frozen=True, eq=False)
class Study:
    """The log as the searches read it."""

    facts: Facts
    journey_type: JourneyType
    values: Values | None
    draws: int

    @cached_property
    def drawn(self) -> Draws:
        """Persons drawn anew, as what-if draws them."""
        return draws_of(self.facts, self.draws, SEED)

    @cached_property
    def demand(self) -> FailureDemand | None:
        """The cause of each support contact; None where the blueprint has no support."""
        return demand_of(self.facts) if self.facts.support else None

    @property
    def zone(self) -> str:
        """The company's time zone."""
        return self.facts.blueprint.time_zone

    @cached_property
    def began(self) -> int:
        """The first moment of the log."""
        return int(self.facts.units.events.at.min())

    @property
    def months(self) -> float:
        return self.months_since(None)

    def months_since(self, since: int | None) -> float:
        """Months from a moment (the log's first) to its end; at least a day."""
        start = self.began if since is None else max(since, self.began)
        return max(self.facts.end - start, DAY) / MONTH

    def day(self, moment: int | None) -> datetime.date | None:
        """The company's date of a moment."""
        if moment is None:
            return None
        return datetime.datetime.fromtimestamp(moment / 1e6, ZoneInfo(self.zone)).date()

    def owner(self, step: str) -> str | None:
        owner = self.facts.blueprint.owner(step)
        return owner.slug if owner else None


@dataclass(frozen=True, eq=False)
class Suspicion:
    """``p``: None where only what it is worth can tell whether it is chance; ``relevant`` and ``discarded`` are judged by the
    search. ``lines``: money in a month besides what the effect is worth. ``rows``: (journeys,) of the log. ``undo``: what would undo it."""

    kind: str
    step: str
    born_at: str
    felt_at: str
    rows: Ints
    undo: Undoing
    cause: Blamed | None = None
    since: int | None = None
    p: float | None = None
    discarded: bool = False
    method: str = ADJUSTED
    contacts: int = 0
    lines: tuple[Line, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Suspected:
    """``tested``: the p-values of everything that was tested beside, and came to nothing."""

    suspicions: Sequence[Suspicion] = ()
    tested: Sequence[float] = ()


def rows_of(facts: Facts, units: Bools) -> NDArray[np.int64]:
    """The journeys of these attempts."""
    return np.unique(facts.units.row[units])


def contact_step(study: Study, units: Bools) -> str | None:
    """The support step at which these attempts' people get in touch most."""
    facts = study.facts
    mine, unit = facts.units.among(facts.log, facts.support)
    steps = facts.units.events.step[mine[units[unit]]]
    return facts.log.step_names[int(np.bincount(steps).argmax())] if len(steps) else None
