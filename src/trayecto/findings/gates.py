"""Gates that nobody is obliged to have, and that cost orders or contacts."""

from __future__ import annotations

from collections.abc import Iterator

from trayecto.attempts.lives import DAY, NEVER
from trayecto.blueprint import Touchpoint
from trayecto.findings.model import GATE
from trayecto.findings.suspicion import Study, Suspected, Suspicion, rows_of
from trayecto.findings.undo import Undo
from trayecto.gates.visits import GAVE_UP, REJECTED, Visits, gates_of, visits_of
from trayecto.money import Line, exactly
from trayecto.values import Amount
from trayecto.whatif.changes import RemoveGate

LEAST = 30  # attempts stopped
BEGINS = 14 * DAY  # a gate first seen this long after its log begins was put up then
LAW = "law"


def gates(study: Study) -> Suspected:
    """One suspicion per gate of the log; whether it costs anything is told by what it is worth to remove it."""
    return Suspected([found for one in gates_of(study.facts) for found in _of(study, one)])


def _of(study: Study, touchpoint: Touchpoint) -> Iterator[Suspicion]:
    facts, gate = study.facts, touchpoint.gate
    stopped = facts.units.first(facts.log, [touchpoint.key]) < NEVER
    passed = stopped & facts.ordered
    if gate is None or gate.mandatory or gate.origin == LAW or stopped.sum() < LEAST or not passed.any():
        return
    visits = visits_of(facts, touchpoint)
    first = int(visits.at.min())
    since = first if first - study.began > BEGINS else None
    yield Suspicion(
        GATE, touchpoint.key, touchpoint.key, touchpoint.key, rows_of(facts, stopped),
        Undo(RemoveGate(touchpoint.key, study.day(since))),
        since=since, contacts=int(facts.contacts[stopped].sum()), lines=_lines(visits, study.months_since(since)),
        evidence={
            "origin": gate.origin, "stopped": len(visits),
            "rejected": visits.count(REJECTED), "gave_up": visits.count(GAVE_UP),
        },
    )  # fmt: skip


def _lines(visits: Visits, months: float) -> tuple[Line, ...]:
    """In a month: the cost of each check is saved, and what a rejection avoids is lost, where the blueprint says so."""
    gate, found = visits.gate, []
    if gate.cost:
        found.append(Line("checks saved", exactly(len(visits) / months), _exact(gate.cost)))
    if gate.gate is not None and gate.gate.avoids:
        rejected = visits.count(REJECTED) / months
        found.append(Line("losses no longer avoided", exactly(-rejected), _exact(gate.gate.avoids)))
    return tuple(found)


def _exact(amount: float) -> Amount:
    return Amount(amount, amount, amount, "blueprint")
