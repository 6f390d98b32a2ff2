"""What the filter bar offers: periods, channels, segment values, steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from recorrido.journeys.queries.answers import kept
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.study import Study
from recorrido.shared.days import day_said
from trayecto.blueprint.design import Attribute

VALUES_SHOWN = 200  # more values than this are no segment to choose from a list
ENOUGH = 0.5  # a month is the default period when it has half the journeys of a usual month


@dataclass(frozen=True)
class Choice:
    """One value of a filter: what the URL says and what the page says."""

    value: str
    label: str


@dataclass(frozen=True)
class SegmentChoice:
    """A segment attribute and the values it has in this log."""

    name: str
    label: str
    values: tuple[Choice, ...]


@dataclass(frozen=True)
class Period:
    label: str
    start: date | None
    end: date | None


@dataclass(frozen=True)
class FilterChoices:
    channels: tuple[Choice, ...]
    segments: tuple[SegmentChoice, ...]
    steps: tuple[Choice, ...]  # in blueprint order
    periods: tuple[Period, ...]


@kept
def filter_choices(study: Study) -> FilterChoices:
    """Everything that can be chosen in this log version."""
    language = get_language() or "es"
    channels = study.log.columns["channel"].values
    ordered = [t.key for t in study.blueprint.measured if t.key in study.steps]
    return FilterChoices(
        channels=tuple(Choice(channel, channel_label(channel)) for channel in sorted(channels)),
        segments=tuple(
            SegmentChoice(a.name, a.label.text(language), _values(study, a))
            for a in study.journey_type.segments
        ),
        steps=tuple(Choice(step, study.label(step)) for step in ordered),
        periods=periods(study),
    )


def channel_label(channel: str) -> str:
    labels = {
        "web": _("Web"),
        "app": _("App"),
        "store": _("Store"),
        "phone": _("Phone"),
        "email": _("E-mail"),
        "chat": _("Chat"),
        "whatsapp": _("WhatsApp"),
        "sms": _("SMS"),
        "social": _("Social networks"),
        "marketplace": _("Marketplace"),
        "print": _("Print"),
    }
    return labels.get(channel, channel)


def _values(study: Study, attribute: Attribute) -> tuple[Choice, ...]:
    column = study.log.values(attribute.name).unique().to_pylist()
    texts = sorted(_text(value) for value in column if value is not None)
    return tuple(Choice(text, value_label(attribute, text)) for text in texts[:VALUES_SHOWN])


def value_label(attribute: Attribute | None, value: str) -> str:
    """A value of a journey's attribute as people say it: channels and yes and no by their names, others as the design calls them."""
    if attribute is not None and attribute.property == "channel":
        return channel_label(value)
    called = attribute.called(value, get_language() or "es") if attribute else value
    return _spoken(called)


def _text(value: object) -> str:
    """As DuckDB casts the value to text, which is how the filter compares it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _spoken(text: str) -> str:
    return {"true": _("yes"), "false": _("no")}.get(text, text)


def periods(study: Study) -> tuple[Period, ...]:
    """The periods a page offers, the newest first, all of the log last."""
    today = study.as_of.date()
    month = last_full_month(today)
    before = last_full_month(month[0])
    return (
        Period(_("last 30 days"), today - timedelta(days=29), today),
        Period(_month_name(month[0]), *month),
        Period(_month_name(before[0]), *before),
        Period(_("last 12 months"), _a_year_before(month[1]), month[1]),
        Period(pgettext("period", "all"), None, None),
    )


def last_full_month(day: date) -> tuple[date, date]:
    """First and last day of the newest month that ended on ``day`` or before."""
    first = day.replace(day=1) if (day + timedelta(days=1)).day == 1 else _month_start_before(day)
    return first, (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _month_start_before(day: date) -> date:
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)


def _a_year_before(end: date) -> date:
    after = end + timedelta(days=1)
    return after.replace(year=after.year - 1)


def _month_name(first: date) -> str:

    return day_said(first, "F Y")


@kept
def default_filters(study: Study) -> Filters:
    """What a page shows when its URL names no period: the newest full month that is not nearly empty, else all."""
    months = Counter(_months_of_start(study))
    if not months:
        return Filters()
    start, end = last_full_month(study.as_of.date())
    usual = sum(months.values()) / len(months)
    enough = months[start.year, start.month] >= ENOUGH * usual
    return Filters(start=start, end=end) if enough else Filters()


def _months_of_start(study: Study) -> dict[tuple[int, int], int]:
    """Journeys by year and month of their start, in the blueprint's time zone."""
    import numpy as np

    offset = study.as_of.utcoffset() or timedelta()
    started = study.log.values("started").to_numpy() + np.timedelta64(offset)
    months = started.astype("datetime64[M]").astype(int)
    first = int(months.min(initial=0))
    counts = enumerate(np.bincount(months - first).tolist(), start=first)
    return {(1970 + month // 12, month % 12 + 1): count for month, count in counts if count}
