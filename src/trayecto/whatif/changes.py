"""The changes that can be asked about, and how they are written in YAML or JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from trayecto.errors import BadValue, did_you_mean


@dataclass(frozen=True)
class RemoveGate:
    """Nobody is stopped at ``step`` any more."""

    step: str


@dataclass(frozen=True)
class Fix:
    """From ``since`` on, what follows ``step`` goes as it went before that day."""

    step: str
    since: datetime.date


@dataclass(frozen=True)
class FailureRate:
    """The promise of ``step`` is broken as often as ``to`` says (a share), or None: as often as for comparable journeys that
    do not meet ``where`` (attribute → value)."""

    step: str
    where: Mapping[str, str] = field(default_factory=dict)
    to: float | None = None


Change = RemoveGate | Fix | FailureRate
WORDS: dict[str, tuple[str, ...]] = {
    "remove_gate": ("step",),
    "fix": ("step", "since"),
    "failure_rate": ("step", "where", "to"),
}


def read_changes(text: str) -> list[Change]:
    """A list of changes, or one, or a mapping ``changes: […]``; raises BadValue with what is wrong and how to mend it."""
    try:
        told = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadValue(f"The changes are not YAML: {error}") from error
    if isinstance(told, dict) and set(told) == {"changes"}:
        told = told["changes"]
    listed = told if isinstance(told, list) else [told]
    if not listed:
        raise BadValue(
            "No change is asked for; write e.g. '- {change: remove_gate, step: identity.requested}'."
        )
    return [_change(one, place) for place, one in enumerate(listed, 1)]


def _change(told: Any, place: int) -> Change:
    if not isinstance(told, dict) or told.get("change") not in WORDS:
        kind = told.get("change") if isinstance(told, dict) else told
        raise BadValue(
            f"Change {place}: '{kind}' is no kind of change; 'change' is one of {', '.join(WORDS)}."
            f"{did_you_mean(str(kind), WORDS)}"
        )
    kind = told["change"]
    for word in told:
        if word != "change" and word not in WORDS[kind]:
            raise BadValue(f"Change {place}: {kind} knows no '{word}'; it has {', '.join(WORDS[kind])}.")
    step = told.get("step")
    if not isinstance(step, str):
        raise BadValue(f"Change {place}: {kind} needs 'step', the name of a step.")
    if kind == "remove_gate":
        return RemoveGate(step)
    if kind == "fix":
        return Fix(step, _date(told.get("since"), place))
    return FailureRate(step, _where(told.get("where", {}), place), _share(told.get("to"), place))


def _date(told: Any, place: int) -> datetime.date:
    try:
        return told if isinstance(told, datetime.date) else datetime.date.fromisoformat(str(told))
    except ValueError:
        raise BadValue(f"Change {place}: 'since' is a date such as 2026-09-14, not '{told}'.") from None


def _where(told: Any, place: int) -> dict[str, str]:
    if not isinstance(told, dict):
        raise BadValue(f"Change {place}: 'where' is attributes with values, e.g. {{carrier: Correos}}.")
    return {str(name): str(value) for name, value in told.items()}


def _share(told: Any, place: int) -> float | None:
    if told is None or told == "others":
        return None
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told <= 1:
        raise BadValue(f"Change {place}: 'to' is a share from 0 to 1, or 'others', not '{told}'.")
    return float(told)
