"""A value model as the YAML text it is read from."""

from __future__ import annotations

from typing import Any

import yaml

from trayecto.values.model import Amount, Values


def to_text(values: Values) -> str:
    """YAML that ``read_values`` reads as an equal model: what is not counted is left out."""
    margin = {
        "per_order": _amount(values.margin_per_order),
        "share": _amount(values.margin_share),
        "products": {name: _amount(one) for name, one in values.margin_by_product.items()},
    }
    contact = {"any": values.contact_any, **values.contact_by_channel}
    document = {
        "currency": values.currency,
        "margin": _told(margin),
        "contact": _told({name: _amount(one) for name, one in contact.items()}),
        "return": _amount(values.return_cost),
        "delay_day": _amount(values.delay_day),
        "retained_customer": _amount(values.retained_customer),
    }
    return yaml.safe_dump(_told(document), allow_unicode=True, sort_keys=False, width=110)


def _told(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value not in (None, {})}


def _amount(amount: Amount | None) -> Any:
    """A number alone where nothing else is known of it."""
    if amount is None:
        return None
    number = _number(amount.expected)
    told: dict[str, Any] = {"expected": number}
    if (amount.low, amount.high) != (amount.expected, amount.expected):
        told = {"low": _number(amount.low), "expected": number, "high": _number(amount.high)}
    told |= {"source": amount.source} if amount.source else {}
    told |= {"date": amount.date} if amount.date else {}
    return number if len(told) == 1 else told


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value
