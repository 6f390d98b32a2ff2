"""How the ledger's exported events are read for a blueprint: only the columns it speaks of, each by what it is."""

from __future__ import annotations

from typing import Any

from trayecto.blueprint import Blueprint, JourneyType
from trayecto.designed import words
from trayecto.designed.build import KEPT, PERSON, journey_type_of, told_columns
from trayecto.events.table import OWN, PROPERTY


def columns_of_export(blueprint: Blueprint, journey_type: JourneyType) -> list[str]:
    """The columns of exported events that steps and attributes of the journeys are made of."""
    key = [] if journey_type.key == PERSON else [f"objects.{journey_type.key}"]
    persons = [f"person.{one.property}" for one in journey_type.attributes if one.take == "person"]
    told = {
        *(one.property for one in journey_type.attributes if one.take != "person"),
        *(condition.property for touchpoint in blueprint.measured for condition in touchpoint.when),
        *(one.promise.property for one in words.promised_on_events(blueprint) if one.promise),
        *told_columns(blueprint),
        journey_type.weight,
    }
    properties = sorted(PROPERTY + name for name in told if name and name not in OWN)
    return [PERSON, *KEPT, *key, *dict.fromkeys(persons), *properties]


def reading_of_export(blueprint: Blueprint, journeys: str | None) -> dict[str, Any]:
    """How ``read_events`` and ``build_shards`` read exported events for the journeys of one type."""
    journey_type = journey_type_of(blueprint, journeys)
    columns = columns_of_export(blueprint, journey_type)
    return {"journey": "", "step": "event_type", "at": "at", "tz": blueprint.time_zone, "columns": columns}
