"""What an analysis found to hold ("carrier = Ruta Sur", "amount > 30770.6"), in the words of the reader and the blueprint.

One place for all pages: names of attributes and circumstances, and their values – sums of money in the company's currency,
numbers and months as they are written in the reader's language, channels and yes or no by name.
"""

from __future__ import annotations

import re
from datetime import date
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from recorrido.journeys.blueprint import Blueprint, JourneyType
from recorrido.journeys.queries import channel_label
from recorrido.web import bands
from recorrido.web.money import money_exact

PERIOD = "period"
OF_VALUE = frozenset(("value", "value band"))  # how the library calls bands of the journeys' value
MONTH = re.compile(r"(\d{4})-(\d\d)")
PLAIN = re.compile(bands.NUMBER)
BEFORE = "before: "
CIRCUMSTANCES = {
    PERIOD: gettext_lazy("Month"),
    "value": gettext_lazy("Value of the order"),
    "value band": gettext_lazy("Value of the order"),
    "tenure": gettext_lazy("Orders before"),
    "orders before": gettext_lazy("Orders before"),
    "contacts before": gettext_lazy("Contacts before"),
}
VALUES = {
    "yes": gettext_lazy("yes"),
    "no": gettext_lazy("no"),
    "true": gettext_lazy("yes"),
    "false": gettext_lazy("no"),
    "–": gettext_lazy("unknown"),
    "…": gettext_lazy("others"),
    "not yet": gettext_lazy("not known yet"),
}


def condition_said(blueprint: Blueprint, kind: JourneyType | None, name: str, value: str) -> str:
    """ "Carrier: Ruta Sur", "Value of the order: more than $30.771", "with Basket filled before"."""
    if name.startswith(BEFORE):
        step = blueprint.label(name.removeprefix(BEFORE), get_language() or "es")
        text = _("with %(step)s before") if value == "yes" else _("without %(step)s before")
        return text % {"step": step}
    return f"{attribute_said(kind, name)}: {value_said(blueprint, kind, name, value)}"


def attribute_said(kind: JourneyType | None, name: str) -> str:
    """An attribute by its label; a circumstance by its name; else as the library calls it."""
    attribute = kind.attribute(name) if kind else None
    if attribute is not None:
        return attribute.label.text(get_language() or "es")
    return str(CIRCUMSTANCES.get(name, name))


def value_said(blueprint: Blueprint | None, kind: JourneyType | None, name: str, value: str) -> str:
    """The value of an attribute or circumstance, or the band it lies in."""
    if name == PERIOD:
        return _month(value)
    attribute = kind.attribute(name) if kind else None
    if attribute is not None and attribute.property == "channel":
        return channel_label(value)
    if attribute is None or attribute.type == "number":
        return _number(blueprint, _is_money(kind, name), value)
    return (
        attribute.called(value, get_language() or "es")
        if value in attribute.values
        else str(VALUES.get(value, value))
    )


def _month(value: str) -> str:
    """A month of the calendar, or the number of months since the log began."""
    if found := MONTH.fullmatch(value):
        return date_format(date(int(found[1]), int(found[2]), 1), "F Y")
    return _("month %(number)s of the data") % {"number": int(value) + 1} if value.isdecimal() else value


def _is_money(kind: JourneyType | None, name: str) -> bool:
    return name in OF_VALUE or (kind is not None and name == kind.value)


def _number(blueprint: Blueprint | None, is_money: bool, value: str) -> str:
    currency = blueprint.currency if blueprint and is_money else None
    write = partial(money_exact, currency=currency) if currency else bands.numbers
    if band := bands.band_of(value):
        return band.said(bands.hours if band.unit == bands.HOURS else write)
    if PLAIN.fullmatch(value):
        return write(float(value), float(value))
    return str(VALUES.get(value, value))
