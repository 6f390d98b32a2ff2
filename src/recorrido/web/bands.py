"""Bands of numbers as the library writes them ("> 30770.6", "24–48 h"), said as people write them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

NUMBER = r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"
DAY = 24  # hours
HOURS, TIMES = "h", "×"  # units of bands
BAND = re.compile(
    rf"(?P<sign>[≤>])? ?(?P<first>{NUMBER})(?:(?: to |–)(?P<second>{NUMBER}))?(?: (?P<unit>{HOURS}|{TIMES}))?"
)
LARGE = 100  # from which decimals say nothing

Between = Callable[[float, float], str]


@dataclass(frozen=True)
class Band:
    """Numbers above ``low`` and up to ``high``; None: without an end. ``unit``: HOURS, TIMES, or ""."""

    low: float | None
    high: float | None
    unit: str

    def said(self, between: Between) -> str:
        """``between`` writes two numbers, or one that stands for both."""
        if self.low is None and self.high is not None:
            return _("up to %(number)s") % {"number": between(self.high, self.high)}
        if self.high is None and self.low is not None:
            return _("more than %(number)s") % {"number": between(self.low, self.low)}
        return between(self.low or 0.0, self.high or 0.0)


def band_of(text: str) -> Band | None:
    """None for a text that is no band."""
    found = BAND.fullmatch(text)
    if found is None or not (found["sign"] or found["second"]):
        return None
    first, unit = float(found["first"]), found["unit"] or ""
    if found["second"]:
        return Band(first, float(found["second"]), unit)
    return Band(None, first, unit) if found["sign"] == "≤" else Band(first, None, unit)


def numbers(low: float, high: float) -> str:
    """ "1,25–1,6", "30.771"."""
    return "–".join(dict.fromkeys(number_said(end) for end in (low, high)))


def number_said(value: float) -> str:
    """As many decimals as say something, at most two."""
    places = 0 if abs(value) >= LARGE else 2
    digits = f"{round(value, places):.{places}f}"
    used = len(digits.partition(".")[2].rstrip("0"))
    return number_format(round(value, places), decimal_pos=used, force_grouping=True)


def hours(low: float, high: float) -> str:
    """ "12–24 hours", "1–2 days": in days where both are whole ones."""
    if low >= DAY and low % DAY == 0 and high % DAY == 0:
        text = ngettext("%(number)s day", "%(number)s days", round(high / DAY))
        return text % {"number": numbers(low / DAY, high / DAY)}
    text = ngettext("%(number)s hour", "%(number)s hours", round(high))
    return text % {"number": numbers(low, high)}


def percents(low: float, high: float) -> str:
    """ "100–150 %" of the parts 1–1.5."""
    return _("%(number)s%%") % {"number": numbers(100 * low, 100 * high)}
