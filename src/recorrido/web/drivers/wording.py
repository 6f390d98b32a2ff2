"""What the library says of drivers and changes, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

OUTCOMES = {
    "money": _("money"),
    "contacts": _("contacts"),
    "goal": _("goal reached"),
    "repurchase": _("repurchase"),
    "satisfaction": _("satisfaction"),
    "return": _("returns"),
    "time": _("time to the goal"),
    "value": _("value of later orders"),
}
LOSSES = {
    "contacts": _("contacts more"),
    "goal": _("goals not reached"),
    "repurchase": _("customers who do not order again"),
    "satisfaction": _("points of score lost"),
    "return": _("returns more"),
    "time": _("hours more until the goal"),
    "value": _("value of orders not placed"),
}
EFFECTS = {
    "contacts": _("contacts"),
    "goal": _("points of 100"),
    "repurchase": _("points of 100"),
    "satisfaction": _("points of score"),
    "return": _("points of 100"),
    "time": _("hours"),
    "value": _("of value"),
}
SHARES = frozenset(("goal", "repurchase", "return"))
SLIPS = {
    "late": _("late"),
    "absent": _("not done"),
    "repeated": _("done again"),
    "happened": _("happens"),
    "lost": _("lost there"),
}
VERDICTS = {
    "weighs": _("weighs"),
    "within chance": _("within chance"),
    "no comparable": _("no comparable"),
    "few": _("few journeys"),
}
LINES = {
    "contacts": _("contacts × cost of a contact"),
    "goal not reached": _("goals not reached × margin of an order"),
    "orders not placed again": _("orders not placed again × margin of an order"),
    "returns": _("returns × cost of a return"),
    "orders brought back": _("orders brought back × margin of an order"),
    "days beyond the promise": _("days beyond the promise × cost of a day"),
}
MEASURES = {
    "volume": _("how often"),
    "contacts": _("support contacts"),
    "time": _("how long it takes"),
    "late": _("late"),
    "absent": _("not done"),
    "happened": _("happens"),
    "lost": _("lost there"),
}


def said(words: Mapping[str, object], key: str) -> str:
    """A word of the library in the reader's language; one that is not known stays as it is."""
    return str(words.get(key, key))


def effect_said(outcome: str, value: float) -> str:
    """ "+0,42 contacts", "−18 points of 100"."""
    number = 100 * value if outcome in SHARES else value
    places = 0 if abs(number) >= 100 else 1 if abs(number) >= 10 or outcome in SHARES else 2
    seen = round(number, places)
    sign = "+" if seen > 0 else "−" if seen < 0 else ""
    return f"{sign}{number_format(abs(number), decimal_pos=places, force_grouping=True)}"
