"""How the value of each kind of identifier is written, so that equal things look equal."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers
from django.utils.translation import gettext as _

from recorrido.people.errors import UnreadableIdentifier
from recorrido.people.kinds import KINDS, Key, NotOfThisKind, kind_named, meant_by

__all__ = ["Key", "normalise"]

MAX_VALUE = 255

KIND = re.compile(r"[a-z][a-z0-9_.]{0,31}")
_E164 = re.compile(r"\+[1-9]\d{7,14}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
# Mobile numbers that are written in two ways: without the ninth digit (Brazil), with a 1 after the country (Mexico).
_BRAZIL_EIGHT = re.compile(r"\+55(\d\d)([6-9]\d{7})")
_MEXICO_ONE = re.compile(r"\+521(\d{10})")


def normalise(kind: str, value: str, country: str = "") -> Key | None:
    """The leaf that ``value`` means, or None where it is empty.

    ``email`` is trimmed, NFC, lower case; what follows a plus stays, as some servers give it to different people.
    ``phone`` becomes E.164; a number without a prefix is read as one of ``country`` (two letters). National and tax ids
    are checked and compacted, and ``national_id``, ``tax_id``, ``dni`` … become the kind they mean in ``country``.
    Every other kind (``customer``, ``anonymous``, ``external`` …) is trimmed and NFC: those systems' ids may differ by
    case alone.

    Raises UnreadableIdentifier.
    """
    if kind not in KINDS and not KIND.fullmatch(kind):
        raise UnreadableIdentifier(kind, value, _("the kind is not a short lower-case word"))
    text = (value if value.isascii() else unicodedata.normalize("NFC", value)).strip()
    if not text:
        return None
    key = _read(kind, text, country)
    if len(key[1]) > MAX_VALUE:
        raise UnreadableIdentifier(kind, value, _("longer than %d characters") % MAX_VALUE)
    if not key[1].isprintable():
        raise UnreadableIdentifier(kind, value, _("holds a control character"))
    return key


def _read(kind: str, text: str, country: str) -> Key:
    if kind == "email":
        return kind, _email(text)
    if kind == "phone":
        return kind, _phone(text, country)
    meant = meant_by(kind, country)
    if meant is None:
        why = _(
            "nobody says of which country: write the kind with it, as in cl.rut, or give its source a country"
        )
        raise UnreadableIdentifier(kind, text, why)
    read = kind_named(meant).read
    try:
        return read(text) if read else (meant, text)
    except NotOfThisKind as error:
        raise UnreadableIdentifier(kind, text, str(error)) from None


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise UnreadableIdentifier("email", text, _("no e-mail address"))
    return text.lower()


def _phone(text: str, country: str) -> str:
    return _one_way(text if _E164.fullmatch(text) else _parsed(text, country))


def _parsed(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country.upper() or None)
    except phonenumbers.NumberParseException:
        why = _("no phone number") if country else _("no country prefix, and its source has no country")
        raise UnreadableIdentifier("phone", text, why) from None
    if not phonenumbers.is_possible_number(number):
        raise UnreadableIdentifier("phone", text, _("too short or too long for its country"))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _one_way(number: str) -> str:
    """The one way of writing a mobile number that has two."""
    if brazil := _BRAZIL_EIGHT.fullmatch(number):
        return f"+55{brazil[1]}9{brazil[2]}"
    if mexico := _MEXICO_ONE.fullmatch(number):
        return f"+52{mexico[1]}"
    return number
