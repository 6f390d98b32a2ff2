"""Gates that nobody is obliged to have, and that cost orders or contacts."""

from __future__ import annotations

from collections.abc import Iterator

from trayecto.attempts.lives import DAY, NEVER, Bools, Ints
from trayecto.findings.model import GATE
from trayecto.findings.suspicion import Study, Suspected, Suspicion, rows_of
from trayecto.whatif.changes import RemoveGate
from trayecto.whatif.effects import effect_of

LEAST = 30  # attempts stopped
BEGINS = 14 * DAY  # a gate first seen this long after its log begins was put up then
WEEK = 7 * DAY


def gates(study: Study) -> Suspected:
    """One suspicion per gate of the log; whether it costs anything is told by what it is worth to remove it."""
    return Suspected(list(_gates(study)))


def _gates(study: Study) -> Iterator[Suspicion]:
    facts = study.facts
    for one in facts.blueprint.measured:
        if (
            one.gate is None
            or one.gate.mandatory
            or one.gate.origin == "law"
            or one.key not in facts.log.stored.code_of
        ):
            continue
        asked = facts.units.first(facts.log, [one.key])
        stopped = asked < NEVER
        if stopped.sum() < LEAST or not (stopped & facts.ordered).any():
            continue
        since = _since(study, asked, stopped)
        rejection = facts.blueprint.rejection_of(one)
        rejected = facts.units.first(facts.log, [rejection] if rejection else []) < NEVER
        lost = stopped & ~facts.ordered
        ripe = lost & (asked < facts.end - WEEK)
        yield Suspicion(
            GATE, one.key, one.key, one.key, rows_of(facts, stopped), effect_of(RemoveGate(one.key), facts),
            since=since, contacts=int(facts.contacts[stopped].sum()),
            evidence={
                "origin": one.gate.origin, "stopped": int(stopped.sum()),
                "rejected": int((stopped & rejected).sum()), "gave_up": int((ripe & ~rejected).sum()),
            },
        )  # fmt: skip


def _since(study: Study, asked: Ints, stopped: Bools) -> int | None:
    """The first moment of the gate, when the log was there long before."""
    first = int(asked[stopped].min())
    return first if first - study.began > BEGINS else None
