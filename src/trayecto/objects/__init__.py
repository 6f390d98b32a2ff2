"""Logs of several kinds of objects at once: orders, shipments, returns, cases, each with a way of its own."""

from trayecto.objects.ask import ObjectFlow, ObjectMap, ObjectStep, ask
from trayecto.objects.log import ObjectLog

__all__ = ["ObjectFlow", "ObjectLog", "ObjectMap", "ObjectStep", "ask"]
