"""``what_if``: the expected change in outcomes and times, with an interval from drawing persons anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from trayecto.attempts.facts import facts_of
from trayecto.attempts.pricing import intervals, lines_of, money_of, priced
from trayecto.designed import blueprint_of
from trayecto.errors import BadValue
from trayecto.log.journeylog import JourneyLog
from trayecto.money import Interval, Line
from trayecto.values import read_values
from trayecto.whatif.changes import Change, Duration, FailureRate, Fix, RemoveGate, Share
from trayecto.whatif.draws import Draws, draws_of
from trayecto.whatif.durations import duration
from trayecto.whatif.failures import failure_rate
from trayecto.whatif.fixes import fix
from trayecto.whatif.gates import gate
from trayecto.whatif.moved import Moved, Note, Timing
from trayecto.whatif.shares import move
from trayecto.whatif.shifts import Taken, taken_of
from trayecto.whatif.totals import total_of

DRAWS, SEED = 400, 1
MUCH = 0.05  # of the attempts that the smaller change touches, to say that both touch them
Progress = Callable[[float], None]


@dataclass(frozen=True)
class Outcome:
    """As it was over the log's whole time, as it would have been, and the difference (90 % interval). ``orders_kept``, ``contacts``, ``value_kept`` and ``money``
    are totals; ``days:STEP`` is a median in days (of work, where its promise counts those), ``late:STEP`` a share."""

    name: str
    before: float
    after: float
    effect: Interval

    def to_dict(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "before": self.before,
            "after": self.after,
            "effect": self.effect.to_dict(),
        }


@dataclass(frozen=True)
class WhatIf:
    """``lines``: the arithmetic of ``money``, empty without a value model; ``notes``: what to know when reading it;
    ``taken``: attempts to order that take each step and flow, before and after."""

    outcomes: list[Outcome]
    lines: list[Line]
    currency: str | None
    notes: list[Note]
    changes: list[Change]
    taken: list[Taken]

    def to_dict(self) -> dict[str, Any]:
        return {
            "outcomes": [one.to_dict() for one in self.outcomes],
            "lines": [line.to_dict() for line in self.lines],
            "currency": self.currency,
            "method": "adjusted",
            "notes": [note.to_dict() for note in self.notes],
            "changes": [change.to_dict() for change in self.changes],
            "taken": [one.to_dict() for one in self.taken],
        }


def what_if(
    log: JourneyLog,
    changes: Sequence[Change],
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    progress: Progress | None = None,
) -> WhatIf:
    """What the changes would have made of the log's time. Effects of several changes add up.

    The log must have been built by a blueprint. The interval holds 90 % of ``draws`` of persons with replacement, with
    the chance of what really happens on top: it is meant for one period, not for the mean of many. ``progress`` is
    told the share of the work that is done. Raises BadValue, UnknownStep.
    """
    if not changes:
        raise BadValue("No change is asked for.")
    if draws < 20:
        raise BadValue("Fewer than 20 draws make no interval.")
    tell = progress or (lambda share: None)
    facts = facts_of(log, *blueprint_of(log))
    if not len(facts.units):
        raise BadValue("No journey of this log places an order, so there is nothing to simulate.")
    drawn = draws_of(facts, draws, seed)
    found = []
    for place, change in enumerate(changes):
        tell((1 + place) / (2 + len(changes)))
        found.append(moved_by(change, drawn))
    answer = _result(drawn, found, changes, seed)
    tell(1.0)
    return answer


def moved_by(change: Change, draws: Draws) -> Moved:
    """What one change moves."""
    match change:
        case RemoveGate():
            return gate(change, draws)
        case Fix():
            return fix(change, draws)
        case FailureRate():
            return failure_rate(change, draws)
        case Duration():
            return duration(change, draws)
        case Share():
            return move(change, draws)


def _result(draws: Draws, found: Sequence[Moved], changes: Sequence[Change], seed: int) -> WhatIf:
    facts = draws.facts
    total = total_of(found, seed)
    told = intervals(total.mean, total.spread)
    now = np.array([facts.kept.sum(), facts.contacts.sum(), facts.worth.sum()])
    outcomes = [
        Outcome(name, before, before + effect.expected, effect)
        for name, before, effect in zip(
            ("orders_kept", "contacts", "value_kept"), now.tolist(), told, strict=True
        )
    ]
    text = facts.log.texts.get("values")
    values = read_values(text) if text else None
    lines: list[Line] = []
    if values is not None:
        before = float(priced(values, now[None, :])[0])
        money = money_of(values, total.mean, total.spread)
        outcomes.append(Outcome("money", before, before + money.expected, money))
        lines = list(lines_of(values, told))
    outcomes += _timed(found)
    currency = values.currency if values else None
    return WhatIf(outcomes, lines, currency, _notes(found), list(changes), taken_of(draws, found))


def _timed(found: Sequence[Moved]) -> list[Outcome]:
    """Figures of time. Where two changes move the same one, their differences add up."""
    by_name: dict[str, list[Timing]] = {}
    for one in found:
        for timing in one.times:
            by_name.setdefault(timing.name, []).append(timing)
    return [_time(name, timings) for name, timings in by_name.items()]


def _time(name: str, timings: Sequence[Timing]) -> Outcome:
    change = np.sum([one.after - one.before for one in timings], axis=0)
    before = timings[0].before
    most = 1.0 if name.startswith("late:") else np.inf
    after = np.clip(before + change, 0.0, most)
    (effect,) = intervals((after - before)[:1], (after - before)[1:, None])
    return Outcome(name, float(before[0]), float(after[0]), effect)


def _notes(found: Sequence[Moved]) -> list[Note]:
    notes = {(note.code, note.about): note for one in found for note in one.notes}
    told = list(notes.values())
    if len(found) > 1:
        text = "The effects of the changes are added up; that one change alters what another would bring is left out."
        told.append(Note("added", text))
        for (first, one), (second, other) in combinations(enumerate(found, 1), 2):
            both = int((one.attempts & other.attempts).sum())
            if both > MUCH * min(one.attempts.sum(), other.attempts.sum()):
                text = f"Changes {first} and {second} touch the same {both:,} orders, so together they may bring less."
                told.append(Note("overlap", text, f"{first},{second},{both}"))
    return told
