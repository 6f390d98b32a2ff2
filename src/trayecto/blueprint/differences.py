"""What one blueprint says otherwise than another: touchpoints, departments, paths and rules, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from trayecto.blueprint.design import Blueprint, JourneyType
from trayecto.conformance.automaton import compiled
from trayecto.conformance.blocks import Block, path_of, steps_of, written
from trayecto.conformance.rules import Forbids, Needs, Rule, other_of
from trayecto.errors import BadValue

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
TOUCHPOINT, DEPARTMENT, JOURNEYS, DESIGN = "touchpoint", "department", "journeys", "blueprint"
_PLACES = (
    "number",
    "position",
    "slug",
    "key",
    "name",
)  # follow from where it stands, and from what it is called


@dataclass(frozen=True, slots=True)
class Change:
    """``what``: touchpoint, department, journeys or blueprint; ``field`` "" where the whole was added or removed.
    ``same``: a path that is written otherwise and allows the same."""

    what: str
    name: str
    kind: str
    field: str = ""
    before: str = ""
    after: str = ""
    same: bool = False


def differences(before: Blueprint, after: Blueprint) -> list[Change]:
    """Everything that ``after`` says otherwise: the blueprint itself, then departments, touchpoints, journeys."""
    own = (
        "title",
        "time_zone",
        "country",
        "currency",
        "target",
        "default_journey",
        "columns",
        "stages",
        "demand",
    )
    changes = [*_fields(DESIGN, before.name, _picked(before, own), _picked(after, own))]
    changes += _members(DEPARTMENT, before.departments, after.departments)
    changes += _members(TOUCHPOINT, before.by_key, after.by_key)
    changes += _order(before, after)
    for slug in dict.fromkeys([*before.journeys, *after.journeys]):
        changes += _journeys(slug, before.journeys.get(slug), after.journeys.get(slug))
    return changes


def _picked(one: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _members(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield Change(what, name, REMOVED)
        elif name not in before:
            yield Change(what, name, ADDED)
        else:
            yield from _fields(what, name, _plain(before[name]), _plain(after[name]))


def _plain(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one) if field.name not in _PLACES}


def _fields(what: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for field, old in before.items():
        if old != after[field]:
            yield Change(what, name, CHANGED, field, said(old), said(after[field]))


def _order(before: Blueprint, after: Blueprint) -> list[Change]:
    both = before.by_key.keys() & after.by_key.keys()
    orders = [[one.key for one in design.touchpoints if one.key in both] for design in (before, after)]
    if orders[0] == orders[1]:
        return []
    was, now = (", ".join(order) for order in orders)
    return [Change(DESIGN, before.name, CHANGED, "order", was, now)]


# --- journeys -----------------------------------------------------------------------------------------------------


def _journeys(slug: str, before: JourneyType | None, after: JourneyType | None) -> Iterator[Change]:
    if before is None or after is None:
        yield Change(JOURNEYS, slug, ADDED if before is None else REMOVED)
        return
    own = (
        "label",
        "key",
        "goal",
        "boundaries",
        "value",
        "satisfaction",
        "weight",
        "usual",
        "without",
        "costs",
    )
    yield from _fields(JOURNEYS, slug, _picked(before, own), _picked(after, own))
    named = [{one.name: one for one in kind.attributes} for kind in (before, after)]
    yield from _parts(slug, "attributes", named[0], named[1])
    yield from _paths(slug, before, after)
    rules = [{rule_said(rule): rule for rule in kind.rules} for kind in (before, after)]
    yield from (
        Change(JOURNEYS, slug, REMOVED, "rules", before=rule) for rule in rules[0] if rule not in rules[1]
    )
    yield from (
        Change(JOURNEYS, slug, ADDED, "rules", after=rule) for rule in rules[1] if rule not in rules[0]
    )


def _parts(slug: str, field: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for change in _members(JOURNEYS, before, after):
        inner = f"{field}.{change.name}" + (f".{change.field}" if change.field else "")
        yield Change(JOURNEYS, slug, change.kind, inner, change.before, change.after)


def _paths(slug: str, before: JourneyType, after: JourneyType) -> Iterator[Change]:
    old, new = ({"path": kind.path} | _exceptions(kind) for kind in (before, after))
    for field in dict.fromkeys([*old, *new]):
        was, now = old.get(field), new.get(field)
        if was != now:
            kind = ADDED if was is None else REMOVED if now is None else CHANGED
            same = was is not None and now is not None and allow_the_same(was, now)
            yield Change(JOURNEYS, slug, kind, field, path_said(was), path_said(now), same)
    for name in before.exceptions.keys() & after.exceptions.keys():
        labels = before.exceptions[name].label, after.exceptions[name].label
        if labels[0] != labels[1]:
            was_said, now_said = map(said, labels)
            yield Change(JOURNEYS, slug, CHANGED, f"exceptions.{name}.label", was_said, now_said)


def _exceptions(kind: JourneyType) -> dict[str, Block | None]:
    return {f"exceptions.{name}": one.path for name, one in kind.exceptions.items()}


def allow_the_same(one: Block, other: Block) -> bool:
    """Whether two paths allow the same sequences of touchpoints: their least automata are equal."""
    try:
        return _least(one) == _least(other)
    except BadValue:  # too large to say
        return False


def _least(block: Block) -> tuple[object, ...]:
    path = path_of(block, {step: step for step in steps_of(block)})
    found = compiled(path)
    arrays = (found.sources, found.labels, found.targets, found.accepting)
    return (found.steps, *(array.tobytes() for array in arrays))


# --- in words -----------------------------------------------------------------------------------------------------


def rule_said(rule: Rule) -> str:
    """A rule as the file writes it: ``refund.paid needs return.inspected``."""
    if isinstance(rule, Needs):
        return f"{rule.step} needs {rule.earlier}"
    if isinstance(rule, Forbids):
        if rule.blamed == rule.after:
            return f"{rule.after} never_before {rule.step}"
        return f"{rule.step} never_after {rule.after}"
    return f"{rule.step} within {rule.limit} since {other_of(rule)}"


def path_said(block: Block | None) -> str:
    """A path on one line, as the file could write it."""
    return "" if block is None else _flow(written(block))


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(one)}" for key, one in value.items()) + "}"
    return str(value)


def said(value: Any) -> str:
    """A value of a blueprint in a few words; "" for none."""
    if value is None or (isinstance(value, tuple | Mapping) and not value):
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {said(one)}" for key, one in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(said(one) for one in value)
    if is_dataclass(value):
        told = ((field.name, said(getattr(value, field.name))) for field in fields(value))
        return ", ".join(f"{name}: {text}" for name, text in told if text)
    return _word(value)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
