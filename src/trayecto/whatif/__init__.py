"""What would change in orders, contacts, times and money if something were changed (``docs/trayecto/what-if.md``)."""

from trayecto.whatif.ask import Outcome, WhatIf, what_if
from trayecto.whatif.changes import FailureRate, Fix, RemoveGate, read_changes

__all__ = ["FailureRate", "Fix", "Outcome", "RemoveGate", "WhatIf", "read_changes", "what_if"]
