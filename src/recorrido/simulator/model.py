"""The run: waves of orders through the stages, until nobody comes back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from recorrido.simulator.columns import Columns
from recorrido.simulator.customers import make_customers
from recorrido.simulator.flow.contacts import contacts_of
from recorrido.simulator.flow.fulfilment import fulfil
from recorrido.simulator.flow.loyalty import decide_again
from recorrido.simulator.flow.placing import place
from recorrido.simulator.flow.returns import take_back
from recorrido.simulator.orders import first_wave, next_wave
from recorrido.simulator.plan import Plan
from recorrido.simulator.scenario import Scenario


@dataclass(frozen=True)
class World:
    """What happened, warm-up and the time after the end included; one row per order attempt and per contact."""

    plan: Plan
    orders: Columns
    contacts: Columns


def simulate(scenario: Scenario, without: Iterable[str] = ()) -> World:
    """Run a scenario. The same scenario and seed give the same world; ``without`` leaves faults out."""
    plan = Plan(scenario, without)
    waves: list[Columns] = []
    wave = first_wave(plan, make_customers(plan))
    while len(wave):
        waves.append(_live(plan, wave))
        wave = next_wave(plan, wave)
    orders = Columns.concat(waves)
    return World(plan, orders, contacts_of(plan, orders))


def _live(plan: Plan, wave: Columns) -> Columns:
    for stage in (place, fulfil, take_back, decide_again):
        wave = stage(plan, wave)
    return wave
