"""Counts per planted fault: what an analyst should find."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np

from recorrido.simulator.calendar import DAY, day_number
from recorrido.simulator.faults import Fault, Gate, LateCarrier, PickingErrors, SilentMessage, SlowRefunds
from recorrido.simulator.flow.contacts import GATE, LATE, PICKUP, REFUND, WRONG
from recorrido.simulator.flow.placing import APPROVED, GAVE_UP, REJECTED
from recorrido.simulator.flow.returns import IN_STORE
from recorrido.simulator.model import World

_MONTH = 365.25 / 12


def counts_of(run: World, healed: World, fault: Fault) -> dict[str, Any]:
    """Counts of the kept period, and the same ``per_month`` of the time in which the fault was there."""
    found = _counts(fault, run, healed)
    months = _active_days(run, fault) / _MONTH
    monthly = {name: round(value / months) for name, value in found.items() if isinstance(value, int)}
    return {**found, "per_month": monthly}


def _active_days(run: World, fault: Fault) -> int:
    first = run.plan.start // DAY
    begun = day_number(fault.since) if fault.since else first
    return max(1, run.plan.end // DAY - max(first, begun))


@singledispatch
def _counts(fault: Fault, run: World, healed: World) -> dict[str, Any]:
    raise NotImplementedError(f"no counts for {type(fault).__name__}")


@_counts.register
def _gate(fault: Gate, run: World, healed: World) -> dict[str, Any]:
    orders, index = run.orders, run.plan.gates.index(fault)
    stopped = run.plan.seen(orders.requested) & (orders.gate == index)
    asked = run.contacts.gate == index
    verdicts = {"approved": APPROVED, "rejected": REJECTED, "gave_up": GAVE_UP}
    return {
        "stopped": int(stopped.sum()),
        **{name: int((stopped & (orders.verdict == code)).sum()) for name, code in verdicts.items()},
        "contacts": _contacts(run, GATE, asked),
    }


@_counts.register
def _slow_refunds(fault: SlowRefunds, run: World, healed: World) -> dict[str, Any]:
    orders = run.orders
    back = (
        run.plan.seen(orders.return_received)
        & (orders.return_way == IN_STORE)
        & fault.has_begun(orders.return_received)
    )
    waited = run.plan.calendar.worked(orders.return_received[back], orders.refunded[back])
    way = run.orders.return_way[run.contacts.row] == IN_STORE
    return {
        "store_returns": int(back.sum()),
        "working_days": _mean(waited),
        "promise_days": float(run.plan.scenario.returns.promise_days),
        "late": int(orders.refund_late[back].sum()),
        "repurchase": _mean(orders.again[back]),
        "repurchase_without": _mean(_returners_back(healed)),
        "contacts": _contacts(run, REFUND, way),
    }


def _returners_back(world: World) -> np.ndarray:
    orders = world.orders
    return orders.again[world.plan.seen(orders.return_received) & (orders.return_way == IN_STORE)]


@_counts.register
def _late_carrier(fault: LateCarrier, run: World, healed: World) -> dict[str, Any]:
    orders = run.orders
    mine = orders.carrier == run.plan.carrier_names.index(fault.carrier)
    shipped = run.plan.seen(orders.shipped) & mine
    return {
        "shipments": int(shipped.sum()),
        "late": int((shipped & orders.late).sum()),
        "late_without": int(
            (run.plan.seen(healed.orders.shipped) & healed.orders.late & _same(healed, fault)).sum()
        ),
        "contacts": _contacts(run, LATE, mine[run.contacts.row]),
    }


def _same(world: World, fault: LateCarrier) -> np.ndarray:
    return world.orders.carrier == world.plan.carrier_names.index(fault.carrier)


@_counts.register
def _silent_message(fault: SilentMessage, run: World, healed: World) -> dict[str, Any]:
    orders = run.orders
    silent = run.plan.seen(orders.ready) & orders.silent
    return {
        "parcels": int(silent.sum()),
        "cancelled": int((silent & run.plan.seen(orders.cancelled)).sum()),
        "contacts": _contacts(run, PICKUP),
    }


@_counts.register
def _picking_errors(fault: PickingErrors, run: World, healed: World) -> dict[str, Any]:
    orders = run.orders
    prepared = run.plan.seen(orders.prepared)
    return {
        "prepared": int(prepared.sum()),
        "wrong": int((prepared & orders.wrong_item).sum()),
        "wrong_without": int((run.plan.seen(healed.orders.prepared) & healed.orders.wrong_item).sum()),
        "contacts": _contacts(run, WRONG),
    }


def _contacts(run: World, reason: int, among: np.ndarray | None = None) -> int:
    chosen = run.plan.seen(run.contacts.at) & (run.contacts.reason == reason)
    return int((chosen if among is None else chosen & among).sum())


def _mean(values: np.ndarray) -> float | None:
    return round(float(values.mean()), 4) if len(values) else None
