"""Where a list goes on, in words that only we can write: signed, and good for the list it came from alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from recorrido.api.read.problems import Problem


def encode(list_name: str, values: list[Any]) -> str:
    return signing.Signer(salt=_salt(list_name)).sign_object(
        values
    )  # without a time: the same page has one ETag


def decode(list_name: str, text: str | None) -> list[Any] | None:
    """The values, or None for the first page. Raises Problem 400 for a damaged cursor or one of another list."""
    if not text:
        return None
    try:
        values = signing.Signer(salt=_salt(list_name)).unsign_object(text)
    except (signing.BadSignature, ValueError, UnicodeError):
        values = None
    if not isinstance(values, list):
        why = _("This cursor was not made by this list, or was damaged. Begin again without it.")
        raise Problem(400, "bad_cursor", why, errors=[{"in": "query", "name": "after", "detail": why}])
    return values


def encode_place(list_name: str, at: datetime, id_: int) -> str:
    return encode(list_name, [at.isoformat(), id_])


def decode_place(list_name: str, text: str | None) -> tuple[datetime, int] | None:
    values = decode(list_name, text)
    return (datetime.fromisoformat(values[0]), values[1]) if values else None


def _salt(list_name: str) -> str:
    return f"recorrido.api.{list_name}"
