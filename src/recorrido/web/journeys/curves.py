"""The curve of retention as a chart."""

from __future__ import annotations

import altair as alt
import vl_convert
from django.utils.translation import gettext as _

from recorrido.journeys.queries import Cohorts
from recorrido.web.charts import DARK, LIGHT, whole_percent

WIDTH, HEIGHT = 560, 200


def retention_curve(found: Cohorts, *, dark: bool = False) -> str:
    """The share of persons who order in each period after the first, and who ordered again by its end, with their
    95 % intervals. Returns SVG."""
    colours = DARK if dark else LIGHT
    names = [_("order in the period"), _("ordered again by then")]
    base = alt.Chart(alt.Data(values=_rows(found, names)))
    x = alt.X("period:Q", title=_axis(found), axis=alt.Axis(tickMinStep=1, format="d", grid=False))
    colour = alt.Color(
        "kind:N",
        sort=names,
        scale=alt.Scale(domain=names, range=[colours["bar"], colours["target"]]),
        legend=alt.Legend(
            title=None,
            orient="top",
            labelColor=colours["ink"],
            labelFontSize=12,
            columnPadding=36,
            labelLimit=320,
            symbolOpacity=1,  # else as pale as the bands
        ),
    )
    y = alt.Y("low:Q", title=None, scale=alt.Scale(domainMin=0), axis=alt.Axis(format=".0%", tickCount=4))
    band = base.mark_area(opacity=0.22).encode(x=x, y=y, y2="high:Q", color=colour)
    line = base.mark_line(point=True, strokeWidth=2).encode(x=x, y="share:Q", color=colour)
    chart = (band + line).properties(width=WIDTH, height=HEIGHT, background="transparent", padding=4)
    faint = colours["faint"]
    themed = chart.configure_axis(
        labelColor=faint, titleColor=faint, labelFontSize=12, titleFontSize=12, titleFontWeight="normal",
        domainColor=faint, gridColor=faint, gridOpacity=0.18, tickColor=faint,
    ).configure_view(stroke=None)  # fmt: skip
    return vl_convert.vegalite_to_svg(themed.to_json())  # type: ignore[no-any-return]


def _rows(found: Cohorts, names: list[str]) -> list[dict[str, object]]:
    """From the first period after the first order: in the first itself everybody orders."""
    rows: list[dict[str, object]] = []
    for one in found.curve:
        if one.period:
            told = {
                "period": one.period,
                "kind": names[0],
                "share": one.share,
                "low": one.low,
                "high": one.high,
            }
            rows.append(told)
        told = {"period": one.period, "kind": names[1], "share": one.again, "low": one.again_low}
        rows.append(told | {"high": one.again_high})
    return rows


def _axis(found: Cohorts) -> str:
    if found.question.by == "week":
        return _("weeks after the first order")
    return _("months after the first order")


def words_of_curve(found: Cohorts) -> str:
    """What the picture says, for those who do not see it: "1: 16 %, 2: 14 %"."""
    told = ", ".join(f"{one.period}: {whole_percent(one.share)}" for one in found.curve if one.period)
    return _("Share of the persons who order again, by period after the first order: %(told)s") % {
        "told": told
    }
