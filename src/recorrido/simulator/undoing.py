"""The change that undoes a fault, in the words of ``trayecto what-if``."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from recorrido.simulator.faults import Fault, Gate, LateCarrier, PickingErrors, SilentMessage, SlowRefunds

Undo = dict[str, Any]


@singledispatch
def undo_of(fault: Fault) -> Undo | None:
    """None where no log can say it: a fault that was always there, and that no step and no attribute tells apart."""
    raise NotImplementedError(f"no change undoes {type(fault).__name__}")


@undo_of.register
def _gate(fault: Gate) -> Undo | None:
    return {"change": "remove_gate", "step": f"{fault.step}.requested"}


@undo_of.register
def _late_carrier(fault: LateCarrier) -> Undo | None:
    return {
        "change": "failure_rate",
        "step": "order.delivered",
        "where": {"carrier": fault.carrier},
        "to": "others",
    }


@undo_of.register
def _slow_refunds(fault: SlowRefunds) -> Undo | None:
    return {"change": "failure_rate", "step": "refund.paid", "to": 0}


@undo_of.register
def _picking_errors(fault: PickingErrors) -> Undo | None:
    return _fix("order.prepared", fault)


@undo_of.register
def _silent_message(fault: SilentMessage) -> Undo | None:
    return _fix("pickup.ready", fault)


def _fix(step: str, fault: Fault) -> Undo | None:
    return {"change": "fix", "step": step, "since": fault.since.isoformat()} if fault.since else None
