"""What the blueprint calls the events of the ledger."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.translation import get_language

from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries.study import blueprint_in_force


def event_labels() -> Callable[[str, str | None], str]:
    """A function from an event's type and channel to the label of the touchpoint that such an event is; to the type
    itself where properties decide, or none fits."""
    try:
        blueprint = blueprint_in_force()[1]
    except NoBlueprint:
        return lambda type, _channel: type
    language = get_language() or "es"

    def label(type: str, channel: str | None) -> str:
        named = [
            t for t in blueprint.measured if t.event == type and (not t.channels or channel in t.channels)
        ]
        return type if not named or named[0].when else named[0].label.text(language)

    return label
