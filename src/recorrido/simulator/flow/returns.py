"""Goods that come back, and the money that goes back."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.calendar import DAY, OFFICE_HOURS
from recorrido.simulator.columns import NEVER, Columns, spread
from recorrido.simulator.faults import SlowRefunds
from recorrido.simulator.plan import Plan

NOT, IN_STORE, BY_COURIER = 0, 1, 2


def take_back(plan: Plan, orders: Columns) -> Columns:
    """Adds returned, return_way, return_requested, return_received, inspected, refunded, refund_late."""
    way = _ways(plan, orders)
    going = way != NOT
    part = orders.take(going).put(way=way[going])
    requested = _requested(plan, part)
    received = _received(plan, part, requested)
    inspected = _worked(plan, part, received, "inspection", plan.scenario.returns.inspection_days)
    refunded = _refunded(plan, part, received, inspected)
    late = plan.calendar.worked(received, refunded) > plan.scenario.returns.promise_days
    return orders.put(
        returned=going,
        return_way=way,
        return_requested=spread(going, requested),
        return_received=spread(going, received),
        inspected=spread(going, inspected),
        refunded=spread(going, refunded),
        refund_late=spread(going, late, False),
    )


def _ways(plan: Plan, orders: Columns) -> np.ndarray:
    returns = plan.scenario.returns
    factors = np.array([store.returns for store in plan.scenario.stores] or [0.0])
    store_chance = returns.store * factors[orders.store]
    share = plan.draws.uniform("return/way", orders.key)
    way = np.where(
        share < store_chance, IN_STORE, np.where(share < store_chance + returns.courier, BY_COURIER, NOT)
    )
    return np.where(orders.done < NEVER, way, NOT)


def _requested(plan: Plan, part: Columns) -> np.ndarray:
    days = plan.draws.between("return/after", part.key, *plan.scenario.returns.after_days)
    wall = part.done + (days * DAY).astype(np.int64)
    opens = np.array([store.opens for store in plan.scenario.stores] or [9.0])[part.store]
    closes = np.array([store.closes for store in plan.scenario.stores] or [20.0])[part.store]
    in_store = plan.calendar.when_open(wall, plan.draws.uniform("return/opening", part.key), opens, closes)
    return np.where(part.way == IN_STORE, in_store, wall)


def _received(plan: Plan, part: Columns, requested: np.ndarray) -> np.ndarray:
    at_counter = requested + plan.draws.between("return/counter", part.key, 120, 600).astype(np.int64)
    days = 3 + plan.draws.pick("return/courier days", part.key, (1, 2, 2, 1))
    share = plan.draws.uniform("return/courier time", part.key)
    return np.where(
        part.way == IN_STORE, at_counter, plan.calendar.at_work(requested, days, share, OFFICE_HOURS)
    )


def _worked(
    plan: Plan, part: Columns, since: np.ndarray, what: str, weights: tuple[float, ...]
) -> np.ndarray:
    days = plan.draws.pick(f"return/{what} days", part.key, weights)
    return plan.calendar.at_work(
        since, days, plan.draws.uniform(f"return/{what} time", part.key), OFFICE_HOURS
    )


def _refunded(plan: Plan, part: Columns, received: np.ndarray, inspected: np.ndarray) -> np.ndarray:
    paid = _worked(plan, part, inspected, "refund", plan.scenario.returns.refund_days)
    for fault in plan.active(SlowRefunds):
        batch = fault.paid(plan.calendar, inspected, plan.draws.uniform("return/batch time", part.key))
        paid = np.where((part.way == IN_STORE) & fault.has_begun(received), batch, paid)
    return paid
