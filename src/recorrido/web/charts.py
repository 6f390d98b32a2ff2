"""Charts that are not journey pictures: drawn as SVG on the server by Altair and vl-convert."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import altair as alt
import vl_convert
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from recorrido.shared.days import day_said

LIGHT = {
    "bar": "#2f7478",
    "soft": "#a9c6c5",
    "ink": "#1b2422",
    "faint": "#4f5b58",
    "target": "#b0262c",
    "on": "#ffffff",
}
DARK = {
    "bar": "#4ea3a4",
    "soft": "#2f5a5b",
    "ink": "#e7ecea",
    "faint": "#a9b5b1",
    "target": "#f2696b",
    "on": "#0d1314",
}


WIDTH, HEIGHT = 296, 44


@dataclass(frozen=True)
class Bar:
    """One period, both days included: ``share`` None = nothing decided yet, no bar."""

    start: date | None
    end: date | None
    share: float | None

    @property
    def label(self) -> str:
        """ "oct" for a whole month, else its first day."""
        if self.start is None or self.end is None:
            return pgettext("period", "all")
        whole = self.start.day == 1 and (self.end + timedelta(days=1)).day == 1
        return day_said(self.start, "M" if whole else "j M")

    @property
    def words(self) -> str:
        return whole_percent(self.share or 0.0)


def whole_percent(share: float) -> str:
    """0.716 → "72 %", in English "72%"."""
    return _("%(number)s%%") % {"number": round(100 * share)}


def words_of(bars: list[Bar]) -> str:
    """What the picture says, for those who do not see it: "sep 72 %, oct 75 %"."""
    told = ", ".join(f"{bar.label} {bar.words}" for bar in bars if bar.share is not None)
    return _("Share of the regular path by period: %(told)s") % {"told": told}


def shares_by_period(bars: list[Bar], *, target: float, dark: bool = False) -> str:
    """Bars of a share by period, the last one strong, with the target as a line. Returns SVG."""
    colours = DARK if dark else LIGHT
    rows = [_row(bar, place == len(bars) - 1) for place, bar in enumerate(bars) if bar.share is not None]
    chart = (_shown(rows, colours) + _target(target, colours)).properties(
        width=WIDTH, height=HEIGHT, background="transparent", padding=2
    )
    return vl_convert.vegalite_to_svg(_themed(chart, colours).to_json())  # type: ignore[no-any-return]


def _shown(rows: list[dict[str, object]], colours: dict[str, str]) -> alt.LayerChart:
    base = alt.Chart(alt.Data(values=rows)).encode(
        x=alt.X(
            "period:N", sort=[str(row["period"]) for row in rows], title=None, axis=alt.Axis(labelAngle=0)
        )
    )
    height = alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=None)
    colour = alt.Color(
        "last:N", legend=None, scale=alt.Scale(domain=[True, False], range=[colours["bar"], colours["soft"]])
    )
    bars = base.mark_bar(size=30, cornerRadiusTopLeft=2, cornerRadiusTopRight=2).encode(
        y=height, color=colour
    )
    inside = base.mark_text(baseline="bottom", dy=-3, fontSize=11).encode(
        y=alt.datum(0),
        text="words:N",
        color=alt.condition("datum.last", alt.value(colours["on"]), alt.value(colours["ink"])),
    )
    return bars + inside


def _target(target: float, colours: dict[str, str]) -> alt.Chart:
    line = alt.Chart(alt.Data(values=[{"target": target}]))
    return line.mark_rule(color=colours["target"], strokeDash=[4, 3]).encode(y="target:Q")


def _row(bar: Bar, last: bool) -> dict[str, object]:
    return {
        "period": bar.label,
        "share": bar.share,
        "words": bar.words,
        "last": last,
    }


def _themed(chart: alt.LayerChart, colours: dict[str, str]) -> alt.LayerChart:
    faint = colours["faint"]
    bare = chart.configure_axis(labelColor=faint, labelFontSize=11, domain=False, ticks=False, grid=False)
    return bare.configure_view(stroke=None)
