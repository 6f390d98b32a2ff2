"""The minutes of an incident against what is usual, drawn as SVG on the server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import altair as alt
import vl_convert
from django.utils import formats
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from recorrido.journeys.errors import NoBlueprint
from recorrido.journeys.queries import blueprint_in_force
from recorrido.journeys.watch.models import Incident
from recorrido.web.charts import DARK, LIGHT

WIDTH, HEIGHT = 720, 190


def words_of(incident: Incident) -> str:
    """What the picture says, for those who do not see it."""
    facts = {
        "name": incident.label(get_language() or "es"),
        "rate": formats.number_format(round(incident.rate, 2)),
        "usual": formats.number_format(round(incident.usual_rate, 2)),
        "peak": incident.peak,
    }
    return (
        _("%(name)s by minute: %(rate)s a minute since it began, %(peak)s at most; usual are %(usual)s.")
        % facts
    )


def minutes_of(incident: Incident, *, dark: bool = False) -> str:
    """Bars of what was seen, a band up to what may be, a line of what is usual; SVG."""
    colours = DARK if dark else LIGHT
    rows = _rows(incident)
    chart = alt.layer(*_layers(rows, colours)).properties(
        width=WIDTH, height=HEIGHT, background="transparent", padding=4
    )
    axes = chart.configure_axis(
        labelColor=colours["faint"], labelFontSize=11, domain=False, ticks=False, gridColor=colours["soft"],
        gridOpacity=0.35, title=None,
    ).configure_view(stroke=None)  # fmt: skip
    return str(vl_convert.vegalite_to_svg(axes.to_json()))


def _rows(incident: Incident) -> list[dict[str, Any]]:
    zone, first = _zone(), int(incident.first_minute.timestamp()) // 60
    return [
        {
            "at": _local(int(minute), zone),
            "seen": seen,
            "usual": usual,
            "bound": bound,
            "wrong": int(minute) >= first,
        }
        for minute, seen, usual, bound in incident.series
    ]


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(blueprint_in_force()[1].time_zone)
    except NoBlueprint:
        return ZoneInfo("UTC")


def _local(minute: int, zone: ZoneInfo) -> str:
    """The local time, told as if it were UTC: the picture must not move it again."""
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone).replace(tzinfo=UTC).isoformat()


def _layers(rows: list[dict[str, Any]], colours: dict[str, str]) -> list[alt.Chart]:
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("at:T", scale=alt.Scale(type="utc"), title=None, axis=alt.Axis(format="%H:%M", grid=False))
    )
    band = base.mark_area(color=colours["soft"], opacity=0.45, interpolate="step").encode(
        y=_height("bound:Q")
    )
    colour = alt.condition("datum.wrong", alt.value(colours["target"]), alt.value(colours["bar"]))
    bars = base.mark_bar(width=max(1.0, 0.72 * WIDTH / max(len(rows), 1))).encode(
        y=_height("seen:Q"), color=colour
    )
    line = base.mark_line(color=colours["ink"], strokeWidth=1.4, interpolate="step").encode(
        y=_height("usual:Q")
    )
    return [band, bars, line]


def _height(field: str) -> alt.Y:
    return alt.Y(field, title=None, scale=alt.Scale(domainMin=0), axis=alt.Axis(tickCount=4))
