"""What the library says of the regular path, in the reader's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint
from recorrido.journeys.queries import Study

LOST = "lost"
YES = "yes"
FIXED = {
    "period": gettext_lazy("Month"),
    "value": gettext_lazy("Value"),
    "last step": gettext_lazy("stands at"),
    "since the last step": gettext_lazy("time since the last step"),
    "since the start": gettext_lazy("time since the order"),
}
VALUES = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "true": gettext_lazy("yes"),
    "false": gettext_lazy("no"),
}


def branch_label(study: Study, kind: str, name: str) -> str:
    """How a branch is called."""
    if kind == LOST:
        return _("Never arrived")
    variant = study.journey_type.exceptions.get(name) if kind == "variant" else None
    return variant.label.text(get_language() or "es") if variant else study.label(name)


def condition(study: Study, attribute: str, value: str) -> str:
    """ "Carrier: Ruta Sur"."""
    if attribute.startswith("before: "):
        step = study.label(attribute.removeprefix("before: "))
        return (_("with %(step)s before") if value == YES else _("without %(step)s before")) % {"step": step}
    return f"{attribute_label(study, attribute)}: {_value(value)}"


def attribute_label(study: Study, name: str) -> str:
    attribute = study.journey_type.attribute(name)
    if attribute is not None:
        return attribute.label.text(get_language() or "es")
    return str(FIXED.get(name, name))


def _value(value: str) -> str:
    return str(VALUES.get(value, value))


def reason_text(blueprint: Blueprint, journey_type: str, reason: dict[str, Any]) -> str:
    """One fact that raises a score, as a short sentence part."""
    feature, value, language = reason["feature"], reason["value"], get_language() or "es"
    if feature.startswith("promise of "):
        step = blueprint.label(feature.removeprefix("promise of "), language)
        return _("%(part)s of the time promised for %(step)s has passed") % {"part": value, "step": step}
    if feature.startswith("lately by "):
        attribute = blueprint.journeys[journey_type].attribute(feature.removeprefix("lately by "))
        label = attribute.label.text(language) if attribute else feature
        return _("%(label)s: those like it left %(times)s as often as usual lately") % {
            "label": label,
            "times": value,
        }
    if feature == "last step":
        return _("stands at %(step)s") % {"step": blueprint.label(value, language)}
    attribute = blueprint.journeys[journey_type].attribute(feature)
    label = attribute.label.text(language) if attribute else FIXED.get(feature, feature)
    return f"{label}: {_value(value)}"
