"""Who goes another way: the attempts of a log weighed as they would have been, and the steps and flows they take.

An attempt that a change spares is replaced by comparable ones that nothing befell: its weight goes to them, within their circumstances
and fortnight, from the moment on from which it is felt. Then come more or fewer later attempts, until as many orders are kept as the answer says; and what is left of
the contacts is spread over those whom the change touches by linear calibration (Deville and Särndal, 1992).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.whatif.compare import TINY
from trayecto.whatif.draws import Draws, Floats
from trayecto.whatif.moved import Moved, Shift

MOST_FLOWS = 300


@dataclass(frozen=True)
class Taken:
    """``steps``: one, or the two of a flow; attempts that take it, as it was and as it would have been."""

    steps: tuple[str, ...]
    before: float
    after: float

    def to_dict(self) -> dict[str, Any]:
        return {"steps": list(self.steps), "before": round(self.before, 1), "after": round(self.after, 1)}


@dataclass(frozen=True, eq=False)
class Weights:
    """(units,) how many attempts each stands for afterwards: ``before`` and ``after`` the moment ``since``; ``gone``: steps that nobody takes."""

    before: Floats
    after: Floats
    since: Ints
    gone: Sequence[str] = ()


def spared(draws: Draws, befell: Bools, others: Bools, counts: Floats, since: Ints) -> Shift:
    """``counts``: (periods,) how many of ``befell`` are spared; below zero, so many of the others are befallen."""
    out, into = (befell, others) if counts.sum() >= 0 else (others, befell)
    size = len(counts)
    there = np.bincount(draws.period[out], minlength=size)
    share = np.clip(np.abs(counts) / np.maximum(there, 1), 0, 1)
    return Shift(share[draws.period] * out, into, draws.cell, since=since)


def taken_of(draws: Draws, found: Sequence[Moved]) -> list[Taken]:
    """Steps, then the flows of most attempts."""
    weights = weights_of(draws.facts, found)
    return [*_steps(draws.facts, weights), *_flows(draws.facts, weights)]


def weights_of(facts: Facts, found: Sequence[Moved]) -> Weights:
    shifts = [shift for one in found for shift in one.shifts]
    touched = np.logical_or.reduce([one.attempts for one in found])
    since = np.full(len(touched), NEVER)
    weight = np.ones(len(touched))
    for shift in shifts:
        weight += _shifted(shift)
        concerned = shift.into | (shift.out > 0)
        touched |= concerned
        start = np.zeros_like(since) if shift.since is None else shift.since
        since = np.where(concerned, np.minimum(since, start), since)
    change = np.sum([one.change[:, 0] for one in found], axis=0)
    weight = np.maximum(weight, 0)
    later = _later(facts, weight, float(change[0]))
    after = _calibrated(facts, weight * later, touched, float(change[1]))
    since = np.where(touched, np.where(since < NEVER, since, 0), NEVER)
    return Weights(later, after, since, [step for shift in shifts for step in shift.without])


def _shifted(shift: Shift) -> Floats:
    """(units,) what each gains or loses."""
    size = int(shift.cell.max(initial=0)) + 1
    leaving = np.bincount(shift.cell, shift.out, size)
    there = np.bincount(shift.cell[shift.into], minlength=size)
    each = np.where(there > 0, leaving / np.maximum(there, 1), 0.0)
    rest = float(leaving[there == 0].sum()) / max(1, int(shift.into.sum()))
    return np.asarray((each[shift.cell] + rest) * shift.into - shift.out * bool(shift.into.any()))


def _later(facts: Facts, weight: Floats, kept: float) -> Floats:
    """(units,) how many times as often later attempts come, for as many orders kept as the answer says."""
    later = np.zeros(len(weight), dtype=bool)
    later[1:] = facts.units.person[1:] == facts.units.person[:-1]
    left = kept - float(((weight - 1) * facts.kept).sum())
    among = float((weight * facts.kept)[later].sum())
    return np.where(later, max(0.0, 1 + left / max(among, 1.0)), 1.0)


def _calibrated(facts: Facts, weight: Floats, touched: Bools, contacts: float) -> Floats:
    """As many contacts as the answer says, from the touched: neither they nor their orders get more or fewer."""
    left = contacts - float(((weight - 1) * facts.contacts).sum())
    known = np.stack([np.ones(len(weight)), facts.kept, facts.contacts], axis=1)[touched]
    mine = weight[touched]
    slope = np.linalg.pinv(known.T @ (known * mine[:, None])) @ np.array([0.0, 0.0, left])
    found = weight.copy()
    found[touched] = np.maximum(mine * (1 + known @ slope), 0)
    return found


def _steps(facts: Facts, weights: Weights) -> list[Taken]:
    step, unit, at = _events(facts, ())
    names = facts.log.step_names
    was = np.bincount(_once(step, unit), minlength=len(names))
    kept = ~np.isin(step, _codes(facts, weights.gone))
    would = _weighed(step[kept], unit[kept], at[kept], weights, len(names))
    return [
        Taken((names[code],), float(was[code]), float(would[code])) for code in np.flatnonzero(was).tolist()
    ]


def _flows(facts: Facts, weights: Weights) -> list[Taken]:
    names = facts.log.step_names
    size = len(names) ** 2
    flow, unit, _at = _pairs(facts, ())
    was = np.bincount(_once(flow, unit), minlength=size)
    would = _weighed(*_pairs(facts, weights.gone), weights, size)
    most = np.maximum(was, would)
    chosen = np.argsort(-most, kind="stable")[:MOST_FLOWS]
    return [
        Taken((names[key // len(names)], names[key % len(names)]), float(was[key]), float(would[key]))
        for key in chosen[most[chosen] > TINY].tolist()
    ]


def _codes(facts: Facts, steps: Sequence[str]) -> list[int]:
    return [facts.log.stored.code_of[step] for step in steps if step in facts.log.stored.code_of]


def _events(facts: Facts, gone: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """(events,) step, attempt and moment, without the steps that are gone."""
    events, unit = facts.units.events, facts.units.unit_of_event()
    kept = (unit >= 0) & ~np.isin(events.step, _codes(facts, gone))
    return events.step[kept], unit[kept], events.at[kept]


def _pairs(facts: Facts, gone: Sequence[str]) -> tuple[Ints, Ints, Ints]:
    """The same of flows, at the moment of their second step."""
    step, unit, at = _events(facts, gone)
    same = unit[1:] == unit[:-1]
    return step[:-1][same] * len(facts.log.step_names) + step[1:][same], unit[1:][same], at[1:][same]


def _once(what: Ints, unit: Ints) -> Ints:
    """What each attempt takes, once."""
    size = int(what.max(initial=0)) + 1
    return np.unique(unit * size + what) % size


def _weighed(what: Ints, unit: Ints, at: Ints, weights: Weights, size: int) -> Floats:
    """(size,) attempts that take it, by the weight at the first time."""
    key = unit * size + what
    order = np.lexsort((at, key))
    first = np.ones(len(order), dtype=bool)
    first[1:] = key[order][1:] != key[order][:-1]
    chosen = order[first]
    mine = unit[chosen]
    weight = np.where(at[chosen] > weights.since[mine], weights.after[mine], weights.before[mine])
    return np.bincount(what[chosen], weight, size).astype(float)
