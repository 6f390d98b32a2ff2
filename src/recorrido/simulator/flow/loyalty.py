"""Who comes back: the price of what went wrong is paid here, weeks later."""

from __future__ import annotations

import numpy as np

from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.faults import SilentMessage
from recorrido.simulator.plan import Plan


def decide_again(plan: Plan, orders: Columns) -> Columns:
    """Adds again: whether this order is followed by another of the same customer."""
    rule = plan.scenario.repurchase
    chance = np.where(orders.loyal, rule.loyal, rule.occasional)
    chance = np.where(orders.returned, rule.after_return, chance)
    for happened, factor in _setbacks(plan, orders):
        chance = chance * np.where(happened, factor, 1)
    again = plan.draws.happens("order/again", orders.key, chance)
    return orders.put(again=again & (orders.placed < NEVER))


def _setbacks(plan: Plan, orders: Columns) -> list[tuple[np.ndarray, float]]:
    rule = plan.scenario.repurchase
    plain = [
        (orders.late, rule.late_delivery),
        (orders.refund_late, rule.late_refund),
        (orders.wrong_item, rule.wrong_item),
    ]
    silent = [(orders.silent, fault.repurchase) for fault in plan.active(SilentMessage)]
    gated = [(orders.gate == index, gate.repurchase) for index, gate in enumerate(plan.gates)]
    return plain + silent + gated
