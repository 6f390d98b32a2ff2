"""What the codes of links, changes and kinds mean, in sentences."""

from __future__ import annotations

from django.utils.translation import gettext as _

from recorrido.people.kinds import kind_named
from recorrido.people.organizations import OBJECT_KINDS


def kind_label(kind: str) -> str:
    """What a kind of identifier is called."""
    return _("Number in its system") if kind in OBJECT_KINDS else str(kind_named(kind).label)


def hold_sentence(why: str) -> str:
    """Why a link waits for a decision."""
    code, _colon, kind = why.partition(":")
    sentences = {
        "limit": _("One person would then have more of these than the rule allows: %(kind)s."),
        "shared": _(
            "Several persons may share this (%(kind)s), and both sides have strong identifiers of their own."
        ),
        "name": _("The first names of the two sides clearly differ."),
        "contested": _("Several persons claim one of these, so it joins nobody by itself."),
        "apart": _("Somebody has told these two persons apart before."),
        "unblocked": _("A blocked value kept them apart until it was withdrawn."),
    }
    return sentences.get(code, why) % {"kind": kind_label(kind)}


def reason_sentence(reason: str) -> str:
    """What joined or parted two persons."""
    sentences = {
        "same_message": _("named together in one message"),
        "by_hand": _("joined by hand"),
        "proposal": _("a proposal that was accepted"),
        "blocked": _("a blocked value"),
        "contested": _("an identifier that several persons claim"),
    }
    return sentences.get(reason, reason)


def field_label(name: str) -> str:
    """What a comparison looked at."""
    labels = {
        "name": _("Name"),
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "surname": _("Last name"),
        "email": _("E-mail"),
        "phone": _("Telephone"),
        "city": _("City"),
        "address": _("Address"),
        "dob": _("Date of birth"),
        "birth_date": _("Date of birth"),
        "postcode": _("Postcode"),
    }
    return labels.get(name, name)
