"""What an event or a person carries ("first_order": true), in everyday words ("First order: yes")."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, gettext_lazy

from recorrido.journeys.blueprint import Attribute, Blueprint, JourneyType
from recorrido.web.cells import cell
from recorrido.web.money import money_exact

OF_EVENTS = ("first", "last", "total")  # what a journey takes from a property as it is told
USUAL = {
    "amount": gettext_lazy("Amount"),
    "carrier": gettext_lazy("Carrier"),
    "category": gettext_lazy("Category"),
    "city": gettext_lazy("City"),
    "country": gettext_lazy("Country"),
    "currency": gettext_lazy("Currency"),
    "delivery": gettext_lazy("Delivery"),
    "error": gettext_lazy("Error"),
    "price": gettext_lazy("Price"),
    "product": gettext_lazy("Product"),
    "quantity": gettext_lazy("Quantity"),
    "reason": gettext_lazy("Reason"),
    "region": gettext_lazy("Region"),
    "results": gettext_lazy("Results"),
    "score": gettext_lazy("Score"),
    "segment": gettext_lazy("Segment"),
    "store": gettext_lazy("Store"),
    "words": gettext_lazy("Words searched for"),
}


@dataclass(frozen=True)
class Fact:
    """``key``: its name as it was sent, for whoever looks after the source."""

    key: str
    label: str
    value: str


class Facts:
    """What a design calls properties and their values; what it does not name has its usual name."""

    def __init__(self, blueprint: Blueprint | None) -> None:
        self._known = _known(blueprint) if blueprint else {}

    def said(self, told: Iterable[tuple[str, Any]]) -> list[Fact]:
        return [Fact(key, self._label(key), self._value(key, value)) for key, value in told]

    def _label(self, key: str) -> str:
        if key in self._known:
            return self._known[key][0].label.text(get_language() or "es")
        plain = key.replace("_", " ").strip()
        return str(USUAL.get(key, plain[:1].upper() + plain[1:]))

    def _value(self, key: str, value: Any) -> str:
        if key not in self._known:
            return cell(value)
        attribute, currency = self._known[key]
        if currency and isinstance(value, int | float) and not isinstance(value, bool):
            return money_exact(value, value, currency)
        return cell(attribute.called(value, get_language() or "es") if isinstance(value, str) else value)


def _known(blueprint: Blueprint) -> dict[str, tuple[Attribute, str]]:
    """Attributes by the property they take, the default journey's first, each with the currency it is of, if any."""
    kinds = sorted(blueprint.journeys.values(), key=lambda kind: kind.slug != blueprint.default_journey)
    found: dict[str, tuple[Attribute, str]] = {}
    for kind in kinds:
        for one in kind.attributes:
            if one.take in OF_EVENTS and one.property:
                found.setdefault(one.property, (one, _currency(blueprint, kind, one)))
    return found


def _currency(blueprint: Blueprint, kind: JourneyType, attribute: Attribute) -> str:
    return blueprint.currency or "" if attribute.name == kind.value else ""
