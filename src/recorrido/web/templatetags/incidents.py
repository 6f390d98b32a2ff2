"""Incidents in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.watch.actions.telling import sentence
from recorrido.journeys.watch.models import Incident

register = template.Library()


@register.filter
def incident_name(named: Any) -> str:
    """The touchpoint's name in the reader's language; a source's name as it is."""
    english = (get_language() or "es").startswith("en")
    return str(named.label_en if english else named.label_es)


@register.filter
def incident_kind(what: Any) -> str:
    return {"surge": _("too many"), "drop": _("too few"), "silence": _("silent source")}.get(
        str(what.kind), ""
    )


@register.filter
def incident_sentence(incident: Incident) -> str:
    return sentence(incident)


@register.filter
def item(mapping: Mapping[str, str], key: str) -> str:
    return mapping.get(key, key)
