"""A fault fixed: what follows a step goes as it went before a day, or as it goes where a message follows it."""

from __future__ import annotations

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.errors import BadValue
from trayecto.whatif.among import since_moment
from trayecto.whatif.changes import Fix
from trayecto.whatif.contrast import LEAST, contrast, happened, moment_of, spared_in
from trayecto.whatif.draws import Draws
from trayecto.whatif.failures import before_and_after
from trayecto.whatif.moved import Moved, Note
from trayecto.whatif.shifts import spared as spared_as

USUAL = 0.9  # share of attempts that a step follows, to be missed where it does not
DROP = 0.2  # fewer attempts that it follows, to say so
SETTLED = 0.99  # quantile of the wait for it, after which it is missing


def fix(change: Fix, draws: Draws) -> Moved:
    """Raises UnknownStep, and BadValue where either side has next to nobody."""
    facts = draws.facts
    at = moment_of(facts, change.step)
    concerned = happened(at)
    befell = concerned & (at >= since_moment(facts, change.since))
    if change.since is not None and (befell.sum() < LEAST or (concerned & ~befell).sum() < LEAST):
        raise BadValue(
            f"'{change.step}' must occur at least {LEAST} times before and after {change.since} to say what changed."
        )
    missed = change.missing or _missed(facts, at, concerned & ~befell, befell)
    if missed is not None:
        befell &= _lacking(facts, at, missed)
    met = contrast(
        draws, befell, concerned & ~befell, at, ~concerned & facts.ordered, always=change.since is None
    )
    moved, chance = met.spared(spared_in(draws, befell))
    notes = [] if met.same_time else [before_and_after(change.step)]
    if missed is not None and change.missing is None:
        notes.append(Note("missing", f"Since then '{missed}' no longer follows '{change.step}'.", missed))
    way = spared_as(draws, befell, concerned & ~befell, spared_in(draws, befell)[:, 0], at)
    return Moved(moved, chance, befell, notes=notes, shifts=[way])


def _lacking(facts: Facts, at: Ints, missed: str) -> Bools:
    """(units,) who waited for the step longer than next to anybody does, and it did not come."""
    follows = moment_of(facts, missed)
    both = happened(at) & happened(follows) & (follows >= at)
    wait = int(np.quantile((follows - at)[both], SETTLED)) if both.any() else DAY
    waited = np.minimum(follows, facts.end) - np.minimum(at, facts.end)
    return np.asarray(happened(at) & ~happened(follows) & (waited > wait))


def _missed(facts: Facts, at: Ints, before: Bools, after: Bools) -> str | None:
    """The step that followed before and no longer does: of several the one that came soonest."""
    found = []
    old = at < facts.end - 3 * DAY
    for touchpoint in facts.blueprint.measured:
        if touchpoint.key not in facts.log.stored.code_of:
            continue
        moments = facts.units.first(facts.log, [touchpoint.key])
        follows = (moments < NEVER) & (moments >= at)
        was, is_ = _share(follows, before & old), _share(follows, after & old)
        if was >= USUAL and is_ < was - DROP:
            found.append((float(np.median((moments - at)[follows & before])), touchpoint.key))
    return min(found)[1] if found else None


def _share(event: Bools, among: Bools) -> float:
    return float((event & among).sum() / max(1, among.sum()))
