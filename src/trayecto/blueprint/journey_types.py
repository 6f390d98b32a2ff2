"""The journey types of a blueprint file: whose journeys, their goal, their boundaries, what they carry."""

from __future__ import annotations

import re
from collections.abc import Collection

from trayecto.blueprint.design import Attribute, Boundaries, JourneyType, Label
from trayecto.blueprint.designed_paths import Touchpoints, read_costs, read_exceptions, read_path, read_rules
from trayecto.blueprint.fields import Fields
from trayecto.blueprint.saying import gettext as _
from trayecto.blueprint.touchpoints import duration
from trayecto.blueprint.words import ATTRIBUTE_TYPES, TAKES

NAME = re.compile(r"[a-z][a-z0-9_]*")
RESERVED = frozenset(
    ("journey", "person", "started", "ended", "events", "variant", "weight", "row", "step", "at", "steps", "times",
     "channel_of_event", "owner", "date_only", "source")
)  # fmt: skip
DEFAULT_ANCHOR = "order.placed"
DEFAULT_CLOSE = ("order.delivered", "order.picked_up", "refund.paid", "order.cancelled")


def read_journey_types(
    root: Fields, steps: Collection[str], drawn: Collection[str]
) -> dict[str, JourneyType]:
    """``steps``: the touchpoints that have events; ``drawn``: those that have none."""
    found: dict[str, JourneyType] = {}
    for slug, fields in root.sections("journeys"):
        if not NAME.fullmatch(slug):
            fields.note("", _("a journey type's name has small letters, digits and underscores only"))
        found[slug] = _journey_type(slug, fields, steps, drawn)
        fields.close()
    if not found:
        root.note("journeys", _("name at least one journey type, such as: order: {key: order, goal: …}"))
    return found


def _journey_type(slug: str, fields: Fields, steps: Collection[str], drawn: Collection[str]) -> JourneyType:
    key = fields.required("key")
    attributes = tuple(_attributes(fields, steps))
    names = tuple(attribute.name for attribute in attributes)
    goal = fields.words("goal", steps)
    if not goal:
        fields.note("goal", _("name the steps that mean the goal was reached"))
    without = _without(fields, key, steps, attributes)
    touchpoints = Touchpoints(steps, drawn, without)
    return JourneyType(
        slug=slug,
        label=fields.label("label", slug),
        key=key,
        goal=goal,
        boundaries=_boundaries(fields, key, steps),
        attributes=attributes,
        value=_attribute_name(fields, "value", names),
        satisfaction=_attribute_name(fields, "satisfaction", names),
        weight=fields.text("weight"),
        usual=fields.words("usual", steps),
        without=without,
        path=read_path(fields, touchpoints),
        exceptions=read_exceptions(fields, touchpoints),
        rules=read_rules(fields, touchpoints),
        costs=read_costs(fields, touchpoints),
    )


def _without(
    fields: Fields, key: str, steps: Collection[str], attributes: Collection[Attribute]
) -> tuple[str, ...]:
    """Steps left out. Attributes from them are looked up by object, so persons' journeys cannot have any."""
    left_out = fields.words("without", steps)
    for attribute in attributes:
        if not left_out or not attribute.of or not set(attribute.of) <= set(left_out):
            continue
        if key == "person" or attribute.take not in ("first", "last"):
            message = _(
                "“%(name)s” is taken from steps left out: possible only with first or last, in journeys of objects"
            )
            fields.note(f"attributes.{attribute.name}", message % {"name": attribute.name})
    return left_out


def _attribute_name(fields: Fields, key: str, names: Collection[str]) -> str | None:
    return fields.choice(key, names) if key in fields else fields.text(key)


def _boundaries(fields: Fields, key: str, steps: Collection[str]) -> Boundaries | None:
    if "boundaries" in fields:
        return _written_boundaries(fields, steps)
    fields.raw("boundaries")
    if key != "person":
        return None
    close = tuple(step for step in DEFAULT_CLOSE if step in steps)
    if DEFAULT_ANCHOR not in steps:
        return Boundaries(gap="30d")
    return Boundaries(gap="30d", anchor=(DEFAULT_ANCHOR,), before="30d", close=close, after="60d")


def _written_boundaries(fields: Fields, steps: Collection[str]) -> Boundaries:
    part = fields.section("boundaries")
    boundaries = Boundaries(
        starts=part.words("starts", steps),
        ends=part.words("ends", steps),
        gap=duration(part, "gap"),
        anchor=part.words("anchor", steps),
        opening=part.words("opening", steps),
        before=duration(part, "before"),
        close=part.words("close", steps),
        after=duration(part, "after"),
    )
    if boundaries.anchor and (boundaries.starts or boundaries.ends):
        part.note("", _("cut either around an anchor or by starts and ends, not both"))
    part.close()
    return boundaries


def _attributes(fields: Fields, steps: Collection[str]) -> list[Attribute]:
    found = []
    for name, part in fields.sections("attributes"):
        if not NAME.fullmatch(name) or name in RESERVED:
            part.note("", _("“%(name)s” cannot name an attribute; choose another name") % {"name": name})
        found.append(_attribute(name, part, steps))
        part.close()
    return found


def _attribute(name: str, part: Fields, steps: Collection[str]) -> Attribute:
    takes = [take for take in TAKES if take in part]
    if len(takes) != 1:
        part.note("", _("an attribute has exactly one of: %(takes)s") % {"takes": ", ".join(TAKES)})
    take = takes[0] if takes else "first"
    for other in TAKES:
        part.raw(other)
    counted = part.words("count", steps) if take == "count" else ()
    return Attribute(
        name=name,
        label=part.label("label", name),
        take=take,
        property=None if take == "count" else part.text(take),
        of=counted or part.words("of", steps),
        type=part.choice("type", ATTRIBUTE_TYPES, "number" if take in ("total", "count") else "text"),
        segment=part.flag("segment", False),
        values=_values(part),
    )


def _values(part: Fields) -> dict[str, Label]:
    """``values: {ship: {es: A domicilio, en: Home delivery}}``: how the values are called."""
    section = part.section("values")
    named = {str(value): section.label(value, str(value)) for value in list(section.value)}
    section.close()
    return named
