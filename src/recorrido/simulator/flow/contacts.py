"""Contacts that exist because of what happened, each with its cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from recorrido.simulator.calendar import DAY, HOUR
from recorrido.simulator.columns import NEVER, Columns
from recorrido.simulator.faults import SilentMessage
from recorrido.simulator.plan import Plan

_DESK_HOURS = (9.0, 20.0)
GENERAL, LATE, REFUND, WRONG, PICKUP, GATE = range(6)
REASONS = ("general", "where_is_my_order", "refund", "wrong_item", "pickup", "gate")


class Trigger(NamedTuple):
    """From ``when`` (NEVER: not at all) a contact follows with ``chance``, ``wait`` hours later (from, to)."""

    reason: int
    when: np.ndarray
    chance: float
    wait: tuple[float, float]
    gate: int = -1


def contacts_of(plan: Plan, orders: Columns) -> Columns:
    """One row per contact: row (in ``orders``), key, reason, gate, at, channel (index), resolved (or NEVER)."""
    found = [_contact(plan, orders, trigger) for trigger in _triggers(plan, orders)]
    return Columns.concat(found)


def _triggers(plan: Plan, orders: Columns) -> Iterator[Trigger]:
    rule = plan.scenario.contacts
    yield Trigger(GENERAL, orders.placed, rule.general, (1, 120))
    due = _due(plan, orders)
    yield Trigger(LATE, np.where(orders.late, due, NEVER), rule.late_delivery, (1, 40))
    refund_due = _refund_due(plan, orders)
    yield Trigger(REFUND, np.where(orders.refund_late, refund_due, NEVER), rule.late_refund, (1, 60))
    wrong = orders.wrong_item & (orders.done < NEVER)
    yield Trigger(WRONG, np.where(wrong, orders.done, NEVER), rule.wrong_item, (1, 48))
    for fault in plan.active(SilentMessage):
        yield Trigger(PICKUP, np.where(orders.silent, orders.ready, NEVER), fault.contact, (8, 44))
    for index, gate in enumerate(plan.gates):
        when = np.where(orders.gate == index, orders.requested, NEVER)
        yield Trigger(GATE, when, gate.contact, (0.2, 8), index)


def _due(plan: Plan, orders: Columns) -> np.ndarray:
    """The evening of the day for which the delivery was promised."""
    return _after_promise(plan, orders.placed, orders.late, plan.scenario.fulfilment.promise_days)


def _refund_due(plan: Plan, orders: Columns) -> np.ndarray:
    return _after_promise(
        plan, orders.return_received, orders.refund_late, plan.scenario.returns.promise_days
    )


def _after_promise(plan: Plan, since: np.ndarray, rows: np.ndarray, days: int) -> np.ndarray:
    due = np.full(len(since), NEVER)
    due[rows] = plan.calendar.working_day(since[rows] // DAY, days) * DAY + 17 * HOUR
    return due


def _contact(plan: Plan, orders: Columns, trigger: Trigger) -> Columns:
    reason = REASONS[trigger.reason] + (plan.gates[trigger.gate].key if trigger.gate >= 0 else "")
    draws = plan.draws
    asked = (trigger.when < NEVER) & draws.happens(f"contact/{reason}", orders.key, trigger.chance)
    rows = np.flatnonzero(asked)
    keys = orders.key[rows]
    wait = draws.between(f"contact/{reason}/wait", keys, *trigger.wait) * HOUR
    moved = draws.uniform(f"contact/{reason}/opening", keys)
    at = plan.calendar.when_open(trigger.when[rows] + wait.astype(np.int64), moved, *_DESK_HOURS)
    shares = [channel.share for channel in plan.scenario.contacts.channels]
    return Columns(
        row=rows,
        key=keys,
        reason=np.full(len(rows), trigger.reason),
        gate=np.full(len(rows), trigger.gate),
        at=at,
        channel=draws.pick(f"contact/{reason}/channel", keys, shares),
        resolved=_resolved(plan, reason, keys, at),
    )


def _resolved(plan: Plan, reason: str, keys: np.ndarray, at: np.ndarray) -> np.ndarray:
    rule = plan.scenario.contacts
    hours = plan.draws.between(f"contact/{reason}/resolve", keys, *rule.resolve_hours)
    moved = plan.draws.uniform(f"contact/{reason}/resolve opening", keys)
    resolved = plan.calendar.when_open(at + (hours * HOUR).astype(np.int64), moved, *_DESK_HOURS)
    open_ = plan.draws.happens(f"contact/{reason}/unresolved", keys, rule.unresolved)
    return np.where(open_, NEVER, resolved)
