"""Event types and the blueprint: which of them any touchpoint names. Only a page joins the two."""

from __future__ import annotations

from django.db.models import Exists, OuterRef

from recorrido.events.models import EventType, SourceDay
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries import blueprint_in_force

OWN = ("ledger.", "identify", "group", "alias")
"""What this system says of itself, and calls that tell about a person rather than about something that happened."""


def mapped_names() -> frozenset[str] | None:
    """The event types that touchpoints name; None where there is no blueprint."""
    try:
        blueprint = blueprint_in_force()[1]
    except NoBlueprint:
        return None
    return frozenset(touchpoint.event for touchpoint in blueprint.measured if touchpoint.event)


def is_mapped(type_: EventType, names: frozenset[str] | None) -> bool | None:
    """Whether a type is on the map, by its own word or by the one it is read as; None where the question does not arise."""
    word = (type_.maps_to or type_).name
    return None if names is None or word.startswith(OWN) else word in names


def unmapped_types() -> list[EventType]:
    """Types with events that no touchpoint names, by their word; none where there is no blueprint."""
    names = mapped_names()
    if names is None:
        return []
    seen = EventType.objects.filter(Exists(SourceDay.objects.filter(type=OuterRef("pk"))))
    types = seen.select_related("maps_to").order_by("name")
    return [type_ for type_ in types if is_mapped(type_, names) is False]
