"""From checkout to a placed order, through the gates."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.columns import NEVER, Columns, spread
from recorrido.simulator.faults import Gate
from recorrido.simulator.plan import AT_COUNTER, Plan

NONE, APPROVED, REJECTED, GAVE_UP = 0, 1, 2, 3
_REVIEW_HOURS = (8.0, 22.0)


def place(plan: Plan, orders: Columns) -> Columns:
    """Adds gate (index, -1 none), verdict, requested, decided, placed, cancelled (NEVER when it does not come)."""
    _pass_gates(plan, orders)
    pause = plan.draws.between("order/checkout pause", orders.key, 120, 420).astype(np.int64)
    browsing = plan.draws.between("order/in store", orders.key, 900, 2700).astype(np.int64)
    pause = np.where(plan.sells(orders.channel, AT_COUNTER), browsing, pause)
    base = np.where(orders.gate >= 0, orders.decided, orders.started)
    stopped = (orders.verdict == REJECTED) | (orders.verdict == GAVE_UP)
    return orders.put(placed=np.where(stopped, NEVER, base + pause))


def _pass_gates(plan: Plan, orders: Columns) -> None:
    count = len(orders)
    orders.put(gate=np.full(count, -1), verdict=np.zeros(count, dtype=np.int64))
    orders.put(requested=np.full(count, NEVER), decided=np.full(count, NEVER))
    for index, gate in enumerate(plan.gates):
        stopped = gate.stops(orders, plan.channel_names) & (orders.gate < 0)
        _stop_at(plan, orders, stopped, index, gate)


def _stop_at(plan: Plan, orders: Columns, stopped: np.ndarray, index: int, gate: Gate) -> None:
    held = orders.take(stopped)
    verdict = _verdict(plan, gate, held.key)
    requested = held.started + 60
    waited = plan.draws.between(f"gate/{gate.key}/wait", held.key, *gate.wait_hours) * 3600
    moved = plan.draws.uniform(f"gate/{gate.key}/review", held.key)
    decided = plan.calendar.when_open(requested + waited.astype(np.int64), moved, *_REVIEW_HOURS)
    decided = np.where(verdict == GAVE_UP, NEVER, decided)
    orders.put(
        gate=np.where(stopped, index, orders.gate),
        verdict=np.where(stopped, spread(stopped, verdict, NONE), orders.verdict),
        requested=np.where(stopped, spread(stopped, requested), orders.requested),
        decided=np.where(stopped, spread(stopped, decided), orders.decided),
    )


def _verdict(plan: Plan, gate: Gate, keys: np.ndarray) -> np.ndarray:
    share = plan.draws.uniform(f"gate/{gate.key}/verdict", keys)
    return np.where(
        share < gate.reject, REJECTED, np.where(share < gate.reject + gate.give_up, GAVE_UP, APPROVED)
    )
