"""A blueprint in the analytics library's words, and where its logs live."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from trayecto.designed import (
    attributes,
    boundaries,
    calendar_of,
    column_name,
    kept_columns,
    late_attribute,
    limits_of,
    promise,
    promised_on_events,
    seconds_of,
    step_order,
    texts_of,
    told_columns,
)

__all__ = [
    "attributes",
    "boundaries",
    "calendar_of",
    "column_name",
    "kept_columns",
    "late_attribute",
    "limits_of",
    "log_folder",
    "promise",
    "promised_on_events",
    "seconds_of",
    "step_order",
    "texts_of",
    "told_columns",
]


def log_folder(journey_type: str) -> Path:
    """Where the log of a journey type lives."""
    return Path(settings.RECORRIDO_DATA) / "logs" / journey_type
