"""What would change in orders, contacts, times and money if something were changed (``docs/trayecto/what-if.md``)."""

from trayecto.whatif.ask import Outcome, WhatIf, what_if
from trayecto.whatif.changes import Change, Duration, FailureRate, Fix, RemoveGate, Share
from trayecto.whatif.choices import Choices, choices_of
from trayecto.whatif.moved import Note
from trayecto.whatif.reading import changes_from, read_changes
from trayecto.whatif.shifts import Taken

__all__ = [
    "Change",
    "Choices",
    "Duration",
    "FailureRate",
    "Fix",
    "Note",
    "Outcome",
    "RemoveGate",
    "Share",
    "Taken",
    "WhatIf",
    "changes_from",
    "choices_of",
    "read_changes",
    "what_if",
]
