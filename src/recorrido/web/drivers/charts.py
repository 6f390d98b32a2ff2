"""A change as a small picture: the measure by week, both levels, the day, and what stands in the calendar, in the colour of the
text around it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import vl_convert

from recorrido.journeys.calendar.queries import HOLIDAY

WIDTH, HEIGHT = 200, 44
_ROLES = re.compile(r' (?:role|aria-roledescription)="[^"]*"')


def picture_of(change: Mapping[str, Any], entries: Iterable[Mapping[str, Any]] = ()) -> str:
    """SVG; empty where no week has a figure. ``entries``: of the calendar, of which holidays are not marked unless one is the
    nearest."""
    weeks = [(date.fromisoformat(one["week"]).toordinal(), one["value"]) for one in change["weeks"]]
    if not weeks:
        return ""
    since = _day(change)
    days = {_day(one, "date"): False for one in entries if one["kind"] != HOLIDAY}
    if change["nearest"]:
        days[_day(change["nearest"], "date")] = True
    marks = tuple((day, days[day]) for day in sorted(days) if weeks[0][0] <= day <= weeks[-1][0] + 7)
    return _drawn(tuple(weeks), since, change["before"], change["after"], marks)


def _day(told: Mapping[str, Any], name: str = "since") -> int:
    return date.fromisoformat(told[name]).toordinal()


@lru_cache(maxsize=256)
def _drawn(
    weeks: tuple[tuple[int, float], ...],
    since: int,
    before: float | None,
    after: float | None,
    entries: tuple[tuple[int, bool], ...],
) -> str:
    first, last = weeks[0][0], weeks[-1][0] + 7
    levels = [
        {"from": left, "to": right, "level": level}
        for left, right, level in ((first, since, before), (since, last, after))
        if level is not None
    ]
    points = [{"day": day + 3.5, "value": value} for day, value in weeks]
    marks = [{"day": day, "ink": 1.0 if nearest else 0.35} for day, nearest in entries]
    highest = max([value for _day, value in weeks] + [one["level"] for one in levels] + [1e-9])
    spec = {
        "$schema": "https://vega.github.io/schema/vega/v5.json", "width": WIDTH, "height": HEIGHT, "padding": 2,
        "data": [{"name": "weeks", "values": points}, {"name": "levels", "values": levels}, {"name": "entries", "values": marks}],
        "scales": [
            {"name": "x", "type": "linear", "domain": [first, last], "range": "width", "zero": False},
            {"name": "y", "type": "linear", "domain": [0, highest], "range": "height"},
        ],
        "marks": _marks(since),
    }  # fmt: skip
    return _ROLES.sub("", vl_convert.vega_to_svg(json.dumps(spec)))


def _marks(since: int) -> Sequence[Mapping[str, Any]]:
    ink = {"value": "currentColor"}
    x, y = {"scale": "x"}, {"scale": "y"}
    dot = {"x": x | {"field": "day"}, "y": y | {"field": "value"}, "fill": ink, "opacity": {"value": 0.5}, "size": {"value": 14}}  # fmt: skip
    level = {"x": x | {"field": "from"}, "x2": x | {"field": "to"}, "y": y | {"field": "level"}, "stroke": ink, "strokeWidth": {"value": 2}}  # fmt: skip
    day = {"x": x | {"value": since}, "y": {"value": 0}, "y2": {"value": HEIGHT}, "stroke": ink, "strokeDash": {"value": [3, 3]}, "opacity": {"value": 0.7}}  # fmt: skip
    entry = {"x": x | {"field": "day"}, "y": {"value": HEIGHT - 3}, "shape": {"value": "triangle-up"}, "fill": ink, "opacity": {"field": "ink"}, "size": {"value": 26}}  # fmt: skip
    return [
        {"type": "symbol", "from": {"data": "entries"}, "encode": {"enter": entry}},
        {"type": "rule", "encode": {"enter": day}},
        {"type": "symbol", "from": {"data": "weeks"}, "encode": {"enter": dot}},
        {"type": "rule", "from": {"data": "levels"}, "encode": {"enter": level}},
    ]
