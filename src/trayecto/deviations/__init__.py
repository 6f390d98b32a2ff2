"""Deviations: how journeys leave their design, whose steps these are, and what becomes of such journeys."""

from trayecto.deviations.ask import DeviationFigures, DeviationsResult, ask, deviations, finish
from trayecto.deviations.beside import Beside
from trayecto.deviations.found import KINDS, Chosen, Deviation, Found, find

__all__ = [
    "KINDS",
    "Beside",
    "Chosen",
    "Deviation",
    "DeviationFigures",
    "DeviationsResult",
    "Found",
    "ask",
    "deviations",
    "find",
    "finish",
]
