"""trayecto: journey analytics over memory-mapped journey logs.

    events = trayecto.read_events("events.parquet", journey="order", step="type", at="time")
    log = trayecto.build(events, "orders.log", attributes={"country": trayecto.first("country")})
    log.where("country = 'CL'").map()

The names below are the public ones; everything else may change.
"""

from __future__ import annotations

from trayecto.errors import (
    BadExpression,
    BadLog,
    BadRows,
    BadValue,
    EmptyLog,
    TrayectoError,
    UnknownAttribute,
    UnknownColumn,
    UnknownStep,
    UnreadableFile,
)
from trayecto.events.read import read_events
from trayecto.events.table import Events, ReadReport
from trayecto.filters import (
    Filter,
    attribute,
    directly_followed_by,
    ends_with,
    exact_variant,
    followed_by,
    funnel_reached,
    has,
    has_all,
    has_flow,
    lacks,
    occurs_between,
    parse_filter,
    started_between,
    starts_with,
    touches,
    variant_rank,
)
from trayecto.log.attributes import count, first, last, total
from trayecto.log.boundaries import Boundaries
from trayecto.log.build import build
from trayecto.log.journeylog import JourneyLog, LogInfo

__all__ = [
    "BadExpression",
    "BadLog",
    "BadRows",
    "BadValue",
    "Boundaries",
    "EmptyLog",
    "Events",
    "Filter",
    "JourneyLog",
    "LogInfo",
    "ReadReport",
    "TrayectoError",
    "UnknownAttribute",
    "UnknownColumn",
    "UnknownStep",
    "UnreadableFile",
    "attribute",
    "build",
    "count",
    "directly_followed_by",
    "ends_with",
    "exact_variant",
    "first",
    "followed_by",
    "funnel_reached",
    "has",
    "has_all",
    "has_flow",
    "lacks",
    "last",
    "occurs_between",
    "parse_filter",
    "read_events",
    "started_between",
    "starts_with",
    "total",
    "touches",
    "variant_rank",
]
