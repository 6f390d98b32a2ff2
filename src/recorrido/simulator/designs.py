"""The blueprint of a simulated company, as its own people would have written it down."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.drafting.text import Design, design_of, text_of
from recorrido.simulator.faults import Fault, LateCarrier, PickingErrors, SilentMessage, SlowRefunds
from recorrido.simulator.faults.gate import Gate
from recorrido.simulator.scenario import Scenario

OF_THE_DEMO = "identity."
BEFORE = "counter.sale"
PAID = "payment.approved"
DELIVERED, REFUNDED, PREPARED, NOTIFIED = (
    "order.delivered",
    "refund.paid",
    "order.prepared",
    "pickup.notified",
)
STEPS_OF: dict[type[Fault], tuple[str, ...]] = {
    LateCarrier: ("order.shipped", DELIVERED),
    SlowRefunds: (REFUNDED,),
    PickingErrors: (PREPARED,),
    SilentMessage: (NOTIFIED,),
}
"""The steps a fault goes wrong at: they belong to the department that the scenario names as its owner."""


def blueprint_text(scenario: Scenario) -> str:
    """The demo's blueprint with this company's name, gates, promises and costs."""
    design = design_of(find_blueprint("aromo").read_text(encoding="utf-8"))
    design |= {
        "blueprint": _slug(scenario.name),
        "title": scenario.name,
        "country": scenario.place.country,
        "time_zone": scenario.place.timezone,
        "currency": scenario.place.currency,
    }
    design["touchpoints"] = _touchpoints(scenario, design["touchpoints"])
    if scenario.companies:
        _pay_later(design["journeys"]["order"])
    for fault in (*scenario.gates, *scenario.faults):
        design["departments"].setdefault(fault.owner, {"label": fault.owner.capitalize()})
    return text_of(design)


def owners_of(scenario: Scenario) -> dict[str, str]:
    """Touchpoint → the department that owns it in this company's blueprint."""
    known = design_of(find_blueprint("aromo").read_text(encoding="utf-8"))["touchpoints"]
    return {name: str(fields["owner"]) for name, fields in _touchpoints(scenario, known).items()}


def _pay_later(order: Design) -> None:
    """Companies pay their invoice after the delivery: no payment on the way, and no order waits for one."""
    invoiced = {"optional": ["invoice.issued", {"optional": "invoice.paid"}]}
    order["path"] = [*_without(order["path"]), invoiced]
    unpaid = {name: _without(told) for name, told in order["exceptions"].items() if name != "second_payment"}
    order["exceptions"] = {
        name: told | {"path": [*told["path"], invoiced] if name == "second_delivery" else told["path"]}
        for name, told in unpaid.items()
    }
    order["rules"] = [rule for rule in order["rules"] if PAID not in rule.values()]


def _without(value: Any) -> Any:
    """A path without the payment."""
    if isinstance(value, list):
        return [_without(one) for one in value if one != PAID]
    return {key: _without(one) for key, one in value.items()} if isinstance(value, dict) else value


def _slug(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or "company"


def _touchpoints(scenario: Scenario, known: Design) -> Design:
    found: Design = {}
    for name, fields in known.items():
        if name == BEFORE:
            found |= _gates(scenario)
        if not name.startswith(OF_THE_DEMO):
            found[name] = dict(fields)
    office = {name: str(found[name]["owner"]) for name in (DELIVERED, REFUNDED, PREPARED)}
    found[DELIVERED]["promise"] = _within(scenario.fulfilment.promise_days, "order.placed")
    found[REFUNDED]["promise"] = _within(scenario.returns.promise_days, "return.received")
    for fault in reversed(scenario.faults):
        for step in STEPS_OF.get(type(fault), ()):
            found[step]["owner"] = fault.owner
    for step, hours in office.items():
        if found[step]["owner"] != hours:  # a promise is counted in the hours of whoever made it
            found[step]["promise"]["calendar"] = hours
    for fields in found.values():
        if fields.get("event") == "contact.received":
            fields["cost"] = scenario.contacts.cost
    return found | (_BUSINESS if scenario.companies else {})


def _within(days: int, since: str) -> Design:
    return {"working_days": days, "since": since}


def _gates(scenario: Scenario) -> Design:
    found: Design = {}
    for gate in (*scenario.gates, *scenario.faults):
        if isinstance(gate, Gate):
            found |= _gate(gate)
    return found


def _gate(gate: Gate) -> Design:
    asked = f"{gate.step}.requested"
    common: dict[str, Any] = {"stage": "checkout", "owner": gate.owner}
    return {
        asked: common
        | {"label": gate.name, "event": asked, "importance": 5}
        | {"gate": {"mandatory": gate.origin == "law", "origin": gate.origin}},
        f"{gate.step}.approved": common
        | {
            "label": f"{gate.name}: sí",
            "event": f"{gate.step}.approved",
            "nature": "internal",
            "importance": 4,
        },
        f"{gate.step}.rejected": common
        | {
            "label": f"{gate.name}: no",
            "event": f"{gate.step}.rejected",
            "importance": 5,
            "exceptional": True,
        },
    }


_BUSINESS: Design = {
    "visit.made": {
        "label": {"es": "Visita del vendedor", "en": "Sales visit"}, "event": "visit.made", "stage": "consideration",
        "owner": "marketing", "nature": "advice", "direction": "outbound", "importance": 2,
    },
    "invoice.issued": {
        "label": {"es": "Factura", "en": "Invoice"}, "event": "invoice.issued", "stage": "payment",
        "owner": "finance", "nature": "internal", "importance": 3,
    },
    "invoice.paid": {
        "label": {"es": "Factura pagada", "en": "Invoice paid"}, "event": "invoice.paid", "stage": "payment",
        "owner": "finance", "importance": 3,
    },
}  # fmt: skip
