"""Failure demand: which support contacts are the echo of which earlier step, and whose it was."""

from trayecto.demand.ask import FailureDemand, failure_demand

__all__ = ["FailureDemand", "failure_demand"]
