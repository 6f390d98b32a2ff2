"""What the blueprint calls the events of the ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language

from recorrido.journeys.blueprint import Blueprint, Touchpoint
from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries.study import blueprint_in_force
from trayecto.blueprint.design import Condition

Properties = Mapping[str, Any]


def design_in_force() -> Blueprint | None:
    """The newest blueprint, if there is one."""
    try:
        return blueprint_in_force()[1]
    except NoBlueprint:
        return None


def event_labels(blueprint: Blueprint | None) -> Callable[[str, str | None, Properties], str]:
    """A function from an event's type, channel and properties to the label of the touchpoint that such an event is: the first of
    the design that fits, as when journeys are built; to the type itself where none does."""
    measured = blueprint.measured if blueprint else ()
    language = get_language() or "es"

    def label(type: str, channel: str | None, properties: Properties) -> str:
        named = (t for t in measured if t.event == type and _fits(t, channel, properties))
        found = next(named, None)
        return found.label.text(language) if found else type

    return label


def _fits(touchpoint: Touchpoint, channel: str | None, properties: Properties) -> bool:
    if touchpoint.channels and channel not in touchpoint.channels:
        return False
    return all(_holds(condition, properties.get(condition.property)) for condition in touchpoint.when)


def _holds(condition: Condition, value: Any) -> bool:
    """``journeys.matching`` says the same in SQL: values are compared as the database writes them."""
    if value is None:
        return False
    text = value if isinstance(value, str) else json.dumps(value)
    if condition.values:
        return text in condition.values
    try:
        number = float(text)
    except ValueError:
        return False
    low, high = condition.minimum, condition.maximum
    return (low is None or number >= low) and (high is None or number <= high)
