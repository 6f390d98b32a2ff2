"""Figures as links, and lengths of time in words."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from recorrido.journeys.queries import (
    Figure,
    Filters,
    channel_label,
    length_said,
    pain_level,
    things,
    value_label,
    wait_against_promise,
)
from recorrido.shared.days import day_said
from recorrido.web.cells import cell

register = template.Library()
register.filter("channel_label", channel_label)
register.filter("wait_against_promise", wait_against_promise)
register.filter("length_said", length_said)
register.filter("things", things)
register.filter("cell", cell)

MINUTE, HOUR, DAY = 60, 3600, 86_400


@register.simple_tag(takes_context=True)
def figure(context: dict[str, Any], found: Figure | None, filters: Filters | None = None) -> SafeString:
    """A figure as the link to its rows; "≈ 1,234 (66 rows)" where the rows carry weights."""
    if found is None:
        return mark_safe("–")
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
def picture(svg: str) -> SafeString:
    """A picture of journeys, drawn below; every text in it was escaped there."""
    return mark_safe(svg)


@register.filter
def share(value: float | None) -> str:
    """0.714 → "71,4 %"."""
    if value is None:
        return "–"
    percent = round(100 * value, 1)
    number = number_format(percent, decimal_pos=0 if percent == int(percent) else 1)
    return _("%(number)s%%") % {"number": number}


@register.filter
def amount(value: float | None) -> str:
    """A count or a sum of money, whole, with groups of thousands."""
    return "–" if value is None else number_format(round(value), decimal_pos=0, force_grouping=True)


@register.filter
def length_of(seconds: float | None) -> str:
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
    return words % {"length": length_of(wait.limit)}


@register.filter
def pain_class(hurt: Any) -> str:
    """The colour class of a score, as on the map."""
    level = None if hurt is None else pain_level(hurt)
    return "few" if level is None else f"pain-{level}"


@register.filter
def tenths(score: float | None) -> int:
    """A share as a number from 0 to 100 for a meter."""
    return round(100 * (score or 0.0))


@register.filter
def in_language(text: Any, language: str) -> str:
    """A text of the blueprint in the reader's language."""
    return str(text.text(language))


@register.filter
def chosen(segments: tuple[tuple[str, str], ...], name: str) -> str:
    """The value a filter asks of a segment attribute, "" for any."""
    return dict(segments).get(name, "")


@register.simple_tag(takes_context=True)
def period_address(context: dict[str, Any], period: Any) -> str:
    """This page in another period: everything else in its address stays."""
    fields = context["request"].GET.copy()
    for name, day in (("from", period.start), ("to", period.end)):
        fields.pop(name, None)
        if day:
            fields[name] = day.isoformat()
    fields.pop("after", None)
    return f"{context['request'].path}?{fields.urlencode()}"


@register.simple_tag(takes_context=True)
def with_field(context: dict[str, Any], name: str, value: Any) -> str:
    """This page with one field of its address changed."""
    fields = context["request"].GET.copy()
    fields[name] = str(value)
    fields.pop("after", None)
    return f"{context['request'].path}?{fields.urlencode()}"


@register.simple_tag(takes_context=True)
def cleared(context: dict[str, Any]) -> str:
    """The query of this page without any filter: its study, and what is no filter (mode, funnel steps)."""
    return urlencode([("type", context["study"].journey_type.slug), *context["kept_fields"]])


@register.filter
def behind(found: Figure, page: Any) -> str:
    return str(page.behind(found))


@register.filter
def phase_label(phase: str) -> str:
    return {"presale": _("Presale"), "purchase": _("Purchase"), "postsale": _("After the sale")}.get(
        phase, phase
    )


@register.filter
def nature_label(nature: str) -> str:
    labels = {
        "advice": _("advice"),
        "support": _("support"),
        "transaction": _("transaction"),
        "internal": _("internal"),
    }
    return labels.get(nature, nature)


@register.filter
def origin_label(origin: str) -> str:
    """Where a requirement comes from."""
    labels = {"law": _("law"), "risk": _("risk"), "policy": _("policy"), "custom": _("custom")}
    return labels.get(origin, origin)


@register.filter
def window_label(window: str) -> str:
    """ "7d" → "7 days"; a window written otherwise stays as written."""
    number, unit = window[:-1], window[-1:]
    if not number.isdigit() or unit not in "hd":
        return window
    days, hours = (
        ngettext("%(n)s day", "%(n)s days", int(number)),
        ngettext("%(n)s hour", "%(n)s hours", int(number)),
    )
    return (days if unit == "d" else hours) % {"n": number}


@register.simple_tag
def attribute_value(attribute: Any, value: Any) -> str:
    """The value of a journey's attribute, as the design calls it."""
    return value_label(attribute, value) if isinstance(value, str) else cell(value)


@register.filter
def item(values: Any, name: str) -> Any:
    return values.get(name)


@register.filter
def identifier_label(kind: str) -> str:
    labels = {
        "email": _("E-mail"),
        "phone": _("Telephone"),
        "customer": _("Customer number"),
        "anonymous": _("Browser"),
    }
    return labels.get(kind, kind)


@register.filter
def object_label(kind: str) -> str:
    labels = {
        "order": _("Order"),
        "return": _("Return"),
        "shipment": _("Shipment"),
        "case": _("Case"),
        "store": _("Store"),
        "product": _("Product"),
        "seller": _("Seller"),
    }
    return labels.get(kind, kind)


@register.filter
def reason_label(reason: str) -> str:
    """Why two identifiers were linked."""
    return {"same_message": _("named together in one message")}.get(reason, reason)


@register.simple_tag(takes_context=True)
def behind_all(context: dict[str, Any], selection: Any, filters: Filters) -> str:
    """The address of the journeys of a selection under these filters."""
    return context["page"].behind_selection(selection, filters)  # type: ignore[no-any-return]


@register.filter
def signed(value: int) -> str:
    """+2, 0, −1."""
    return f"{value:+d}".replace("-", "−") if value else "0"


@register.filter
def short_day(day: date) -> str:
    """A day without its year: "22 sep"."""
    return day_said(day, "j M")


@register.filter
def minus(text: str) -> str:
    """A number with the sign that is as wide as a plus, instead of a hyphen."""
    return text.replace("-", "−")


@register.filter
def per_hundred(value: float) -> str:
    """A difference of shares as so many of every hundred: "33,3"; in percent it would read as a ratio."""
    return number_format(round(100 * value, 1), decimal_pos=1).replace("-", "−")


@register.filter
def points(value: float | None) -> str:
    """A difference of shares in points: "+4,2"."""
    if value is None:
        return "–"
    rounded = round(100 * value, 1)
    sign = "−" if rounded < 0 else "+" if rounded > 0 else ""
    return f"{sign}{number_format(abs(rounded), decimal_pos=1)}"


@register.filter
def signed_length(seconds: float | None) -> str:
    """A difference of times: "+2 d 4 h"."""
    if seconds is None:
        return "–"
    if abs(seconds) < 0.5:
        return length_of(0)
    return f"{'−' if seconds < 0 else '+'}{length_of(abs(seconds))}"
