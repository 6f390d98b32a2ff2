"""What can be changed as fields of a form, and a filled form as changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from recorrido.journeys.queries import Study
from recorrido.web.conditions import attribute_said, value_said

Change = Mapping[str, Any]
USUAL_TIME = 100  # percent of the time a step takes now
FEW = 5  # percent; a smaller share moves by tenths, else what seldom fails stands at none
DAY = 86_400


@dataclass(frozen=True)
class Gate:
    step: str
    label: str
    stopped: int
    lost: int
    removed: bool


@dataclass(frozen=True)
class Step:
    """``field``: what its slider is called; ``now``, ``target``: percent that fails, which moves by ``unit``; ``time``: percent
    of the time it takes. ``days`` None: only contacts tell of it."""

    step: str
    field: str
    label: str
    judged: int
    now: float
    target: float
    unit: float
    days: float | None
    promised: float | None
    working: bool
    time: int
    told_by: str

    @property
    def most(self) -> int:
        """How far the slider goes."""
        return 10 if self.unit < 1 and max(self.now, self.target) <= 10 else 100

    @property
    def took(self) -> float:
        """Seconds; half of them within."""
        return DAY * (self.days or 0.0)

    @property
    def limit(self) -> float:
        """Seconds that are promised."""
        return DAY * (self.promised or 0.0)


@dataclass(frozen=True)
class Way:
    """``values``: (value, how it is called, share of the orders in percent)."""

    attribute: str
    label: str
    values: Sequence[tuple[str, str, float]]
    source: str
    target: str
    share: int


@dataclass(frozen=True)
class Sliders:
    gates: Sequence[Gate]
    steps: Sequence[Step]
    ways: Sequence[Way]
    others: Sequence[Change]
    """Changes that no slider shows: a fault fixed from a day on, an attribute named."""


def sliders(study: Study, choices: Mapping[str, Any], changes: Sequence[Change]) -> Sliders:
    """The fields, set to these changes."""
    left = list(changes)
    gates = [_gate(study, one, left) for one in choices["gates"]]
    steps = [_step(study, one, left) for one in choices["failures"]]
    ways = [_way(study, one, left) for one in choices["ways"]]
    return Sliders(gates, steps, ways, left)


def _taken(left: list[Change], **wanted: Any) -> Change | None:
    """The change with exactly these words and any amount, taken out of those left."""
    for change in left:
        rest = {name: value for name, value in change.items() if name not in AMOUNTS}
        if rest == wanted:
            left.remove(change)
            return change
    return None


AMOUNTS = ("to", "times", "share")


def _gate(study: Study, told: Mapping[str, Any], left: list[Change]) -> Gate:
    removed = _taken(left, change="remove_gate", step=told["step"]) is not None
    return Gate(told["step"], study.label(told["step"]), told["stopped"], told["lost"], removed)


def _step(study: Study, told: Mapping[str, Any], left: list[Change]) -> Step:
    step, now = told["step"], _failing(told)
    marks = {"told_by": "contacts"} if told["told_by"] == "contacts" else {}
    failing = _taken([one for one in left if "to" in one], change="failure_rate", step=step, **marks)
    taking = _taken([one for one in left if "times" in one], change="duration", step=step)
    for change in (failing, taking):
        if change is not None:
            left.remove(change)
    target = now if failing is None or failing["to"] == "others" else round(100 * failing["to"], 1)
    time = USUAL_TIME if taking is None else round(100 * taking["times"])
    return Step(
        step, _field(told), study.label(step), told["judged"], now, target, 0.1 if now < FEW else 1, told["days"],
        told["promised"], told["working"], time, told["told_by"],
    )  # fmt: skip


def _field(told: Mapping[str, Any]) -> str:
    """A step may fail in two ways, each with a slider of its own: late, and told by contacts."""
    return f"{'asked' if told['told_by'] == 'contacts' else 'fails'}:{told['step']}"


def _failing(told: Mapping[str, Any]) -> float:
    share = 100 * told["failed"] / max(1, told["judged"])
    return round(share, 1) if share < FEW else round(share)


def _way(study: Study, told: Mapping[str, Any], left: list[Change]) -> Way:
    name, kind = told["attribute"], study.journey_type
    values = [value for value, _ in told["orders"]]
    whole = sum(orders for _, orders in told["orders"])
    source, target, share = values[0], values[1], 0
    for change in left:
        if change["change"] == "share" and set(change["where"]) == {name} and _known(change, name, values):
            source, target = change["where"][name], change["to"][name]
            share = round(100 * change["share"])
            left.remove(change)
            break
    offered = [
        (value, value_said(study.blueprint, kind, name, value), _percent(orders, whole))
        for value, orders in told["orders"]
    ]
    return Way(name, attribute_said(kind, name), offered, source, target, share)


def _known(change: Change, name: str, values: Sequence[str]) -> bool:
    return change["where"][name] in values and change["to"][name] in values


def _percent(part: int, whole: int) -> int:
    return round(100 * part / max(1, whole))


def changes_of(choices: Mapping[str, Any], told: QueryDict) -> list[Change]:
    """What the form asks for: only what was moved from where it stands."""
    found: list[Change] = []
    for gate in choices["gates"]:
        if f"gate:{gate['step']}" in told:
            found.append({"change": "remove_gate", "step": gate["step"]})
    for step in choices["failures"]:
        found += _of_step(step, told)
    for way in choices["ways"]:
        found += _of_way(way["attribute"], told)
    return found


def _of_step(step: Mapping[str, Any], told: QueryDict) -> list[Change]:
    name: str = step["step"]
    found: list[Change] = []
    now = _failing(step)
    target = _number(told.get(_field(step)), now)
    if target != now:
        marks = {"told_by": "contacts"} if step["told_by"] == "contacts" else {}
        found.append({"change": "failure_rate", "step": name, "to": round(target / 100, 3), **marks})
    time = _number(told.get(f"takes:{name}"), USUAL_TIME)
    if time != USUAL_TIME and step["days"] is not None:
        found.append({"change": "duration", "step": name, "times": time / 100})
    return found


def _of_way(name: str, told: QueryDict) -> list[Change]:
    source, target = told.get(f"from:{name}", ""), told.get(f"to:{name}", "")
    share = _number(told.get(f"share:{name}"), 0)
    if not share or not source or not target or source == target:
        return []
    return [{"change": "share", "where": {name: source}, "to": {name: target}, "share": share / 100}]


def _number(text: str | None, usual: float) -> float:
    """Where a slider stands; else where it stood: nobody can move one to anything that is no number."""
    try:
        number = float(text or "")
    except ValueError:
        return usual
    return number if math.isfinite(number) else usual
