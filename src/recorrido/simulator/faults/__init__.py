"""What can be planted: one file per fault, each a frozen record of its numbers and what it does.

Every fault has a ``key`` (for ``--without``), a ``name`` for people and an ``owner`` department.
"""

from __future__ import annotations

from recorrido.simulator.faults.base import Fault
from recorrido.simulator.faults.gate import Gate
from recorrido.simulator.faults.late_carrier import LateCarrier
from recorrido.simulator.faults.picking_errors import PickingErrors
from recorrido.simulator.faults.silent_message import SilentMessage
from recorrido.simulator.faults.slow_refunds import SlowRefunds

AnyFault = Gate | LateCarrier | PickingErrors | SilentMessage | SlowRefunds

__all__ = ["AnyFault", "Fault", "Gate", "LateCarrier", "PickingErrors", "SilentMessage", "SlowRefunds"]
