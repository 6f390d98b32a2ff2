"""The blueprint applied: which step an event is, what a journey carries, how its log is built."""

from trayecto.designed.build import blueprint_of, build_designed, plan
from trayecto.designed.words import (
    attributes,
    boundaries,
    calendar_of,
    column_name,
    late_attribute,
    promise,
    promised_on_events,
    seconds_of,
    step_order,
)

__all__ = [
    "attributes",
    "blueprint_of",
    "boundaries",
    "build_designed",
    "calendar_of",
    "column_name",
    "late_attribute",
    "plan",
    "promise",
    "promised_on_events",
    "seconds_of",
    "step_order",
]
