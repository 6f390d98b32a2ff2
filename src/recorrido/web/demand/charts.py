"""Bars of shares by department and of contacts by channel, drawn as SVG on the server."""

from __future__ import annotations

from typing import Any

import altair as alt
import vl_convert
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from recorrido.journeys.demand.queries import DemandView, SplitView
from recorrido.web.charts import DARK, LIGHT

WIDTH, ROW, EDGE = 460, 30, 46
PADDING = {"left": 16, "right": 16, "top": 4, "bottom": 4}  # labels come out wider than they were measured
SHOWN = 12  # channels


def departments_height(view: DemandView) -> int:
    return ROW * max(1, len(view.departments)) + EDGE


def departments_words(view: DemandView) -> str:
    """What the picture says, for those who do not see it."""
    told = ", ".join(f"{one.label} {_percent(one.share.expected)}" for one in view.departments)
    return _("Share of support contacts by the department where they are born: %(told)s") % {"told": told}


def departments(view: DemandView, *, dark: bool = False) -> str:
    """A bar per department with its 90 % interval; what is unexplained is pale. Returns SVG."""
    colours = DARK if dark else LIGHT
    rows = [
        {
            "label": one.label, "share": one.share.expected, "low": one.share.low, "high": one.share.high,
            "known": bool(one.slug) and not one.few, "words": _percent(one.share.expected),
        }
        for one in view.departments
    ]  # fmt: skip
    base = alt.Chart(alt.Data(values=rows)).encode(y=_names([str(row["label"]) for row in rows]))
    colour = alt.condition("datum.known", alt.value(colours["bar"]), alt.value(colours["soft"]))
    bars = base.mark_bar(size=16, cornerRadiusEnd=2).encode(x=_shares("share:Q"), color=colour)
    ends = base.mark_rule(color=colours["ink"], strokeWidth=1.3).encode(x="low:Q", x2="high:Q")
    words = base.mark_text(align="left", dx=7, fontSize=12, color=colours["ink"]).encode(
        x=alt.X("high:Q"), text="words:N"
    )
    return _drawn(alt.layer(bars, ends, words), departments_height(view) - EDGE, colours)


def channels_height(view: SplitView) -> int:
    return ROW * max(1, len({row.channel for row in _most(view)})) + EDGE


def channels_words(view: SplitView) -> str:
    """What the picture says, for those who do not see it."""
    told = ", ".join(
        f"{one.label} {number_format(round(one.monthly), decimal_pos=0, force_grouping=True)}"
        for one in view.purposes
    )
    return _("Contacts a month by purpose: %(told)s; by channel in the table below") % {"told": told}


def channels(view: SplitView, *, dark: bool = False) -> str:
    """A bar per channel, advice and support side by side. Returns SVG."""
    colours = DARK if dark else LIGHT
    rows = [
        {"label": row.channel, "purpose": row.purpose_label, "monthly": row.monthly} for row in _most(view)
    ]
    names = list(dict.fromkeys(str(row["label"]) for row in rows))
    purposes = [one.label for one in view.purposes]
    chart = (
        alt.Chart(alt.Data(values=rows))
        .mark_bar(size=16, cornerRadiusEnd=2)
        .encode(
            y=_names(names),
            x=alt.X("sum(monthly):Q", title=None, axis=alt.Axis(tickCount=4, format="~s")),
            color=alt.Color(
                "purpose:N",
                scale=alt.Scale(domain=purposes, range=[colours["soft"], colours["bar"]]),
                legend=alt.Legend(orient="top", title=None, labelColor=colours["ink"]),
            ),
            order=alt.Order("purpose:N"),
        )
    )
    return _drawn(alt.layer(chart), channels_height(view) - EDGE, colours)


def _most(view: SplitView) -> list[Any]:
    """The rows of the channels with most contacts, those channels first."""
    sums: dict[str, float] = {}
    for row in view.rows:
        sums[row.channel] = sums.get(row.channel, 0.0) + row.monthly
    names = sorted(sums, key=lambda name: -sums[name])[:SHOWN]
    return sorted(
        (row for row in view.rows if row.channel in names), key=lambda row: names.index(row.channel)
    )


def _names(names: list[str]) -> alt.Y:
    return alt.Y("label:N", sort=names, title=None, axis=alt.Axis(labelLimit=190))


def _shares(field: str) -> alt.X:
    return alt.X(field, title=None, axis=alt.Axis(format="%", tickCount=5), scale=alt.Scale(domainMin=0))


def _percent(share: float) -> str:
    return f"{number_format(round(100 * share, 1), decimal_pos=1)} %"


def _drawn(chart: alt.LayerChart | alt.FacetChart, height: int, colours: dict[str, str]) -> str:
    sized = chart.properties(width=WIDTH, height=height, background="transparent", padding=PADDING)
    themed = sized.configure_axis(
        labelColor=colours["ink"], labelFontSize=12, domain=False, ticks=False, gridColor=colours["soft"],
        gridOpacity=0.35,
    ).configure_view(stroke=None)  # fmt: skip
    return str(vl_convert.vegalite_to_svg(themed.to_json()))
