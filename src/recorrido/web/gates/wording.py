"""What the library says of gates, in the reader's words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy

VERDICTS = {
    "keep": gettext_lazy("keep"),
    "simplify": gettext_lazy("simplify"),
    "only for exceptions": gettext_lazy("only for exceptions"),
    "remove": gettext_lazy("remove"),
}
OPTIONS = {
    "keep": gettext_lazy("Keep it as it is"),
    "simplify": gettext_lazy("Simplify: nobody waits or gives up, those rejected today still are"),
    "only for exceptions": gettext_lazy(
        "Only for exceptions: nine in ten pass freely, the riskiest tenth is checked"
    ),
    "remove": gettext_lazy("Remove it: those rejected order too"),
}
REASONS = {
    "too_few": gettext_lazy("Too few people were stopped to judge it."),
    "no_comparable": gettext_lazy("There is nobody to compare with, so nothing is said of its cost."),
    "cost_unsure": gettext_lazy("Nothing says surely that it costs anything."),
    "costs": gettext_lazy("It costs orders, contacts and money."),
    "rejects_seldom": gettext_lazy("It rejects fewer than 1 in 100 of those it stops."),
    "rejects": gettext_lazy("It rejects at least 1 in 100 of those it stops."),
    "demanded_by_law": gettext_lazy("The law demands it, so it stays; it can be made easier."),
    "guards_a_risk": gettext_lazy("It guards against a risk, so it is not simply dropped."),
    "nobody_demands_it": gettext_lazy("Neither law nor risk demands it."),
    "avoids_more": gettext_lazy("The losses it avoids are worth more than removing it would bring."),
}
LINES = {
    "value of orders kept": gettext_lazy("value of orders kept × margin"),
    "orders kept": gettext_lazy("orders kept × margin of an order"),
    "contacts saved": gettext_lazy("contacts saved × cost of a contact"),
    "checks saved": gettext_lazy("checks saved × cost of a check"),
    "losses no longer avoided": gettext_lazy("rejections × loss that one avoids"),
}


def said(words: Mapping[str, object], key: str) -> str:
    """A word of the library in the reader's language; one that is not known stays as it is."""
    return str(words.get(key, key))
