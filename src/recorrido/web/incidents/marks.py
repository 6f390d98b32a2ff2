"""Open incidents on the journey map: a mark at each touchpoint that has one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.watch.models import Incident

_NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
_CIRCLE = re.compile(rf'<circle class="jm-body" cx="({_NUMBER})" cy="({_NUMBER})" r="({_NUMBER})"')
_BAR = re.compile(rf'<rect class="jm-hit" x="({_NUMBER})" y="({_NUMBER})"')
RADIUS = 9


def marked(svg: str, incidents: Mapping[str, Incident]) -> str:
    """The picture with a mark, linked to the incident, at each node that ``incidents`` names by touchpoint."""
    marks = [_mark(svg, step, incident) for step, incident in incidents.items()]
    body, end, rest = svg.rpartition("</svg>")
    return f"{body}{''.join(marks)}{end}{rest}" if end else svg


def _mark(svg: str, step: str, incident: Incident) -> str:
    place = _place(svg, step)
    if place is None:
        return ""
    x, y = place
    words = _("Incident open: %(name)s") % {"name": incident.label(get_language() or "es")}
    address = reverse("incidents:incident", args=[incident.pk])
    return (
        f'<a class="incident-mark" href="{escape(address)}" aria-label="{escape(words)}"><title>{escape(words)}</title>'
        f'<circle cx="{x:g}" cy="{y:g}" r="{RADIUS}"/><text x="{x:g}" y="{y + 4.5:g}" text-anchor="middle">!</text></a>'
    )


def _place(svg: str, step: str) -> tuple[float, float] | None:
    """The upper right of a node: beside its circle, or at the top of a gate's bar. None where it is not drawn."""
    begin = svg.find(f' data-step="{escape(step)}"', svg.find('class="jm-node '))
    if begin < 0:
        return None
    part = svg[
        begin : svg.find('class="jm-node ', begin) if svg.find('class="jm-node ', begin) > 0 else len(svg)
    ]
    if found := _CIRCLE.search(part):
        x, y, radius = map(float, found.groups())
        return x + 0.75 * radius + 3, y - 0.75 * radius - 3
    if found := _BAR.search(part):
        x, y = map(float, found.groups())
        return x + 20, y
    return None
