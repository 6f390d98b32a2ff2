"""Simulated companies as journey logs: the shipped scenarios, and variations that nothing was tuned on."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from recorrido.simulator.model import World
    from recorrido.simulator.scenario import Scenario
    from trayecto.log.journeylog import JourneyLog

GATE = {
    "key": "phone_check", "kind": "gate", "name": "Verificación telefónica", "owner": "risk", "step": "phone",
    "channels": ["web"], "first_orders": False, "amount_over": 30000, "wait_hours": [1, 10],
    "reject": 0.01, "give_up": 0.06, "contact": 0.2,
}  # fmt: skip
SILENT = {
    "key": "half_silent", "kind": "silent_message", "name": "La mitad sin aviso", "owner": "marketing",
    "share": 0.5, "contact": 0.25, "cancel": 0.02,
}  # fmt: skip
WEEKLY = {
    "key": "weekly", "kind": "slow_refunds", "name": "Nómina semanal", "owner": "stores", "weekday": 1, "lead_days": 4,
}  # fmt: skip
LATE = {
    "key": "late", "kind": "late_carrier", "name": "Paso Andino tarde", "owner": "logistics", "carrier": "Paso Andino",
    "late": 0.2,
}  # fmt: skip

Changes = Mapping[str, Any]
VARIATIONS: Mapping[str, tuple[str, Changes]] = {
    "silent half": ("calm", {"faults": [SILENT]}),
    "weekly, late": ("calm", {"faults": [WEEKLY, LATE], "returns": {"store": 0.12, "courier": 0.03}}),
    "much chatter": ("calm", {"faults": [GATE], "contacts": {"general": 0.12, "late_delivery": 0.5}}),
    "slow warehouse": (
        "one_fault",
        {"fulfilment": {"prepare_days": [0.1, 0.3, 0.3, 0.3], "promise_days": 7, "wrong_item": 0.03}},
    ),
    "b2b, refunds": ("b2b", {"returns": {"courier": 0.1, "promise_days": 4}, "contacts": {"general": 0.15}}),
    "all at once": ("calm", {"faults": [GATE, SILENT, WEEKLY, LATE]}),
}
"""name → the scenario it begins with, and what is written over it."""


def scenario_of(name: str, *, seed: int, customers: int | None = None) -> Scenario:
    """A shipped scenario or a variation, with another seed and perhaps another size."""
    from recorrido.simulator.parsing import SHIPPED, load_scenario, parse_scenario
    from recorrido.simulator.scenario import resized

    if name not in VARIATIONS:
        return resized(load_scenario(name), customers=customers, seed=seed)
    base, changes = VARIATIONS[name]
    document = yaml.safe_load((SHIPPED / f"{base}.yaml").read_text(encoding="utf-8"))
    return resized(parse_scenario(_over(document, changes), name), customers=customers, seed=seed)


def _over(document: Any, changes: Any) -> Any:
    if not isinstance(changes, dict) or not isinstance(document, dict):
        return changes
    return document | {key: _over(document.get(key), value) for key, value in changes.items()}


def log_of(world: World, folder: Path, edited: Callable[[str], str] = str) -> JourneyLog:
    """The company's purchase journeys, as ``recorrido simulate`` and ``trayecto build`` make them, by an ``edited`` blueprint."""
    import trayecto
    from recorrido.simulator.designs import blueprint_text
    from recorrido.simulator.emit import tell
    from recorrido.simulator.tables import flat
    from recorrido.simulator.truth import totals_of
    from recorrido.simulator.valuing import values_text
    from trayecto.blueprint import read_blueprint
    from trayecto.designed import build_designed

    blueprint = read_blueprint(edited(blueprint_text(world.plan.scenario)))
    values = values_text(world.plan.scenario, totals_of(world))
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "events.parquet"
        trayecto.write_events(file, flat(tell(world)))
        events = trayecto.read_events(file, journey="", step="event", at="at")
    return build_designed(events, folder, blueprint=blueprint, texts={"values": values})[0]
