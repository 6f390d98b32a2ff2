"""What each planted fault costs: the run against the same run without it, on common random numbers.

Counted is what falls into the kept period. An order is worth something when it is *kept*: placed, not
cancelled, not brought back. ``total`` is the margin lost plus the cost of the contacts caused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recorrido.simulator.columns import NEVER
from recorrido.simulator.echoes import demand_of
from recorrido.simulator.findings import counts_of
from recorrido.simulator.late import carriers
from recorrido.simulator.model import World, simulate
from recorrido.simulator.scenario import Scenario
from recorrido.simulator.undoing import undo_of


@dataclass(frozen=True)
class Totals:
    """Of the kept period; money in whole currency units."""

    orders: int
    cancelled: int
    returned: int
    kept: int
    revenue: int
    margin: int
    contacts: int
    contact_cost: int


@dataclass(frozen=True)
class Cost:
    """What a fault causes (contacts) and prevents (kept orders, their revenue and margin)."""

    contacts: int
    lost_orders: int
    revenue: int
    margin: int
    contact_cost: int
    total: int


def totals_of(world: World) -> Totals:
    orders, scenario = world.orders, world.plan.scenario
    placed = world.plan.seen(orders.placed)
    cancelled, returned = placed & (orders.cancelled < NEVER), placed & orders.returned
    kept = placed & ~cancelled & ~returned
    contacts = int(world.plan.seen(world.contacts.at).sum())
    return Totals(
        orders=int(placed.sum()),
        cancelled=int(cancelled.sum()),
        returned=int(returned.sum()),
        kept=int(kept.sum()),
        revenue=int(orders.amount[kept].sum()),
        margin=int(orders.margin[kept].sum()),
        contacts=contacts,
        contact_cost=contacts * scenario.contacts.cost,
    )


def cost_of(with_fault: Totals, without: Totals) -> Cost:
    margin = without.margin - with_fault.margin
    contact_cost = with_fault.contact_cost - without.contact_cost
    return Cost(
        contacts=with_fault.contacts - without.contacts,
        lost_orders=without.kept - with_fault.kept,
        revenue=without.revenue - with_fault.revenue,
        margin=margin,
        contact_cost=contact_cost,
        total=margin + contact_cost,
    )


def truth_of(scenario: Scenario, without: Iterable[str] = (), world: World | None = None) -> dict[str, Any]:
    """The contents of truth.json. ``world``: the run with exactly ``without`` left out, when it is at hand."""
    left_out = frozenset(without)
    run = world or simulate(scenario, left_out)
    base = totals_of(run)
    planted = [fault for fault in (*scenario.gates, *scenario.faults) if fault.key not in left_out]
    return {
        "scenario": scenario.name,
        "seed": scenario.seed,
        "currency": scenario.place.currency,
        "from": scenario.first_day.isoformat(),
        "to": scenario.period.end.isoformat(),
        "months": scenario.period.months,
        "customers": scenario.customers.count,
        "without": sorted(left_out),
        "totals": asdict(base),
        "by_month": _by_month(run),
        "faults": {fault.key: _fault(run, base, fault) for fault in planted},
        "carriers": carriers(run),
        "failure_demand": demand_of(run),
    }


def _fault(run: World, base: Totals, fault: Any) -> dict[str, Any]:
    healed = simulate(run.plan.scenario, run.plan.without | {fault.key})
    cost = cost_of(base, totals_of(healed))
    return {
        "name": fault.name,
        "kind": str(fault.__struct_config__.tag),
        "owner": fault.owner,
        "since": fault.since.isoformat() if fault.since else None,
        "undo": undo_of(fault, run.plan.scenario, healed),
        "effect": _effect(cost),
        "cost": asdict(cost),
        "counts": counts_of(run, healed, fault),
    }


def _effect(cost: Cost) -> dict[str, int]:
    """What undoing the fault changes in the whole period."""
    return {
        "orders_kept": cost.lost_orders,
        "contacts": -cost.contacts,
        "value_kept": cost.revenue,
        "money": cost.total,
    }


def _by_month(run: World) -> dict[str, dict[str, int]]:
    orders, contacts = _months(run, run.orders.placed), _months(run, run.contacts.at)
    return {month: {"orders": orders[month], "contacts": contacts.get(month, 0)} for month in sorted(orders)}


def _months(run: World, wall: np.ndarray) -> dict[str, int]:
    days = wall[run.plan.seen(wall)] // 86_400
    names, times = np.unique(days.astype("datetime64[D]").astype("datetime64[M]"), return_counts=True)
    return {str(name): int(count) for name, count in zip(names, times, strict=True)}
