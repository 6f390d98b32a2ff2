"""First names as messages write them, and when two of them are clearly not one human being's. No database."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import msgspec

NAME_KEYS = ("name", "full_name", "fullName", "nombre_completo")
"""Attributes with a whole name: its first word is the first name."""
FIRST_NAME_KEYS = ("first_name", "firstName", "first_names", "given_name", "nombre", "nombres")
KEYS = (*FIRST_NAME_KEYS, *NAME_KEYS)

Words = tuple[str, ...]
"""The words of one first name, lower case, without accents."""

_KEYS = frozenset(KEYS)
_NO_NAMES = frozenset({"de", "del", "la", "las", "los", "el", "da", "do", "dos", "y", "e"})
_decode = msgspec.json.Decoder().decode


def told_in(attributes: Iterable[tuple[str, str]]) -> set[Words]:
    """The first names among attributes as (key, JSON text)."""
    return {
        words
        for key, value in attributes
        if key in _KEYS and value[:1] == '"' and (words := read(key, _decode(value)))
    }


def read(key: str, value: Any) -> Words:
    """The first name that an attribute of ``KEYS`` says, empty where it says none."""
    if not isinstance(value, str):
        return ()
    words = _words(value[:120])
    return words[:1] if key in NAME_KEYS else words


@lru_cache(maxsize=20_000)
def _words(text: str) -> Words:
    plain = "".join(c for c in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(c))
    letters = "".join(c if c.isalnum() else " " for c in plain)
    return tuple(word for word in letters.split() if word not in _NO_NAMES)


def clearly_differ(ours: Iterable[Words], theirs: Iterable[Words]) -> bool:
    """Whether both sides have first names, and none of the one is like any of the other."""
    others = list(theirs)
    pairs = [(one, other) for one in ours for other in others]
    return bool(pairs) and not any(_alike(one, other) for one, other in pairs)


@lru_cache(maxsize=50_000)
def _alike(one: Words, other: Words) -> bool:
    """A word in common, one first word the beginning of the other (``J.``, ``Fran``), or one typing error between them."""
    first, second = one[0], other[0]
    if not set(one).isdisjoint(other) or first.startswith(second) or second.startswith(first):
        return True
    return _is_one_slip(first, second)


def _is_one_slip(one: str, other: str) -> bool:
    """Whether two different words are one typing error apart: a letter more, less, another, or two swapped.

    One, not two: Juan and Ana, Eva and Ana, Luis and Luz are two apart.
    """
    short, long = sorted((one, other), key=len)
    start = _common(short, long)
    if len(short) == len(long):
        rest = short[start:], long[start:]
        return rest[0][1:] == rest[1][1:] or _are_swapped(*rest)
    return len(long) - len(short) == 1 and short[start:] == long[start + 1 :]


def _are_swapped(one: str, other: str) -> bool:
    return len(one) > 1 and one[:2] == other[1::-1] and one[2:] == other[2:]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many letters both begin with."""
    length = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        length += 1
    return length
