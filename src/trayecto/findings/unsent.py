"""Messages of the design that nobody was ever sent: no event of them in the whole log, though the step they are promised since happens.

Nobody got the message, so nobody can say within the log what it brings. Those it was meant for are held against those who came
as far in another way, to whom no message was due, in the same places and fortnights: an association, no more. It is told only when they
ask clearly more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from trayecto.attempts.facts import Facts
from trayecto.attempts.lives import NEVER, Bools, Ints
from trayecto.attempts.promises import promises_of
from trayecto.blueprint import Touchpoint
from trayecto.designed import seconds_of
from trayecto.errors import BadValue
from trayecto.findings.model import ASSOCIATION, DEMAND
from trayecto.findings.suspicion import Study, Suspected, Suspicion, contact_step, rows_of
from trayecto.whatif.changes import Change
from trayecto.whatif.contrast import Contrast, contrast, spared_in
from trayecto.whatif.draws import Draws
from trayecto.whatif.moved import Moved

LEAST = 100  # attempts on each side
ASKED = 0.02  # contacts more for each message that did not come: less may lie in the way itself
USUAL = 0.9  # of the attempts that are due, for a step to lead there
PLACE = ("region",)


def unsent(study: Study) -> Suspected:
    """Suspicions of all messages that are promised and never come."""
    known = study.facts.log.stored.code_of
    silent = [
        one
        for one in study.facts.blueprint.measured
        if one.nature == "advice" and one.promise and one.promise.since in known and one.key not in known
    ]
    return Suspected([found for one in silent for found in _of(study, one)])


def _of(study: Study, message: Touchpoint) -> Iterator[Suspicion]:
    facts = study.facts
    start, due, others = _due(facts, message)
    if min(due.sum(), others.sum()) < LEAST:
        return
    undo = Unsent(due, others, start)
    met = undo.met(study.drawn)
    if met is None or np.quantile(met.asked, 0.05) < ASKED:
        return
    yield Suspicion(
        DEMAND, message.key, message.key, contact_step(study, due) or message.key, rows_of(facts, due), undo,
        method=ASSOCIATION, contacts=int(facts.contacts[due].sum()),
        evidence={"late": int(due.sum()), "of": int(due.sum()), "before": None, "share": 1.0},
    )  # fmt: skip


def _due(facts: Facts, message: Touchpoint) -> tuple[Ints, Bools, Bools]:
    """When it was due from, who waited in vain, and who came as far without one being due: for whom nothing else went wrong."""
    assert message.promise is not None and message.promise.since is not None
    start = facts.units.first(facts.log, [message.promise.since])
    length = round(seconds_of(facts.blueprint, message.promise) * 1e6)
    begun = (start < NEVER) & facts.ordered
    due = begun & (facts.end - np.minimum(start, facts.end) > length)
    as_far = _came_as_far(facts, start)
    others = facts.ordered & ~begun & (as_far < NEVER)
    for promise in promises_of(facts):
        if (
            facts.blueprint.by_key[promise.step].stage != "return"
        ):  # who brings nothing back has no refund to wait for
            others &= ~(promise.failed & (promise.done < NEVER))
    return np.where(begun, start, as_far), due, others


def _came_as_far(facts: Facts, start: Ints) -> Ints:
    """(units,) the moment of the step that next to all of those take last before they are due."""
    begun = start < NEVER
    found = [(np.inf, facts.units.ordered)]
    for one in facts.blueprint.measured:
        if one.nature in {"internal", "transaction"} and one.key in facts.log.stored.code_of:
            moment = facts.units.first(facts.log, [one.key])
            wait = (start - moment)[begun & (moment < NEVER)]
            if len(wait) > USUAL * begun.sum() and (wait > 0).mean() > USUAL:
                found.append((float(np.median(wait)), moment))
    return min(found, key=lambda one: one[0])[1]


@dataclass(frozen=True, eq=False)
class Unsent:
    """Undone when those it was ``due`` for go as the ``others`` do. ``start``: (units,) from when it was due."""

    due: Bools
    others: Bools
    start: Ints

    @property
    def said(self) -> Change | None:
        """No words: there is nobody in the log who got the message."""
        return None

    def met(self, draws: Draws) -> Contrast | None:
        """The one beside the other, within places: how goods are handed over is what tells the two apart."""
        facts = draws.facts
        placed = replace(draws, facts=replace(facts, stratum=facts.codes(PLACE)))
        try:
            return contrast(placed, self.due, self.others, self.start, always=True)
        except BadValue:
            return None

    def moved(self, draws: Draws) -> Moved | None:
        met = self.met(draws)
        if met is None or not met.same_time:
            return None
        moved, chance = met.spared(spared_in(draws, self.due))
        return Moved(moved, chance, self.due)
