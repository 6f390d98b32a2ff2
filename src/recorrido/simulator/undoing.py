"""The change that undoes a fault, in the words of ``trayecto what-if``: where it would act and how far, never what it brings."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from recorrido.simulator.faults import Fault, Gate, LateCarrier, PickingErrors, SilentMessage, SlowRefunds
from recorrido.simulator.model import World
from recorrido.simulator.scenario import Scenario

Undo = dict[str, Any]


def undo_of(fault: Fault, scenario: Scenario, healed: World) -> Undo | None:
    """``healed``: the run without the fault, which says how often the step fails all the same. None where no log can say what would be
    without it: a message that was never sent to anybody."""
    change = _undo(fault, scenario, healed)
    if change is None or fault.since is None:
        return change
    return change | {"since": fault.since.isoformat()}


@singledispatch
def _undo(fault: Fault, scenario: Scenario, healed: World) -> Undo | None:
    raise NotImplementedError(f"no change undoes {type(fault).__name__}")


@_undo.register
def _late_carrier(fault: LateCarrier, scenario: Scenario, healed: World) -> Undo | None:
    """Its parcels are late as often as its regions and it always were: so many points less."""
    where = {"carrier": fault.carrier}
    return {"change": "failure_rate", "step": "order.delivered", "where": where, "by": -fault.late}


@_undo.register
def _slow_refunds(fault: SlowRefunds, scenario: Scenario, healed: World) -> Undo | None:
    orders = healed.orders
    back = healed.plan.seen(orders.return_received) & fault.has_begun(orders.return_received)
    late = float(orders.refund_late[back].mean()) if back.any() else 0.0
    return {"change": "failure_rate", "step": "refund.paid", "to": round(late, 4)}


@_undo.register
def _picking_errors(fault: PickingErrors, scenario: Scenario, healed: World) -> Undo | None:
    usual = scenario.fulfilment.wrong_item
    times = round(usual / max(usual + fault.share, 1e-9), 4)
    return {"change": "failure_rate", "step": "order.prepared", "told_by": "contacts", "times": times}


@_undo.register
def _silent_message(fault: SilentMessage, scenario: Scenario, healed: World) -> Undo | None:
    if fault.share == 1 and fault.since is None:
        return None
    return {"change": "fix", "step": "pickup.ready", "missing": "pickup.notified"}


@_undo.register
def _gate(fault: Gate, scenario: Scenario, healed: World) -> Undo | None:
    return {"change": "remove_gate", "step": f"{fault.step}.requested"}
