"""Numbers as people type them and read them, with the marks of their language."""

from __future__ import annotations

import re

from django.utils.formats import get_format, number_format

MARKS = {",", "."}
GROUPS = r"[1-9]\d{0,2}(?:%s\d{3})+"


def number_said(number: float, places: int = 6) -> str:
    """For a field of a form: no groups of thousands, no zeros at the end."""
    rounded = round(number, places)
    return str(number_format(int(rounded) if rounded == int(rounded) else rounded, use_l10n=True))


def number_read(text: str) -> float:
    """In Spanish "2.100,5", "2.100" and "36,09", and "36.09" too, since nobody writes a group of two digits; in English
    "2,100.5" and so on. Raises ValueError, also for what can be read in no way, such as "1.2.3"."""
    decimal = get_format("DECIMAL_SEPARATOR")
    (group,) = MARKS - {decimal}
    whole, comma, rest = text.strip().partition(decimal)
    if re.fullmatch("[-+]?" + GROUPS % re.escape(group), whole):
        return float(f"{whole.replace(group, '')}.{rest}" if comma else whole.replace(group, ""))
    if group in text and decimal in text:
        return float(_the_other_way(text.strip(), decimal, group))
    return float(text.replace(",", "."))


def _the_other_way(text: str, decimal: str, group: str) -> str:
    """Both marks, each in the other's place: copied from a program that speaks another language."""
    whole, _mark, rest = text.partition(group)
    if not re.fullmatch("[-+]?" + GROUPS % re.escape(decimal), whole):
        raise ValueError(text)
    return f"{whole.replace(decimal, '')}.{rest}"
