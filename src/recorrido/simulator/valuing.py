"""What a simulated company's accounting would say things are worth."""

from __future__ import annotations

from typing import Any

import yaml

from recorrido.simulator.scenario import Scenario
from recorrido.simulator.truth import Totals

ACCOUNTS, DESK = "contabilidad, media de pedidos no devueltos", "costo por contacto del centro de atención"
SPREAD = 0.05


def values_text(scenario: Scenario, totals: Totals) -> str:
    """YAML of ``trayecto.values``: margin of what is not brought back, cost of a contact. Returns, days of delay and customers
    who come back have no amount of their own: the orders they cost are counted themselves."""
    date = scenario.period.end.isoformat()
    share = round(totals.margin / max(1, totals.revenue), 4)
    document = {
        "currency": scenario.place.currency,
        "margin": {"share": _amount(share, SPREAD, ACCOUNTS, date)},
        "contact": {"any": _amount(scenario.contacts.cost, 0.0, DESK, date)},
    }
    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=110)


def _amount(expected: float, spread: float, source: str, date: str) -> dict[str, Any]:
    low, high = round(expected * (1 - spread), 4), round(expected * (1 + spread), 4)
    return {"low": low, "expected": expected, "high": high, "source": source, "date": date}
