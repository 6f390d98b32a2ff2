"""Texts and JSON that a database can keep, or the reason why it cannot."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from recorrido.events.errors import RefusedEvent

MAX_BYTES = 256 * 1024

_encode = msgspec.json.Encoder().encode


def keepable_text(value: Any, most: int, name: str) -> str:
    """A text of at most that many characters. Raises RefusedEvent, whose code ends in ``name``."""
    if (
        type(value) is str
        and value.isascii()
        and value.isprintable()
        and 0 < len(value) <= most
        and value[0] != " "
    ):
        return value  # what nearly all are
    if not isinstance(value, str) or not value or value.isspace():
        raise RefusedEvent(f"missing_{name}", f"The event has no {name}.")
    if len(value) > most:
        raise RefusedEvent(
            f"long_{name}", f"The {name} is {len(value)} characters long; at most {most} are taken."
        )
    if not value.isprintable() and ("\x00" in value or not _is_utf8(value)):
        raise RefusedEvent(f"bad_{name}", f"The {name} holds a character that no database can keep.")
    return value


def _is_utf8(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def keepable_json(value: Any) -> str:
    """The JSON of a value, at most 256 KB. Raises RefusedEvent where it has none that PostgreSQL takes."""
    return encoded_json(value).decode()


def encoded_json(value: Any) -> bytes:
    """The same in UTF-8."""
    try:
        encoded = _encode(value)
    except (UnicodeEncodeError, OverflowError, TypeError, ValueError, RecursionError) as error:
        raise RefusedEvent("bad_properties", f"The properties cannot be written as JSON: {error}.") from None
    if len(encoded) > MAX_BYTES:
        raise RefusedEvent(
            "too_large", f"{len(encoded):,} bytes of properties; at most {MAX_BYTES:,} are taken."
        )
    # Cheap looks first: a NUL or a number that is none can only be there if its JSON form is.
    if b"\\u0000" in encoded or b"null" in encoded:
        _refuse_unkeepable(value)
    return encoded


def _refuse_unkeepable(value: Any) -> None:
    if isinstance(value, str):
        if "\x00" in value:
            raise RefusedEvent(
                "nul_character", "A property holds the NUL character, which no database can keep."
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise RefusedEvent("bad_number", f"A property holds {value}, which is no number.")
    elif isinstance(value, Mapping):
        _refuse_each(value.keys())
        _refuse_each(value.values())
    elif isinstance(value, list | tuple):
        _refuse_each(value)


def _refuse_each(values: Iterable[Any]) -> None:
    for value in values:
        _refuse_unkeepable(value)
