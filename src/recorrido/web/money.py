"""Sums of money as people say them: rounded sensibly, an interval in one unit."""

from __future__ import annotations

from collections.abc import Callable
from math import floor, log10

from django.utils.formats import number_format
from django.utils.translation import gettext as _

BEFORE = {
    "CLP": "$",
    "COP": "$",
    "MXN": "$",
    "ARS": "$",
    "UYU": "$",
    "USD": "US$",
    "BRL": "R$",
    "PEN": "S/",
    "GBP": "£",
}
AFTER = {"EUR": "€"}
THOUSAND, MILLION = 1e3, 1e6
FROM_THOUSANDS = 10 * THOUSAND  # a sum below is said whole
DIGITS = 2


def money_range(low: float, high: float, currency: str) -> str:
    """ "18–31 mil €", "$1,2–2,1 millones": both ends in the unit of the larger, rounded to two digits of it. Where money may
    be lost, each end stands for itself: "−$21 mil a $4.000"."""
    unit, place = _unit_of(max(abs(low), abs(high)))
    texts = list(dict.fromkeys(_rounded(end / unit, place) for end in (low, high)))
    if low < 0 and len(texts) > 1:
        ends = {"low": money_said(low, currency), "high": money_said(high, currency)}
        return _("%(low)s to %(high)s") % ends
    return with_sign(_in_unit(unit)("–".join(texts)), currency)


def money_said(amount: float, currency: str) -> str:
    """One sum: "25 mil €"."""
    return money_range(amount, amount, currency)


def money_exact(low: float, high: float, currency: str) -> str:
    """What one thing is worth, such as a contact: "2.100 $", "4–5,50 €", as it was written."""
    return with_sign("–".join(dict.fromkeys(_whole(end) for end in (low, high))), currency)


def _whole(amount: float) -> str:
    places = 0 if abs(amount) >= 100 or float(amount).is_integer() else 2
    return number_format(round(amount, places), decimal_pos=places, force_grouping=True)


def with_sign(text: str, currency: str) -> str:
    """The sign stands where people of that currency write it; a currency without one is said by its letters."""
    if currency in BEFORE:
        return f"{BEFORE[currency]}{text}" if not text.startswith("-") else f"−{BEFORE[currency]}{text[1:]}"
    return f"{text.replace('-', '−')}\u00a0{AFTER.get(currency, currency)}".strip()


def _unit_of(size: float) -> tuple[float, int]:
    """The unit in which a size is said, and how many decimals two digits of it need."""
    unit = next((one for one in (MILLION, THOUSAND) if size >= one), 1.0)
    unit = 1.0 if size < FROM_THOUSANDS else unit
    digits = floor(log10(size / unit)) + 1 if size else DIGITS
    return unit, DIGITS - digits


def _rounded(value: float, place: int) -> str:
    return number_format(round(value, place), decimal_pos=max(0, place), force_grouping=True)


def _in_unit(unit: float) -> Callable[[str], str]:
    words = {THOUSAND: _("%(number)s thousand"), MILLION: _("%(number)s million")}
    return lambda text: words[unit] % {"number": text} if unit in words else text
