"""trayecto: journey analytics over memory-mapped journey logs.

    events = trayecto.read_events("events.parquet", journey="order", step="type", at="time")
    log = trayecto.build(events, "orders.log", attributes={"country": trayecto.first("country")})
    log.where("country = 'CL'").map()

The names below are the public ones; everything else may change.
"""

from __future__ import annotations

import typing as _typing
from importlib import import_module as _import_module

if _typing.TYPE_CHECKING:
    from trayecto import causes, draw
    from trayecto.calendars import Calendar
    from trayecto.conformance import paths
    from trayecto.conformance.costs import Costs
    from trayecto.conformance.rules import Forbids, Needs, Within
    from trayecto.errors import (
        BadExpression,
        BadLog,
        BadRows,
        BadValue,
        Cancelled,
        EmptyLog,
        NeedsBuild,
        NoEngine,
        NoStore,
        TrayectoError,
        UnknownAttribute,
        UnknownColumn,
        UnknownStep,
        UnreadableFile,
    )
    from trayecto.events.read import read_events
    from trayecto.events.table import Events, ReadReport
    from trayecto.events.writing import write_events
    from trayecto.filters import (
        Filter,
        around,
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
    from trayecto.log.append import append, compact
    from trayecto.log.attributes import count, first, last, total
    from trayecto.log.boundaries import Boundaries
    from trayecto.log.build import Draft, build, draft
    from trayecto.log.info import LogInfo
    from trayecto.log.journeylog import JourneyLog
    from trayecto.log.sharding import build_shards
    from trayecto.log.store import current_version, position_of
    from trayecto.objects import ObjectLog
    from trayecto.questions.alignments import AlignmentsResult
    from trayecto.questions.cohorts import CohortsResult
    from trayecto.questions.compare import CompareResult
    from trayecto.questions.delays import DelaysResult, Promise
    from trayecto.questions.dropoff import DropoffResult
    from trayecto.questions.durations import DurationsResult
    from trayecto.questions.funnel import FunnelResult
    from trayecto.questions.map import MapResult
    from trayecto.questions.rework import ReworkResult
    from trayecto.questions.rules import RulesResult
    from trayecto.questions.sankey import SankeyResult
    from trayecto.questions.variants import VariantsResult
    from trayecto.questions.volume import VolumeResult

__all__ = [
    "AlignmentsResult",
    "BadExpression",
    "BadLog",
    "BadRows",
    "BadValue",
    "Boundaries",
    "Calendar",
    "Cancelled",
    "CohortsResult",
    "CompareResult",
    "Costs",
    "DelaysResult",
    "Draft",
    "DropoffResult",
    "DurationsResult",
    "EmptyLog",
    "Events",
    "Filter",
    "Forbids",
    "FunnelResult",
    "JourneyLog",
    "LogInfo",
    "MapResult",
    "Needs",
    "NeedsBuild",
    "NoEngine",
    "NoStore",
    "ObjectLog",
    "Promise",
    "ReadReport",
    "ReworkResult",
    "RulesResult",
    "SankeyResult",
    "TrayectoError",
    "UnknownAttribute",
    "UnknownColumn",
    "UnknownStep",
    "UnreadableFile",
    "VariantsResult",
    "VolumeResult",
    "Within",
    "append",
    "around",
    "attribute",
    "build",
    "build_shards",
    "causes",
    "compact",
    "count",
    "current_version",
    "directly_followed_by",
    "draft",
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
    "paths",
    "position_of",
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
    "write_events",
]

# Where the names live. Each module is loaded when one of its names is first used: `trayecto --help` and whoever needs
# an error class only need not wait for the compiler of the kernels and for DuckDB.
_HOMES = {
    "trayecto.calendars": "Calendar",
    "trayecto.errors": (
        "BadExpression BadLog BadRows BadValue Cancelled EmptyLog NeedsBuild NoEngine NoStore TrayectoError UnknownAttribute "
        "UnknownColumn UnknownStep UnreadableFile"
    ),
    "trayecto.events.read": "read_events",
    "trayecto.events.table": "Events ReadReport",
    "trayecto.events.writing": "write_events",
    "trayecto.filters": (
        "Filter around attribute directly_followed_by ends_with exact_variant followed_by funnel_reached has "
        "has_all has_flow lacks late_at lost lost_at occurs_between open_ open_at parse_filter "
        "reached repeats repeats_directly returns_to started_between starts_with took touches "
        "variant_rank"
    ),
    "trayecto.log.append": "append compact",
    "trayecto.log.attributes": "count first last total",
    "trayecto.log.boundaries": "Boundaries",
    "trayecto.log.build": "Draft build draft",
    "trayecto.log.info": "LogInfo",
    "trayecto.log.journeylog": "JourneyLog",
    "trayecto.log.sharding": "build_shards",
    "trayecto.log.store": "current_version position_of",
    "trayecto.conformance.costs": "Costs",
    "trayecto.conformance.rules": "Forbids Needs Within",
    "trayecto.questions.alignments": "AlignmentsResult",
    "trayecto.objects": "ObjectLog",
    "trayecto.questions.cohorts": "CohortsResult",
    "trayecto.questions.compare": "CompareResult",
    "trayecto.questions.delays": "DelaysResult Promise",
    "trayecto.questions.dropoff": "DropoffResult",
    "trayecto.questions.durations": "DurationsResult",
    "trayecto.questions.funnel": "FunnelResult",
    "trayecto.questions.map": "MapResult",
    "trayecto.questions.rework": "ReworkResult",
    "trayecto.questions.rules": "RulesResult",
    "trayecto.questions.sankey": "SankeyResult",
    "trayecto.questions.variants": "VariantsResult",
    "trayecto.questions.volume": "VolumeResult",
}
_MODULES = {
    "causes": "trayecto.causes",
    "draw": "trayecto.draw",
    "paths": "trayecto.conformance.paths",
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return _import_module(_MODULES[name])
    if name not in _HOME_OF:
        raise AttributeError(f"module 'trayecto' has no attribute '{name}'")
    found = globals()[name] = getattr(_import_module(_HOME_OF[name]), name)
    return found


def __dir__() -> list[str]:
    return __all__
