"""A figure and the interval it lies in, in one way on all pages: "1.729, 1.624 a 1.816"; "$7,4 millones, $5,9–9,1 millones"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from recorrido.web.money import money_range, money_said
from recorrido.web.shown import Interval
from recorrido.web.templatetags.journeys import share

register = template.Library()
FEW = 3  # from which a decimal of a count says nothing
SHARES = "%"  # stands for a currency where the figure is a share


@register.filter
def said(value: float | None, unit: str = "") -> str:
    """A count, or with ``unit`` a sum of a currency or ("%") a share. Counts below three keep a decimal."""
    if value is None:
        return "–"
    if unit == SHARES:
        return share(value)
    return money_said(value, unit) if unit else _count(value)


@register.filter
def between(told: Any, unit: str = "") -> str:
    """From where to where it lies, 9 times in 10. ``told`` has ``low`` and ``high``, as fields or by name."""
    if told is None:
        return ""
    ends = _ends(told)
    if unit and unit != SHARES:
        return money_range(ends.low, ends.high, unit)
    low, high = said(ends.low, unit), said(ends.high, unit)
    return low if low == high else _("%(low)s to %(high)s") % {"low": low, "high": high}


@register.simple_tag
def interval(told: Any, unit: str = "") -> SafeString:
    """The figure, and below it, small, from where to where it lies."""
    if told is None:
        return mark_safe("–")
    figure, ends_said = said(_ends(told).expected, unit), between(told, unit)
    if figure == ends_said:
        return format_html("<strong>{}</strong>", figure)
    return format_html('<strong>{}</strong><br><span class="small">{}</span>', figure, ends_said)


def _ends(told: Any) -> Any:
    return Interval.of(told) if isinstance(told, Mapping) else told


def _count(value: float) -> str:
    places = 1 if abs(value) < FEW and round(value, 1) != round(value) else 0
    return number_format(round(value, places), decimal_pos=places, force_grouping=True).replace("-", "−")
