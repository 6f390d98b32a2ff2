"""What some endpoints ask for besides ids: read from ledger and persons when a message is sent, never stored with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from recorrido.connectors.webhooks.models import Delivery
from recorrido.events.models import Event
from recorrido.people.queries import current_person_ids, leaves_of_all


def extras_of(deliveries: Sequence[Delivery]) -> dict[int, dict[str, Any]]:
    """Per delivery what its endpoint asked for: the event's properties, the person's identifiers."""
    found: dict[int, dict[str, Any]] = {}
    for delivery, properties in _properties(deliveries):
        found.setdefault(delivery.pk, {})["properties"] = properties
    for delivery, identifiers in _identifiers(deliveries):
        found.setdefault(delivery.pk, {})["identifiers"] = identifiers
    return found


def _properties(deliveries: Sequence[Delivery]) -> list[tuple[Delivery, dict[str, Any]]]:
    asked = [one for one in deliveries if one.endpoint.with_properties and one.message.event_id]
    rows = Event.objects.filter(id__in={one.message.event_id for one in asked})
    known = dict(rows.values_list("id", "properties")) if asked else {}
    return [(one, known.get(one.message.event_id or 0, {})) for one in asked]


def _identifiers(deliveries: Sequence[Delivery]) -> list[tuple[Delivery, list[dict[str, str]]]]:
    asked = [one for one in deliveries if one.endpoint.with_identifiers and one.message.person_id]
    if not asked:
        return []
    today = current_person_ids({one.message.person_id for one in asked if one.message.person_id})
    leaves = leaves_of_all(set(today.values()))
    return [
        (
            one,
            [
                {"kind": leaf.kind, "value": leaf.value}
                for leaf in leaves.get(today.get(one.message.person_id or 0, 0), [])
            ],
        )
        for one in asked
    ]
