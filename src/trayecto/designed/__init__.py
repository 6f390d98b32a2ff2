"""The blueprint applied: which step an event is, what a journey carries, how its log is built."""

from trayecto.designed.build import (
    blueprint_of,
    build_designed,
    journey_type_of,
    kept_columns,
    plan,
    shape_of,
    texts_of,
    told_columns,
)
from trayecto.designed.conform import align, rules_of, step_names
from trayecto.designed.exported import reading_of_export
from trayecto.designed.limits import calendar_length, limits_of, promised_limits
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
    "align",
    "attributes",
    "blueprint_of",
    "boundaries",
    "build_designed",
    "calendar_length",
    "calendar_of",
    "column_name",
    "journey_type_of",
    "kept_columns",
    "late_attribute",
    "limits_of",
    "plan",
    "promise",
    "promised_limits",
    "promised_on_events",
    "reading_of_export",
    "rules_of",
    "seconds_of",
    "shape_of",
    "step_names",
    "step_order",
    "texts_of",
    "told_columns",
]
