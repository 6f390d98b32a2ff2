"""What tests ask of an export: its rows, and the logs that trayecto builds from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trayecto
from recorrido.journeys.models import BlueprintVersion
from trayecto.designed import build_designed, reading_of_export, shape_of
from trayecto.events.exported import opened

ALL = ["id", "channel", "source", "identifier", "person", "properties.amount", "properties.region"]


def rows(folder: Path | str) -> dict[int, dict[str, Any]]:
    """Each exported event by its id."""
    found = trayecto.read_events(
        folder, journey="", step="event_type", at="at", columns=ALL
    ).table.to_pylist()
    assert len(found) == len({row["id"] for row in found})
    return {row["id"]: row for row in found}


def files(folder: Path | str) -> set[str]:
    found = opened(folder)
    assert found is not None
    return set(found.files)


def in_one_piece(folder: Path | str, journeys: str, out: Path | str) -> trayecto.JourneyLog:
    """The log that ``trayecto build --blueprint`` makes of the export."""
    blueprint = _blueprint()
    events = trayecto.read_events(folder, **reading_of_export(blueprint, journeys))
    log, _plan = build_designed(events, out, blueprint=blueprint, journeys=journeys)
    return log


def in_shards(folder: Path | str, journeys: str, out: Path | str, shards: int = 3) -> trayecto.JourneyLog:
    """The log that ``trayecto build --blueprint --shards`` makes of it."""
    blueprint = _blueprint()
    reading, shape = reading_of_export(blueprint, journeys), shape_of(blueprint, journeys)
    log, _report = trayecto.build_shards([folder], out, shards=shards, reading=reading, **shape)
    return log


def _blueprint() -> Any:
    version = BlueprintVersion.objects.newest()
    assert version is not None
    return version.read()
