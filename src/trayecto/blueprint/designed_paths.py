"""The designed path of a journey type, its exceptional variants, its rules of order and time, its costs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from trayecto.blueprint.design import Exceptional, JourneyType
from trayecto.blueprint.fields import Fields, suggestion
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.source import Document, Path
from trayecto.blueprint.touchpoints import duration
from trayecto.conformance.automaton import compiled
from trayecto.conformance.blocks import (
    ANY_ORDER,
    CHOICE,
    MOST_IN_ANY_ORDER,
    OPTIONAL,
    REPEAT,
    SEQUENCE,
    Block,
    Part,
    path_of,
    steps_of,
)
from trayecto.conformance.costs import Costs
from trayecto.conformance.paths import DONE
from trayecto.conformance.paths import Path as Allowed
from trayecto.conformance.rules import Forbids, Needs, Rule, Within
from trayecto.errors import BadValue

KINDS = (SEQUENCE, CHOICE, OPTIONAL, REPEAT, ANY_ORDER)
EMPTY = Block(SEQUENCE, ())


@dataclass(frozen=True)
class Touchpoints:
    """``measured`` ones are steps, ``drawn`` have no events, ``left_out`` are no steps of these journeys."""

    measured: Collection[str]
    drawn: Collection[str]
    left_out: Collection[str]

    @property
    def steps(self) -> list[str]:
        return [key for key in self.measured if key not in self.left_out]

    @property
    def known(self) -> list[str]:
        return [*self.steps, *self.drawn]


def read_path(fields: Fields, touchpoints: Touchpoints) -> Block | None:
    """``path:`` of a journey type; None when it has none."""
    value = fields.raw("path")
    return None if value is None else _whole(fields.document, (*fields.path, "path"), value, touchpoints)


def read_exceptions(fields: Fields, touchpoints: Touchpoints) -> dict[str, Exceptional]:
    """``exceptions:`` name → path, or name → ``{label: …, path: …}``."""
    section, found = fields.section("exceptions"), {}
    for name, value in section.value.items():
        place = (*section.path, name)
        if isinstance(value, dict) and "path" in value:
            part = Fields(fields.document, place, value)
            label, block = part.label("label", name), read_path(part, touchpoints)
            part.close()
        else:
            empty = Fields(fields.document, place, {})
            label, block = empty.label("label", name), _whole(fields.document, place, value, touchpoints)
        found[name] = Exceptional(name, label, block or EMPTY)
    return found


def _whole(document: Document, place: Path, value: Any, touchpoints: Touchpoints) -> Block:
    problems = len(document.problems)
    part = _Reader(document, touchpoints.known).part(place, value)
    block = part if isinstance(part, Block) else Block(SEQUENCE, (part,))
    if len(document.problems) == problems:
        _check_size(document, place, path_of(block, {key: key for key in touchpoints.steps}))
    return block


def _check_size(document: Document, place: Path, path: Allowed) -> None:
    if path == DONE:
        document.note(place, _("name at least one touchpoint with events"))
        return
    try:
        compiled(path)
    except BadValue:
        document.note(place, _("this allows too many ways; let less come in any order or repeat by number"))


@dataclass(frozen=True)
class _Reader:
    document: Document
    known: Collection[str]

    def part(self, place: Path, value: Any) -> Part:
        if isinstance(value, list):
            return Block(SEQUENCE, self._parts(place, value))
        if isinstance(value, dict):
            return self._block(place, value)
        if value is None or isinstance(value, bool):
            self.document.note(place, _("here a touchpoint is expected"))
        elif str(value) not in self.known:
            message = _("“%(word)s” is no touchpoint of these journeys%(mend)s")
            mend = suggestion(str(value), self.known)
            self.document.note(place, message % {"word": value, "mend": mend})
        return str(value)

    def _parts(self, place: Path, values: list[Any]) -> tuple[Part, ...]:
        return tuple(self.part((*place, str(number)), value) for number, value in enumerate(values, 1))

    def _block(self, place: Path, value: Mapping[str, Any]) -> Part:
        fields = Fields(self.document, place, dict(value))
        kinds = [kind for kind in KINDS if kind in value]
        if len(kinds) != 1:
            fields.note("", _("a part of a path has exactly one of: %(kinds)s") % {"kinds": ", ".join(KINDS)})
            return EMPTY
        (kind,) = kinds
        least, most = self._bounds(fields) if kind == REPEAT else (0, None)
        inner = self._inner((*place, kind), kind, fields.raw(kind))
        fields.close()
        return Block(kind, inner, least, most)

    def _inner(self, place: Path, kind: str, value: Any) -> tuple[Part, ...]:
        if kind in (OPTIONAL, REPEAT):
            return (self.part(place, value),)
        if not isinstance(value, list) or not value:
            self.document.note(place, _("here a list of touchpoints is expected, such as [packed, invoiced]"))
            return ()
        if kind == ANY_ORDER and len(value) > MOST_IN_ANY_ORDER:
            message = _("at most %(most)s parts may come in any order, here are %(count)s")
            self.document.note(place, message % {"most": MOST_IN_ANY_ORDER, "count": len(value)})
            value = value[:MOST_IN_ANY_ORDER]
        return self._parts(place, value)

    def _bounds(self, fields: Fields) -> tuple[int, int | None]:
        least, most = (_whole_number(fields, key) for key in ("least", "most"))
        if most is not None and most < max(least or 0, 1):
            fields.note("most", _("“most” is at least 1, and not less than “least”"))
            most = None
        return least or 0, most


def _whole_number(fields: Fields, key: str) -> int | None:
    number = fields.number(key)
    if number is not None and number != int(number):
        fields.note(key, _("write a whole number"))
    return None if number is None else int(number)


def steps_in(journey_type: JourneyType) -> set[str]:
    """The touchpoints that stand in its path or in one of its exceptions."""
    blocks = [one.path for one in journey_type.exceptions.values()]
    blocks += [journey_type.path] if journey_type.path else []
    return {step for block in blocks for step in steps_of(block)}


# --- rules --------------------------------------------------------------------------------------------------------


def read_rules(fields: Fields, touchpoints: Touchpoints) -> tuple[Rule, ...]:
    """``rules:`` a list of ``{step, needs}``, ``{step, never_after}``, ``{step, never_before}``, ``{step, within, since}``."""
    value = fields.raw("rules")
    if value is None:
        return ()
    if not isinstance(value, list):
        fields.note("rules", _("here a list is expected, such as: - {step: refund, needs: inspection}"))
        return ()
    places = ((*fields.path, "rules", str(number)) for number in range(1, len(value) + 1))
    read = (
        _rule(Fields(fields.document, place, one), touchpoints.steps)
        for place, one in zip(places, value, strict=True)
    )
    return tuple(rule for rule in read if rule is not None)


def _rule(fields: Fields, steps: Collection[str]) -> Rule | None:
    step = fields.choice("step", steps)
    kinds = [kind for kind in _RULES if kind in fields]
    if len(kinds) != 1:
        message = _("a rule has exactly one of: %(kinds)s")
        fields.note("", message % {"kinds": ", ".join(_RULES)})
        return None
    rule = _RULES[kinds[0]](fields, step, steps)
    fields.close()
    return rule


def _ordered(
    word: str, make: Callable[[str, str], Rule], fields: Fields, step: str, steps: Collection[str]
) -> Rule:
    other = fields.choice(word, steps)
    if other == step:
        fields.note(word, _("a rule speaks of two different touchpoints"))
    return make(step, other)


def _timed(fields: Fields, step: str, steps: Collection[str]) -> Rule:
    return Within(step, fields.choice("since", steps), duration(fields, "within") or "1d")


_RULES: dict[str, Callable[[Fields, str, Collection[str]], Rule]] = {
    "needs": partial(_ordered, "needs", Needs),
    "never_after": partial(_ordered, "never_after", Forbids),
    "never_before": partial(_ordered, "never_before", lambda step, other: Forbids(other, step, blamed=step)),
    "within": _timed,
}


# --- costs --------------------------------------------------------------------------------------------------------


def read_costs(fields: Fields, touchpoints: Touchpoints) -> Costs:
    """``costs:`` touchpoint → what inserting or skipping it costs, or ``{inserted: …, skipped: …}``."""
    section = fields.section("costs")
    inserted: dict[str, float] = {}
    skipped: dict[str, float] = {}
    for step, value in section.value.items():
        section.check_word(step, step, touchpoints.steps)
        both = value if isinstance(value, dict) else {"inserted": value, "skipped": value}
        part = Fields(fields.document, (*section.path, step), both)
        for costs, word in ((inserted, "inserted"), (skipped, "skipped")):
            cost = part.number(word)
            if cost:
                costs[step] = cost
        if 0 in both.values():
            part.note("", _("a cost is more than 0"))
        part.close()
    return Costs(inserted, skipped)
