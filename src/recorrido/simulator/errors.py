"""What can go wrong in the simulator.

SimulatorError
├── BadScenario     a scenario file that is missing, unreadable or breaks a rule of the language
└── UnknownFault    ``--without`` names a fault that the scenario does not plant
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class SimulatorError(Exception):
    """Base of every expected failure: ``code`` for machines, the message (one sentence) for people."""

    code = "simulator"


class BadScenario(SimulatorError):
    code = "bad_scenario"

    def __init__(self, place: str, what: str, mend: str) -> None:
        self.place, self.what, self.mend = place, what, mend
        super().__init__(f"{place}: {what} {mend}".rstrip())


class UnknownFault(SimulatorError):
    code = "unknown_fault"


def nearest_hint(word: str, known: Iterable[str]) -> str:
    """``Did you mean 'x'?``, else the words that are allowed."""
    names = sorted(set(known))
    found = get_close_matches(word, names, n=1, cutoff=0.6)
    if found:
        return f"Did you mean '{found[0]}'?"
    return f"Known: {', '.join(names)}." if len(names) <= 20 else ""
