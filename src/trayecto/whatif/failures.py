"""A step that fails more or less often: its promise is broken, or contacts say that their trouble was born there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import promised, told_on_events
from trayecto.errors import BadValue
from trayecto.whatif.among import meets, since_moment, told_of, whole_of
from trayecto.whatif.changes import FailureRate
from trayecto.whatif.compare import TINY
from trayecto.whatif.contrast import Contrast, contrast, happened, moment_of
from trayecto.whatif.draws import Draws, Floats
from trayecto.whatif.moved import Moved, Note, by_period
from trayecto.whatif.shifts import spared as spared_as
from trayecto.whatif.silent import silent_sufferers
from trayecto.whatif.times import share, timing


@dataclass(frozen=True, eq=False)
class Failing:
    """(units,) ``failed`` and ``spared`` attempts, the moment from which it is felt, all that were ``begun`` (some still open), and how
    often contacts ``said`` so (None: a promise)."""

    failed: Bools
    spared: Bools
    start: Ints
    begun: Bools
    said: Floats | None = None

    @property
    def judged(self) -> Bools:
        return self.failed | self.spared

    @property
    def to_come(self) -> float:
        """All for each that is judged: what has always been so will be of those that are still open too, and was of those whose
        contacts came after the log began."""
        return float(self.begun.sum() / max(1, self.judged.sum()))


def failing_of(facts: Facts, step: str, told_by: str | None = None) -> Failing:
    """``told_by``: promise or contacts; None: promise where there is one.

    Raises UnknownStep, and BadValue for a step that neither promises anything nor is named by contacts.
    """
    at = moment_of(facts, step)
    touchpoint = facts.blueprint.by_key.get(step)
    is_promised = touchpoint is not None and touchpoint.promise is not None and touchpoint.promise.since
    if told_by == "promise" or (told_by is None and is_promised):
        promise = promised(facts, step)
        return Failing(promise.failed, promise.kept, promise.start, promise.applies)
    on_events = told_on_events(facts, step) if told_by is None else None
    if on_events is not None:
        failed, kept = on_events
        return Failing(failed, kept, np.where(failed | kept, facts.units.began, NEVER), failed | kept)
    said = said_of(facts, step)
    if said is None:
        raise BadValue(
            f"Nothing tells when '{step}' fails: the blueprint promises no time for it since another step, "
            f"and no rule under 'demand' has born_at: {step}."
        )
    concerned = happened(at)
    return Failing(concerned & (said > 0), concerned & (said == 0), at, concerned, said)


def said_of(facts: Facts, step: str) -> Floats | None:
    """(units,) support contacts that say themselves that their trouble was born at this step; None without such a rule."""
    rules = [
        (one.property, set(one.values))
        for one in facts.blueprint.demand
        if one.born_at == step and one.property is not None and one.property in facts.log.columns
    ]
    if not rules:
        return None
    mine, unit = facts.units.among(facts.log, facts.support)
    place = facts.units.events.place[mine]
    found = np.zeros(len(mine), dtype=bool)
    for column, values in rules:
        names = facts.log.columns[column].values
        wanted = [code for code, name in enumerate(names) if name in values]
        found |= np.isin(_codes(facts, column)[place], wanted)
    return np.bincount(unit[found], minlength=len(facts.units)).astype(float)


def _codes(facts: Facts, column: str) -> Ints:
    pieces = facts.log.stored.pieces
    told = [piece.values(column)[piece.offsets[0] : piece.offsets[-1]] for piece in pieces]
    return np.concatenate(told).astype(np.int64)


def failure_rate(change: FailureRate, draws: Draws, meant: Bools | None = None) -> Moved:
    """``meant``: (units,) whom besides ``where``, for what no attribute says. Raises UnknownStep, BadValue."""
    facts = draws.facts
    failing = failing_of(facts, change.step, change.told_by)
    known = failing.judged & (facts.first_of_journey if change.where else True)
    begun = failing.start >= since_moment(facts, change.since)
    mine = known & begun & meets(facts, change.where)
    if meant is not None:
        mine &= meant
    if not mine.any():
        raise BadValue(f"No attempt with '{change.step}' is meant: none fits {_shown(change)}.")
    heard = told_of(facts, change.where, failing.spared & known)
    others = known & begun & ~mine & heard
    met = contrast(
        draws,
        failing.failed & heard,
        failing.spared & heard,
        failing.start,
        ~happened(failing.start) & facts.ordered,
        always=change.since is None,
    )
    less = _less(change, draws, failing, mine, others)
    whole = whole_of(facts, change.where, failing.judged)
    lasting = failing.to_come if change.since is None else 1.0
    moved, chance = _moved(draws, met, failing, begun, less * whole * lasting)
    among = failing.judged if not change.where else known
    before = share(draws, failing.failed, among)
    # What share is late afterwards: as many fewer failures as were spared, among the same attempts.
    after = before - less.sum(axis=0) / np.maximum(draws.count(among), TINY)
    told = [timing(f"late:{change.step}", before, after)] if failing.said is None else []
    way = spared_as(draws, failing.failed & mine, failing.spared & heard, less[:, 0] * whole, failing.start)
    return Moved(moved, chance, mine & failing.failed, told, _notes(change, met, failing), [way])


def _moved(
    draws: Draws, met: Contrast, failing: Failing, begun: Bools, spared: Floats
) -> tuple[Floats, Floats]:
    if failing.said is None:
        return met.spared(spared)
    silent = silent_sufferers(draws, failing.failed & begun, failing.spared & begun)
    moved, chance = met.spared(spared, silent)
    # What contacts say is counted itself: no comparison is needed.
    each = draws.total(failing.said, failing.failed) / np.maximum(draws.count(failing.failed), TINY)
    moved[1] += (met.asked - each) * spared.sum(axis=0)
    chance[1] += abs(each[0] * spared.sum(axis=0)[0])
    return moved, chance


def _less(change: FailureRate, draws: Draws, failing: Failing, mine: Bools, others: Bools) -> Floats:
    """(periods, n) how many fewer fail, by fortnight."""
    failed = by_period(draws, 1.0, mine & failing.failed)
    if change.to is None and change.by is None and change.times is None:
        return failed * _beyond_others(change, draws, failing, mine, others)
    rate = failed.sum(axis=0) / np.maximum(draws.count(mine), TINY)
    if change.times is not None:
        target = rate * change.times
    else:
        target = np.full_like(rate, change.to) if change.to is not None else rate + (change.by or 0.0)
    target = np.clip(target, 0, 1)
    fewer = failed * (1 - target / np.maximum(rate, TINY))
    spared = by_period(draws, 1.0, mine & failing.spared)
    more = spared * (rate - target) / np.maximum(1 - rate, TINY)
    return np.where(target <= rate, fewer, more)


def _beyond_others(change: FailureRate, draws: Draws, failing: Failing, mine: Bools, others: Bools) -> Floats:
    """(n,) the share of the failures that comparable journeys would not have had."""
    if not others.any():
        raise BadValue(
            f"Nothing to compare with: every attempt with '{change.step}' is meant. Write 'to' as a share."
        )
    stratum = draws.facts.stratum
    size = int(stratum.max(initial=0)) + 1
    n1, n0 = draws.sums(1.0, mine, stratum, size), draws.sums(1.0, others, stratum, size)
    k1, k0 = (draws.sums(1.0, mask & failing.failed, stratum, size) for mask in (mine, others))
    overall = k0.sum(axis=0) / np.maximum(n0.sum(axis=0), TINY)
    usual = np.where(n0 > 0, k0 / np.maximum(n0, TINY), overall)
    return 1 - (usual * n1).sum(axis=0) / np.maximum(k1.sum(axis=0), TINY)


def _notes(change: FailureRate, met: Contrast, failing: Failing) -> list[Note]:
    notes = []
    if not met.same_time:
        notes.append(before_and_after(change.step))
    if failing.said is not None:
        text = (
            f"Only contacts tell when '{change.step}' fails. Who suffers in silence is estimated from the scores of "
            "those who ask nothing; without scores nobody is added."
        )
        notes.append(Note("silent", text, change.step))
    return notes


def before_and_after(step: str) -> Note:
    text = f"At '{step}' there is nobody to compare with at the same time: after is held against before."
    return Note("before_and_after", text, step)


def _shown(change: FailureRate) -> str:
    told: Mapping[str, str] = change.where
    return ", ".join(f"{name} = {value}" for name, value in told.items()) or f"since {change.since}"
