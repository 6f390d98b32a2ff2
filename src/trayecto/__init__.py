"""trayecto: journey analytics over memory-mapped journey logs.

    events = trayecto.read_events("events.parquet", journey="order", step="type", at="time")
    log = trayecto.build(events, "orders.log", attributes={"country": trayecto.first("country")})
    log.where("country = 'CL'").map()

The names below are the public ones; everything else may change.
"""

from __future__ import annotations

from trayecto import draw
from trayecto.calendars import Calendar
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
    late_at,
    lost,
    lost_at,
    occurs_between,
    open_,
    open_at,
    parse_filter,
    reached,
    repeats,
    repeats_directly,
    returns_to,
    started_between,
    starts_with,
    took,
    touches,
    variant_rank,
)
from trayecto.log.attributes import count, first, last, total
from trayecto.log.boundaries import Boundaries
from trayecto.log.build import build
from trayecto.log.info import LogInfo
from trayecto.log.journeylog import JourneyLog
from trayecto.questions.delays import DelaysResult, Promise
from trayecto.questions.dropoff import DropoffResult
from trayecto.questions.durations import DurationsResult
from trayecto.questions.funnel import FunnelResult
from trayecto.questions.map import MapResult
from trayecto.questions.rework import ReworkResult
from trayecto.questions.variants import VariantsResult
from trayecto.questions.volume import VolumeResult

__all__ = [
    "BadExpression",
    "BadLog",
    "BadRows",
    "BadValue",
    "Boundaries",
    "Calendar",
    "DelaysResult",
    "DropoffResult",
    "DurationsResult",
    "EmptyLog",
    "Events",
    "Filter",
    "FunnelResult",
    "JourneyLog",
    "LogInfo",
    "MapResult",
    "Promise",
    "ReadReport",
    "ReworkResult",
    "TrayectoError",
    "UnknownAttribute",
    "UnknownColumn",
    "UnknownStep",
    "UnreadableFile",
    "VariantsResult",
    "VolumeResult",
    "attribute",
    "build",
    "count",
    "directly_followed_by",
    "draw",
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
    "late_at",
    "lost",
    "lost_at",
    "occurs_between",
    "open_",
    "open_at",
    "parse_filter",
    "reached",
    "read_events",
    "repeats",
    "repeats_directly",
    "returns_to",
    "started_between",
    "starts_with",
    "took",
    "total",
    "touches",
    "variant_rank",
]
