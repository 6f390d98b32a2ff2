"""Words for causes, purposes and verdicts, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _


def kind_label(kind: str) -> str:
    """Why a contact is said to be born at a step."""
    labels = {
        "said": _("the contact says so"),
        "late": _("later than promised"),
        "not sent": _("information not sent"),
        "gate": _("stopped at a requirement"),
        "after": _("follows it more often than elsewhere"),
        "missing": _("waits for it more often than elsewhere"),
        "changed": _("more contacts since a day"),
        "sin explicar": _("unexplained"),
    }
    return labels.get(kind, kind)


def purpose_label(purpose: str) -> str:
    return {"advice": _("Advice"), "support": _("Support")}.get(purpose, purpose)


def direction_label(direction: str | None) -> str:
    return {"inbound": _("they come to us"), "outbound": _("we go to them")}.get(direction or "", "–")


def planned_label(planned: bool) -> str:
    return _("planned") if planned else _("contingent")


def verdict_label(verdict: str) -> str:
    labels = {
        "fewer": _("precedes fewer contacts"),
        "more": _("precedes more contacts"),
        "perhaps chance": _("may be chance"),
        "no difference": _("no difference seen"),
        "no comparable": _("no comparable"),
    }
    return labels.get(verdict, verdict)


def balance_label(name: str) -> str:
    labels = {
        "value": _("order value"),
        "later order": _("not their first order"),
        "weekday": _("weekend"),
        "month": _("date"),
    }
    return labels.get(name, name)


def line_label(what: str) -> str:
    """What a line of profit counts: "contacts phone" → "Contacts, phone"."""
    name, _space, about = what.partition(" ")
    labels = {
        "margin": _("Margin of orders kept"),
        "contacts": _("Support contacts"),
        "returns": _("Returns"),
        "delays": _("Days late"),
    }
    return labels.get(name, name) + (f", {_about(about)}" if about else "")


def _about(word: str) -> str:
    from recorrido.journeys.queries import channel_label

    return channel_label(word)
