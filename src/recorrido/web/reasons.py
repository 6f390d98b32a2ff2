"""Why a journey may be about to leave its path, in the reader's words."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint
from recorrido.web.bands import Between, band_of, numbers, percents
from recorrido.web.conditions import attribute_said, value_said

PROMISE, LATELY, LAST_STEP = "promise of ", "lately by ", "last step"
SINCE = {
    "since the last step": gettext_lazy("time since the last step"),
    "since the start": gettext_lazy("time since the order"),
}


def reason_text(blueprint: Blueprint, journey_type: str, reason: dict[str, Any]) -> str:
    """One fact that raises a score, as a short sentence part."""
    feature, value = reason["feature"], reason["value"]
    kind = blueprint.journeys[journey_type]
    if feature.startswith(PROMISE):
        facts = {"part": _part(value, percents), "step": _step(blueprint, feature.removeprefix(PROMISE))}
        return _("%(part)s of the time promised for %(step)s has passed") % facts
    if feature.startswith(LATELY):
        facts = {"label": attribute_said(kind, feature.removeprefix(LATELY)), "times": _part(value, numbers)}
        return _("%(label)s: those like it left %(times)s times as often as usual lately") % facts
    if feature == LAST_STEP:
        return _("stands at %(step)s") % {"step": _step(blueprint, value)}
    label = SINCE.get(feature) or attribute_said(kind, feature)
    return f"{label}: {value_said(blueprint, kind, feature, value)}"


def _step(blueprint: Blueprint, key: str) -> str:
    return blueprint.label(key, get_language() or "es")


def _part(value: str, between: Between) -> str:
    band = band_of(value)
    return band.said(between) if band else value
