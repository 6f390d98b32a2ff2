"""A first design from the events that are there: touchpoints, their order, owners, a goal. A person edits all of it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from recorrido.journeys.drafting.text import Design, label_in, section, words_of
from recorrido.journeys.drafting.vocabulary import DEPARTMENTS, SERVICE, Meaning, meaning_of
from recorrido.shared.plain import plain_words, slug
from trayecto.blueprint.journey_types import RESERVED

KEY_LABELS: Mapping[str, dict[str, str]] = {
    "order": {"es": "Pedido", "en": "Order"},
    "return": {"es": "Devolución", "en": "Return"},
    "case": {"es": "Caso", "en": "Case"},
    "shipment": {"es": "Despacho", "en": "Shipment"},
    "invoice": {"es": "Factura", "en": "Invoice"},
    "conversation": {"es": "Conversación", "en": "Conversation"},
    "person": {"es": "Cliente", "en": "Customer"},
}
_HOME = {"return": "return", "case": "service", "conversation": "service"}
"""Stages that are the regular ones of journeys of such a key, exceptional elsewhere."""


@dataclass(frozen=True)
class FoundEvent:
    """A kind of event of the ledger, as its file calls it. ``promised``: it carries the property ``promised_at``."""

    type: str
    label: str
    date_only: bool = False
    promised: bool = False

    @property
    def meaning(self) -> Meaning | None:
        return meaning_of(self.type.replace(".", " ")) if _is_plain(self) else meaning_of(self.label)


def _is_plain(event: FoundEvent) -> bool:
    """Whether the type is one of the vocabulary's own words, which then goes before the label."""
    from recorrido.journeys.drafting.vocabulary import MEANINGS

    return any(meaning.type == event.type for meaning in MEANINGS)


@dataclass(frozen=True)
class Proposal:
    """What a draft is made from: events in the order in which they happen, whose journeys, what these carry."""

    name: str
    key: str
    events: Sequence[FoundEvent]
    country: str = ""
    time_zone: str = ""
    currency: str = ""
    attributes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    value: str = ""


def new_design(proposal: Proposal) -> Design:
    """A whole blueprint of the proposal alone."""
    design: Design = {
        "blueprint": slug(proposal.name) or "draft",
        "title": proposal.name,
        "country": proposal.country or None,
        "time_zone": proposal.time_zone or "UTC",
        "currency": proposal.currency or None,
        "target": 0.8,
    }
    design = {name: value for name, value in design.items() if value is not None}
    design |= {"departments": {}, "touchpoints": {}, "journeys": {}}
    return add_to(design, proposal)[0]


def add_to(design: Design, proposal: Proposal) -> tuple[Design, str]:
    """The design with the proposal's touchpoints and journey type added; what is there stays as it is.

    Also returns the slug of the journey type that holds the proposal's journeys.
    """
    design = deepcopy(design)
    keys = [_add_touchpoint(design, proposal, event) for event in proposal.events]
    if not design["departments"]:
        design["departments"] = {SERVICE: {"label": dict(DEPARTMENTS[SERVICE])}}
    return design, _add_journeys(design, proposal, keys)


def _add_touchpoint(design: Design, proposal: Proposal, event: FoundEvent) -> str:
    """The key of the touchpoint that takes the event, an old one or a new one."""
    touchpoints = section(design, "touchpoints")
    for key, old in touchpoints.items():
        if (
            isinstance(old, dict)
            and old.get("event") == event.type
            and not ({"channels", "when"} & old.keys())
        ):
            return str(key)
    key = _free(_key(event.type), touchpoints)
    touchpoints[key] = _touchpoint(design, proposal, event)
    return key


def _key(type_: str) -> str:
    """The event's own name where it may stand in a blueprint, else its words."""
    return type_ if re.fullmatch(r"[a-z][a-z0-9_.-]*", type_) else slug(type_) or "event"


def _free(name: str, taken: Mapping[str, Any]) -> str:
    number, free = 1, name
    while free in taken:
        number += 1
        free = f"{name}_{number}"
    return free


def _touchpoint(design: Design, proposal: Proposal, event: FoundEvent) -> Design:
    meaning = event.meaning
    stage = meaning.stage if meaning else _HOME.get(proposal.key, "checkout")
    found: Design = {
        "label": {"es": event.label, "en": meaning.en if meaning else event.label},
        "event": event.type,
        "stage": stage,
        "owner": _owner(design, meaning.owner if meaning else SERVICE),
        "importance": meaning.importance if meaning else 3,
    }
    if meaning and meaning.nature != "transaction":
        found["nature"] = meaning.nature
    if event.date_only:
        found["time"] = "date"
    if _is_exceptional(proposal, meaning):
        found["exceptional"] = True
    if event.promised:
        found["promise"] = {"property": "promised_at"}
    return found


def _is_exceptional(proposal: Proposal, meaning: Meaning | None) -> bool:
    if meaning is None or meaning.stage == _HOME.get(proposal.key):
        return False
    return meaning.exceptional or meaning.stage == "return"


def _owner(design: Design, department: str) -> str:
    """The department of this name or label, made where there is none."""
    departments = section(design, "departments")
    names = {plain_words(text) for text in DEPARTMENTS[department].values()}
    for key, old in departments.items():
        labels = {plain_words(label_in((old or {}).get("label"), language, key)) for language in ("es", "en")}
        if key == department or labels & names:
            return str(key)
    departments[department] = {"label": dict(DEPARTMENTS[department])}
    return department


def _add_journeys(design: Design, proposal: Proposal, keys: Sequence[str]) -> str:
    journeys = section(design, "journeys")
    for name, old in journeys.items():
        if isinstance(old, dict) and old.get("key") == proposal.key:
            if not set(words_of(old.get("goal"))) & set(keys):
                old["goal"] = [*words_of(old.get("goal")), *_goal(proposal, keys)]
            return str(name)
    name = _free(slug(proposal.key) or "journey", journeys)
    journeys[name] = _journey_type(proposal, keys)
    return name


def _journey_type(proposal: Proposal, keys: Sequence[str]) -> Design:
    found: Design = {
        "label": dict(KEY_LABELS.get(proposal.key, {"es": proposal.key, "en": proposal.key})),
        "key": proposal.key,
        "goal": _goal(proposal, keys),
    }
    attributes = {_attribute_name(name): dict(facts) for name, facts in proposal.attributes.items()}
    if attributes:
        found["attributes"] = attributes
    if proposal.value:
        found["value"] = _attribute_name(proposal.value)
    return found


def _attribute_name(name: str) -> str:
    return f"{name}_value" if name in RESERVED else name


def _goal(proposal: Proposal, keys: Sequence[str]) -> list[str]:
    """The last good step: what such journeys are for, else the last one that is no exception."""
    home = _HOME.get(proposal.key)
    ranked = []
    for number, (event, key) in enumerate(zip(proposal.events, keys, strict=True)):
        meaning = event.meaning
        if not _is_exceptional(proposal, meaning):
            at_home = home is not None and meaning is not None and meaning.stage == home
            ranked.append((at_home, meaning.good if meaning else 0, number, key))
    return [max(ranked)[3]] if ranked else list(keys[-1:])
