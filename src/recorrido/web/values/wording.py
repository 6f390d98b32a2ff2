"""What each amount is called, and what it is for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recorrido.journeys import valuing
from recorrido.journeys.queries import channel_label


def label_of(key: str) -> str:
    """The name of an amount."""
    if key.startswith(valuing.CONTACT) and key != valuing.ANY:
        return channel_label(key.removeprefix(valuing.CONTACT))
    return {
        valuing.PER_ORDER: _("Margin of an order"),
        valuing.SHARE: _("Margin as a share of the order's value"),
        valuing.ANY: _("Any channel"),
        valuing.RETURN: _("A return"),
        valuing.DELAY_DAY: _("A day of delay"),
        valuing.RETAINED: _("A customer who stays"),
    }.get(key, key.removeprefix(valuing.PRODUCT))


def help_of(key: str) -> str:
    """What an amount is used for, in a sentence; "" where its name says it."""
    return {
        valuing.PER_ORDER: _("What an order leaves after its goods. It goes before the share."),
        valuing.SHARE: _("In percent. For orders of very different value."),
        valuing.ANY: _("For every channel that has no amount of its own."),
        valuing.RETURN: _("Handling it; the order itself is counted apart."),
        valuing.DELAY_DAY: _("One day beyond what was promised."),
        valuing.RETAINED: _(
            "Leave it empty where the orders that customers no longer place are counted: a loss counts once."
        ),
    }.get(key, "")


def unit_of(key: str, currency: str) -> str:
    return "%" if key == valuing.SHARE else currency
