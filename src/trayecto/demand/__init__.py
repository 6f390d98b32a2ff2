"""What contacts are for and where they are born: advice and support, failure demand, advice that saves support."""

from trayecto.demand.advice import AdviceEffect, advice_effects, effects_of
from trayecto.demand.ask import Cause, Department, FailureDemand, demand_of, failure_demand
from trayecto.demand.split import Split, contact_split

__all__ = [
    "AdviceEffect",
    "Cause",
    "Department",
    "FailureDemand",
    "Split",
    "advice_effects",
    "contact_split",
    "demand_of",
    "effects_of",
    "failure_demand",
]
