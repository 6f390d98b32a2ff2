"""Charts that are not journey pictures: drawn as SVG on the server by Altair and vl-convert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import altair as alt
import vl_convert
from django.utils.formats import date_format
from django.utils.translation import gettext as _

LIGHT = {"bar": "#2f7478", "soft": "#a9c6c5", "ink": "#1b2422", "faint": "#4f5b58", "target": "#b0262c"}
DARK = {"bar": "#4ea3a4", "soft": "#2f5a5b", "ink": "#e7ecea", "faint": "#a9b5b1", "target": "#f2696b"}


@dataclass(frozen=True)
class Bar:
    """One period: ``share`` None = nothing decided yet."""

    start: date | None
    share: float | None
    journeys: int


def shares_by_period(bars: list[Bar], *, target: float, dark: bool = False) -> str:
    """Bars of a share by period, the last one strong, with the target as a line. Returns SVG."""
    colours = DARK if dark else LIGHT
    rows = [
        _row(place, bar, place == len(bars) - 1) for place, bar in enumerate(bars) if bar.share is not None
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X("period:N", sort=alt.SortField("place"), title=None, axis=alt.Axis(labelAngle=0))
    )
    shown = base.mark_bar(size=34, cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(
        y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=None),
        color=alt.Color(
            "last:N",
            legend=None,
            scale=alt.Scale(domain=[True, False], range=[colours["bar"], colours["soft"]]),
        ),
    )
    words = base.mark_text(dy=-7, color=colours["ink"], fontSize=11).encode(y="share:Q", text="words:N")
    line = alt.Chart(alt.Data(values=[{"target": target}]))
    rule = line.mark_rule(color=colours["target"], strokeDash=[4, 3]).encode(y="target:Q")
    chart = (shown + words + rule).properties(width=330, height=96, background="transparent")
    return vl_convert.vegalite_to_svg(_themed(chart, colours).to_json())  # type: ignore[no-any-return]


def _row(place: int, bar: Bar, last: bool) -> dict[str, object]:
    share = bar.share or 0.0
    return {
        "place": place,
        "period": date_format(bar.start, "j M") if bar.start else _("all"),
        "share": share,
        "words": f"{round(100 * share)} %",
        "last": last,
    }


def _themed(chart: alt.LayerChart, colours: dict[str, str]) -> alt.LayerChart:
    axis = {"labelColor": colours["faint"], "domain": False, "ticks": False, "grid": False}
    return chart.configure_axis(**axis, labelFontSize=11).configure_view(stroke=None)
