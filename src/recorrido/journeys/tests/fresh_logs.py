"""What a log says, in plain values: a log that was kept fresh must say what a build from all events says."""

from __future__ import annotations

from typing import Any

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.actions import build_now, follow

KINDS = ("order", "purchase", "weighted")


def log_of(journey_type: str = "order") -> trayecto.JourneyLog:
    return trayecto.JourneyLog.open(bridge.log_folder(journey_type))


def says(journey_type: str = "order") -> dict[str, Any]:
    """What the log of a kind of journeys says."""
    return said_by(log_of(journey_type))


def said_by(log: trayecto.JourneyLog) -> dict[str, Any]:
    """Every journey with its facts, its steps and their channels and sources; and the map."""
    journeys = {
        row["journey"]: {
            **{name: value for name, value in row.items() if name != "row"},
            "steps": log.steps_of(row["row"]),
            "channels": log.values_of(row["row"], "channel"),
            "sources": log.values_of(row["row"], "source"),
        }
        for row in log.journeys().to_pylist()
    }
    return {"journeys": journeys, "map": log.map().to_dict(), "dates": log.date_only_steps}


def follow_to_the_end() -> None:
    while follow():
        pass


def as_built_anew(journey_type: str = "order") -> bool:
    """Whether the log says just what a build from all events makes of it."""
    fresh = says(journey_type)
    build_now(journey_type=journey_type, actor=None)
    assert fresh == says(journey_type)
    return True
