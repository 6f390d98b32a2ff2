"""Small simulated companies as journey logs, each with its truth. The log never sees the truth."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

import trayecto
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import Scenario, resized
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of, truth_of
from recorrido.simulator.valuing import values_text
from trayecto.blueprint import read_blueprint
from trayecto.designed import build_designed
from trayecto.log.journeylog import JourneyLog


@dataclass(frozen=True)
class Simulated:
    log: JourneyLog
    truth: dict[str, Any]

    def fault(self, kind: str) -> dict[str, Any]:
        """The one planted fault, or meant gate, of a kind."""
        (found,) = (one for one in self.truth["faults"].values() if one["kind"] == kind)
        return found


def simulated(
    folder: Path, name: str, *, customers: int, seed: int | None = None, values: bool = True, **gate: Any
) -> Simulated:
    """``gate``: fields of its gate that are otherwise than in the shipped scenario; None takes the gate away."""
    scenario = _with_gate(resized(load_scenario(name), customers=customers, seed=seed), gate)
    world = simulate(scenario)
    path = folder / "events.parquet"
    trayecto.write_events(path, flat(tell(world)))
    blueprint = read_blueprint(blueprint_text(scenario))
    events = trayecto.read_events(path, journey="", step="event", at="at", tz=blueprint.time_zone)
    texts = {"values": values_text(scenario, totals_of(world))} if values else {}
    log, _plan = build_designed(events, folder / "log", blueprint=blueprint, texts=texts)
    return Simulated(log, truth_of(scenario, (), world))


def _with_gate(scenario: Scenario, changes: dict[str, Any]) -> Scenario:
    if not changes:
        return scenario
    return msgspec.structs.replace(
        scenario,
        gates=tuple(_changed(one, changes) for one in scenario.gates),
        faults=tuple(_changed(one, changes) for one in scenario.faults),
    )


def _changed(fault: Any, changes: dict[str, Any]) -> Any:
    is_gate = fault.__struct_config__.tag == "gate"
    return msgspec.structs.replace(fault, **changes) if is_gate else fault
