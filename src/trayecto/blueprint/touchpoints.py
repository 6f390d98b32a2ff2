"""The touchpoints of a blueprint file."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from trayecto.blueprint.design import Column, Condition, Gate, Promise, Touchpoint, Watch
from trayecto.blueprint.fields import Fields
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.words import (
    CHANNELS,
    DIRECTIONS,
    GATE_ORIGINS,
    NATURES,
    PHASES,
    STAGE_PHASE,
    STAGES,
    WATCHES,
)

KEY = re.compile(r"[a-z][a-z0-9_.-]*")
DURATION = re.compile(r"\d+(\.\d+)?\s*[smhdw]")
MIDDLE_IMPORTANCE = 0.6


def read_touchpoints(
    root: Fields, departments: Collection[str], columns: tuple[Column, ...]
) -> list[Touchpoint]:
    """Touchpoints in file order; their positions number them through the columns unless written."""
    column_of = {stage: number for number, column in enumerate(columns) for stage in column.stages}
    found: list[Touchpoint] = []
    for key, fields in root.sections("touchpoints"):
        found.append(_touchpoint(key, fields, departments, column_of, len(found)))
        fields.close()
    if not found:
        root.note("touchpoints", _("name at least one touchpoint"))
    return found


def _touchpoint(
    key: str, fields: Fields, departments: Collection[str], column_of: dict[str, int], number: int
) -> Touchpoint:
    if not KEY.fullmatch(key):
        fields.note("", _("a touchpoint's name has small letters, digits, dots, dashes and underscores only"))
    stage = fields.choice("stage", STAGES)
    nature = fields.choice("nature", NATURES, "transaction")
    position = fields.number("position")
    return Touchpoint(
        key=key,
        label=fields.label("label", key),
        phase=_phase(fields, stage),
        stage=stage,
        owner=fields.choice("owner", departments),
        nature=nature,
        direction=_direction(fields, nature),
        planned=fields.flag("planned", nature != "support"),
        importance=_importance(fields),
        position=int(position) if position is not None else column_of.get(stage, 0) * 1000 + number,
        number=number,
        **_what_it_is(fields, departments),
    )


def _what_it_is(fields: Fields, departments: Collection[str]) -> dict[str, Any]:
    return {
        "event": fields.text("event"),
        "channels": fields.words("channels", CHANNELS),
        "when": _conditions(fields),
        "gate": _gate(fields),
        "promise": _promise(fields, departments),
        "lost_after": duration(fields, "lost_after"),
        "cost": fields.number("cost"),
        "exceptional": fields.flag("exceptional", False),
        "date_only": fields.choice("time", ("moment", "date"), "moment") == "date",
        "watch": _watch(fields),
    }


def _phase(fields: Fields, stage: str) -> str:
    phase = STAGE_PHASE.get(stage, "postsale")
    written = fields.choice("phase", PHASES, phase)
    if written != phase and written in PHASES:
        message = _("the stage “%(stage)s” belongs to the phase “%(phase)s”")
        fields.note("phase", message % {"stage": stage, "phase": phase})
    return phase


def _direction(fields: Fields, nature: str) -> str | None:
    if "direction" not in fields:
        fields.raw("direction")
        return None if nature == "internal" else "inbound"
    return fields.choice("direction", DIRECTIONS)


def _importance(fields: Fields) -> float:
    """Whole numbers are a scale from 1 to 5, decimals a share from 0.0 to 1.0."""
    value = fields.raw("importance")
    if value is None:
        return MIDDLE_IMPORTANCE
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 5:
        return value / 5
    if isinstance(value, float) and 0 <= value <= 1:
        return value
    fields.note("importance", _("write a whole number from 1 to 5, or a decimal from 0.0 to 1.0"))
    return MIDDLE_IMPORTANCE


def duration(fields: Fields, key: str) -> str | None:
    """A calendar duration as text (``7d``, ``36h``, ``90m``), or None."""
    text = fields.text(key)
    if text is not None and not DURATION.fullmatch(text):
        fields.note(key, _("write a duration such as 7d, 36h or 90m"))
        return None
    return text


def _gate(fields: Fields) -> Gate | None:
    if "gate" not in fields:
        fields.raw("gate")
        return None
    if fields.value["gate"] is False:
        fields.raw("gate")
        return None
    gate = fields.section("gate")
    found = Gate(
        gate.flag("mandatory", False),
        gate.choice("origin", GATE_ORIGINS),
        gate.text("rejected"),
        gate.number("avoids"),
    )
    gate.close()
    return found


def _watch(fields: Fields) -> Watch | None:
    """``watch: surge``, or with more to say: ``watch: {kind: surge, of: checkout.started, at_least: 10}``."""
    if "watch" not in fields:
        fields.raw("watch")
        return None
    if not isinstance(fields.value["watch"], dict):
        # YAML reads a bare ``off`` as no.
        written = "off" if fields.raw("watch") is False else fields.text("watch")
        fields.check_word("watch", written or "", WATCHES)
        return Watch(written or "off")
    part = fields.section("watch")
    least = part.number("at_least", minimum=1)
    found = Watch(part.choice("kind", WATCHES), part.text("of"), None if least is None else int(least))
    part.close()
    return found


def _promise(fields: Fields, departments: Collection[str]) -> Promise | None:
    if "promise" not in fields:
        fields.raw("promise")
        return None
    part = fields.section("promise")
    promise = Promise(
        within=duration(part, "within"),
        working_days=part.number("working_days"),
        working_hours=part.number("working_hours"),
        property=part.text("property"),
        since=part.text("since"),
        calendar=_calendar(part, fields, departments),
    )
    _check_promise(part)
    part.close()
    return promise


def _calendar(part: Fields, fields: Fields, departments: Collection[str]) -> str | None:
    """Whose working days count: the owner's, unless another department is written."""
    if "calendar" in part:
        return part.choice("calendar", departments)
    part.raw("calendar")
    return fields.text("owner")


def _check_promise(part: Fields) -> None:
    ways = [way for way in ("within", "working_days", "working_hours", "property") if way in part]
    if len(ways) != 1:
        part.note("", _("a promise has exactly one of: within, working_days, working_hours, property"))


def _conditions(fields: Fields) -> tuple[Condition, ...]:
    when = fields.section("when")
    conditions = tuple(_condition(when, name) for name in when.value)
    when.close()
    return conditions


def _condition(when: Fields, name: str) -> Condition:
    if not isinstance(when.value[name], dict):
        return Condition(name, tuple(_word(value) for value in _listed(when, name)))
    span = when.section(name)
    condition = Condition(name, (), _bound(span, "min"), _bound(span, "max"))
    if condition.minimum is None and condition.maximum is None:
        span.note("", _("write min, max or both"))
    span.close()
    return condition


def _bound(span: Fields, key: str) -> float | None:
    return span.number(key, minimum=float("-inf"))


def _listed(when: Fields, name: str) -> list[Any]:
    value = when.raw(name)
    return value if isinstance(value, list) else [value]


def _word(value: Any) -> str:
    """As PostgreSQL's ``->>`` writes a JSON value."""
    return str(value).lower() if isinstance(value, bool) else str(value)
