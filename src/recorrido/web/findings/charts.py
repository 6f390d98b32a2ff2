"""The money of a finding run by run, and what was changed meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import vl_convert

from recorrido.improve.queries import Figures
from recorrido.web.charts import DARK, LIGHT

WIDTH, HEIGHT = 560, 130


def money_by_run(figures: Sequence[Figures], days: Sequence[date] = (), *, dark: bool = False) -> str:
    """A line of what was expected, within a band from low to high, and a stroke at each of the ``days`` between; SVG."""
    colours = DARK if dark else LIGHT
    rows = [
        {
            "at": one.at.isoformat(),
            "low": one.money.low,
            "expected": one.money.expected,
            "high": one.money.high,
        }
        for one in figures
        if one.money
    ]
    base = alt.Chart(alt.Data(values=rows)).encode(x=alt.X("at:T", title=None, axis=alt.Axis(grid=False)))
    band = base.mark_area(color=colours["soft"], opacity=0.5).encode(
        y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=3, format="~s")), y2="high:Q"
    )
    line = base.mark_line(color=colours["bar"], point=True).encode(y=alt.Y("expected:Q", title=None))
    strokes = _strokes([one.at.date() for one in figures if one.money], days, colours)
    chart = alt.layer(band, *strokes, line).properties(
        width=WIDTH, height=HEIGHT, background="transparent", padding=4
    )
    themed = chart.configure_axis(
        labelColor=colours["faint"], labelFontSize=11, domain=False, ticks=False, gridColor=colours["soft"],
        gridOpacity=0.35,
    ).configure_view(stroke=None)  # fmt: skip
    return str(vl_convert.vegalite_to_svg(themed.to_json()))


def _strokes(runs: Sequence[date], days: Sequence[date], colours: dict[str, Any]) -> list[alt.Chart]:
    between = [{"day": day.isoformat()} for day in days if runs and min(runs) <= day <= max(runs)]
    chart = alt.Chart(alt.Data(values=between))
    rule = chart.mark_rule(color=colours["faint"], strokeDash=[3, 3], opacity=0.7).encode(x="day:T")
    return [rule] if between else []
