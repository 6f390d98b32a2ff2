"""What can be changed in a log, and how it stands now: what a page of sliders offers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trayecto.attempts.facts import Facts, facts_of
from trayecto.attempts.lives import NEVER
from trayecto.attempts.promises import Promised, promises_of
from trayecto.designed import blueprint_of
from trayecto.log.journeylog import JourneyLog
from trayecto.whatif.contrast import LEAST
from trayecto.whatif.failures import said_of
from trayecto.whatif.gates import gates_of

MOST_VALUES = 8  # of an attribute that is offered as a path
DAY = 86_400e6


@dataclass(frozen=True)
class Stopped:
    """A gate: attempts it stopped, and those of them that did not order."""

    step: str
    stopped: int
    lost: int


@dataclass(frozen=True)
class Failed:
    """A step that can fail. ``days``: median in days (of work where ``working``), None where no promise says since when."""

    step: str
    judged: int
    failed: int
    days: float | None
    promised: float | None
    working: bool
    told_by: str = "promise"


@dataclass(frozen=True)
class Way:
    """An attribute whose values are ways to go, with the orders of each, the most first."""

    attribute: str
    orders: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Choices:
    gates: Sequence[Stopped]
    failures: Sequence[Failed]
    ways: Sequence[Way]

    def to_dict(self) -> dict[str, Any]:
        return {
            "gates": [vars(one) for one in self.gates],
            "failures": [vars(one) for one in self.failures],
            "ways": [
                {"attribute": one.attribute, "orders": [list(pair) for pair in one.orders]}
                for one in self.ways
            ],
        }


def choices_of(log: JourneyLog, ways: Sequence[str] = ("delivery", "carrier", "order_channel")) -> Choices:
    """Gates, steps that can fail, and the values of these attributes as far as the log has them.

    Raises BadValue for a log that no blueprint built.
    """
    facts = facts_of(log, *blueprint_of(log))
    return Choices(_gates(facts), [*_promises(facts), *_said(facts)], _ways(facts, ways))


def _gates(facts: Facts) -> list[Stopped]:
    found = []
    for step in gates_of(facts):
        stopped = facts.units.first(facts.log, [step]) < NEVER
        if stopped.sum() >= LEAST:
            found.append(Stopped(step, int(stopped.sum()), int((stopped & ~facts.ordered).sum())))
    return found


def _promises(facts: Facts) -> list[Failed]:
    return [_promise(one) for one in promises_of(facts) if one.judged.sum() >= LEAST]


def _promise(one: Promised) -> Failed:
    calendar = getattr(one.clock, "__self__", None)
    day = DAY if calendar is None else float(calendar.day)
    done = one.judged & (one.done < NEVER)
    took = (one.clock(one.done[done]) - one.clock(one.start[done])) / day
    median = float(np.median(took)) if len(took) else None
    return Failed(
        one.step, int(one.judged.sum()), int(one.failed.sum()), median, one.length / day, calendar is not None
    )


def _said(facts: Facts) -> list[Failed]:
    found = []
    for step in dict.fromkeys(one.born_at for one in facts.blueprint.demand):
        said = said_of(facts, step) if step in facts.log.stored.code_of else None
        if said is None:
            continue
        has = facts.units.first(facts.log, [step]) < NEVER
        failed = int((has & (said > 0)).sum())
        if failed >= LEAST:
            found.append(Failed(step, int(has.sum()), failed, None, None, False, "contacts"))
    return found


def _ways(facts: Facts, names: Sequence[str]) -> list[Way]:
    found = []
    mask = pa.array(facts.ordered & facts.first_of_journey)
    for name in names:
        if name not in facts.log.attributes.column_names:
            continue
        told = pc.value_counts(facts.attribute(name).filter(mask).drop_null()).to_pylist()
        pairs = sorted(((one["values"], one["counts"]) for one in told), key=lambda pair: -pair[1])
        if len(pairs) > 1:
            found.append(Way(name, pairs[:MOST_VALUES]))
    return found
