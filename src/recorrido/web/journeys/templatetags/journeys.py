"""Figures as links, and lengths of time in words."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.journeys.queries import Figure, Filters, channel_label, wait_against_promise

register = template.Library()
register.filter("channel_label", channel_label)
register.filter("wait_against_promise", wait_against_promise)

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.simple_tag(takes_context=True)
def figure(context: dict[str, Any], found: Figure | None, filters: Filters | None = None) -> SafeString:
    """A figure as the link to its rows; "≈ 1,234 (66 rows)" where the rows carry weights."""
    if found is None:
        return format_html("–")
    rows = number_format(found.count, decimal_pos=0, force_grouping=True)
    text = rows
    if found.weighted is not None:
        weighted = number_format(round(found.weighted), decimal_pos=0, force_grouping=True)
        text = _("≈ %(weighted)s (%(rows)s rows)") % {"weighted": weighted, "rows": rows}
    address = context["page"].behind(found, filters)
    return format_html('<a class="figure" href="{}" data-count="{}">{}</a>', address, found.count, text)


@register.simple_tag(takes_context=True)
def address(context: dict[str, Any], route: str, *args: Any, **more: Any) -> str:
    """The address of another journey page with the same study and filters."""
    return context["page"].address(route, *args, **{name: str(value) for name, value in more.items()})  # type: ignore[no-any-return]


@register.filter
def share(value: float | None) -> str:
    """0.714 → "71,4 %"."""
    if value is None:
        return "–"
    digits = 0 if value in (0, 1) else 1
    return f"{number_format(round(100 * value, digits), decimal_pos=digits)} %"


@register.filter
def amount(value: float | None) -> str:
    """A count or a sum of money, whole, with groups of thousands."""
    return "–" if value is None else number_format(round(value), decimal_pos=0, force_grouping=True)


@register.filter
def length(seconds: float | None) -> str:
    """A length of time in its two largest units that matter: "2 d 4 h", "35 min", "12 s"."""
    if seconds is None:
        return "–"
    if seconds < MINUTE:
        return _("%(n)s s") % {"n": number_format(round(seconds), decimal_pos=0)}
    if seconds < HOUR:
        return _("%(n)s min") % {"n": round(seconds / MINUTE)}
    if seconds < DAY:
        return _two(_("%(n)s h"), _("%(n)s min"), round(seconds / MINUTE), 60)
    return _two(_("%(n)s d"), _("%(n)s h"), round(seconds / HOUR), 24)


def _two(large: str, small: str, units: int, per_large: int) -> str:
    whole, rest = divmod(units, per_large)
    text = large % {"n": number_format(whole, decimal_pos=0, force_grouping=True)}
    return f"{text} {small % {'n': rest}}" if rest and whole < 10 else text


@register.filter
def limit_text(wait: Any) -> str:
    """What counts as late: the promise, or the usual wait."""
    if wait is None or wait.limit is None:
        return ""
    if wait.promised and wait.working_days is not None:
        days = wait.working_days
        text = ngettext("promised: %(n)s working day", "promised: %(n)s working days", round(days))
        return text % {"n": number_format(days, decimal_pos=0 if days == int(days) else 1)}
    words = _("promised: %(length)s") if wait.promised else _("usual: up to %(length)s")
    return words % {"length": length(wait.limit)}


@register.filter
def pain_class(hurt: Any) -> str:
    """The colour class of a score, as on the map."""
    if hurt is None or hurt.few:
        return "few"
    breaks = (0.05, 0.12, 0.25, 0.4)
    return f"pain-{sum(hurt.score >= edge for edge in breaks)}"


@register.filter
def tenths(score: float | None) -> int:
    """A share as a number from 0 to 100 for a meter."""
    return round(100 * (score or 0.0))
