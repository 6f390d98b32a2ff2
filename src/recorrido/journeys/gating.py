"""Gates as pages ask for them: worked out by the worker, and the journeys behind each count."""

from __future__ import annotations

from typing import Any

import numpy as np

from recorrido.journeys.analyses.models import Parameters
from recorrido.journeys.analyses.registry import Kind, Progress
from recorrido.journeys.errors import BadSelection
from recorrido.journeys.queries import Filters, Study, register_selection
from recorrido.journeys.queries.answers import kept
from trayecto.attempts.facts import facts_of
from trayecto.errors import UnknownStep
from trayecto.filters import marked
from trayecto.gates import OUTCOMES, Visits, gate_of, gates_of, visits_of
from trayecto.values import read_values

GATES, SELECTION, STOPPED = "gates", "gate", "stopped"


def has_gates(study: Study) -> bool:
    """Whether somebody was stopped at a gate in these journeys."""
    return any(one.gate is not None and one.key in study.steps for one in study.blueprint.measured)


def work_out(study: Study, _parameters: Parameters, progress: Progress) -> dict[str, Any]:
    """Every gate, the dearest first, as ``trayecto gates`` says it, with the journeys behind each count."""
    if not has_gates(study):
        return {"gates": []}
    facts = facts_of(study.log, study.blueprint, study.journey_type)
    text = study.log.texts.get("values")
    values = read_values(text) if text else None
    found, wanted = [], gates_of(facts)
    for place, gate in enumerate(wanted):
        progress((place + 0.5) / len(wanted))
        one = gate_of(gate, facts, study.journey_type, values)
        found.append(one.to_dict() | {"journeys": _journeys(one.visits)})
    found.sort(key=lambda one: (-(one["money"] or {"expected": 0.0})["expected"], one["step"]))
    return {"gates": found}


def _journeys(visits: Visits) -> dict[str, int]:
    rows = {STOPPED: visits.row} | {
        name: visits.row[visits.outcome == place] for place, name in enumerate(OUTCOMES)
    }
    return {name: len(np.unique(one)) for name, one in rows.items()}


@kept
def _rows(study: Study, step: str) -> dict[str, Any]:
    """Outcome → (rows,) which journeys had it at the gate."""
    facts = facts_of(study.log, study.blueprint, study.journey_type)
    gate = next((one for one in gates_of(facts) if one.key == step), None)
    if gate is None:
        raise UnknownStep(f"'{step}' is no gate of these journeys.")
    visits, found = visits_of(facts, gate), {}
    for place, name in [(None, STOPPED), *enumerate(OUTCOMES)]:
        found[name] = np.zeros(study.log.total_rows, np.bool_)
        found[name][visits.row if place is None else visits.row[visits.outcome == place]] = True
    return found


def journeys_at(study: Study, _filters: Filters, step: str, outcome: str) -> Any:
    """The journeys that were stopped at a gate, all or those with one outcome; raises BadSelection, UnknownStep."""
    rows = _rows(study, step)
    if outcome not in rows:
        raise BadSelection(f"'{outcome}' is no outcome of a gate: {', '.join(rows)}.")
    return marked(rows[outcome])


KIND = Kind(GATES, run=work_out, scheduled=True, applies=has_gates)
register_selection(SELECTION, journeys_at)
