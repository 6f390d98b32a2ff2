"""The money of a finding run by run."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import vl_convert

from recorrido.improve.queries import Figures
from recorrido.web.charts import DARK, LIGHT

WIDTH, HEIGHT = 560, 130


def money_by_run(figures: Sequence[Figures], *, dark: bool = False) -> str:
    """A line of what was expected, within a band from low to high; SVG."""
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
    chart = (band + line).properties(width=WIDTH, height=HEIGHT, background="transparent", padding=4)
    themed = chart.configure_axis(
        labelColor=colours["faint"], labelFontSize=11, domain=False, ticks=False, gridColor=colours["soft"],
        gridOpacity=0.35,
    ).configure_view(stroke=None)  # fmt: skip
    return str(vl_convert.vegalite_to_svg(themed.to_json()))
