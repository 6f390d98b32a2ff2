"""How the value of each kind of identifier is written, so that equal things look equal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import phonenumbers
from django.utils.translation import gettext as _

from recorrido.people.errors import UnreadableIdentifier

Key = tuple[str, str]
"""(kind, normalised value)"""

MAX_VALUE = 255

KIND = re.compile(r"[a-z][a-z0-9_.]{0,31}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@lru_cache(maxsize=200_000)
def normalise(kind: str, value: str, country: str = "") -> Key | None:
    """The leaf that ``value`` means, or None where it is empty.

    ``email`` is trimmed, NFC, lower case. ``phone`` becomes E.164; a number without a prefix is read as one of
    ``country`` (two letters), a number already in that form is taken as it stands. Every other kind (``customer``,
    ``anonymous``, ``external`` …) is trimmed and NFC: those systems' ids may differ by case alone.

    Raises UnreadableIdentifier.
    """
    if not KIND.fullmatch(kind):
        raise UnreadableIdentifier(kind, value, _("the kind is not a short lower-case word"))
    text = unicodedata.normalize("NFC", value).strip()
    if not text:
        return None
    normal = _RULES.get(kind, _plain)(text, country)
    if len(normal) > MAX_VALUE:
        raise UnreadableIdentifier(kind, value, _("longer than %d characters") % MAX_VALUE)
    if not normal.isprintable():
        raise UnreadableIdentifier(kind, value, _("holds a control character"))
    return kind, normal


def _plain(text: str, country: str) -> str:
    return text


def _email(text: str, country: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise UnreadableIdentifier("email", text, _("no e-mail address"))
    return text.lower()


def _phone(text: str, country: str) -> str:
    if _E164.fullmatch(text):
        return text
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        why = _("no phone number") if country else _("no country prefix, and its source has no country")
        raise UnreadableIdentifier("phone", text, why) from None
    if not phonenumbers.is_possible_number(number):
        raise UnreadableIdentifier("phone", text, _("too short or too long for its country"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


_RULES: dict[str, Callable[[str, str], str]] = {"email": _email, "phone": _phone}
