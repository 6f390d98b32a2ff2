"""Keyset paging: the next page begins after the last row's key, so it costs the same on page 1 and 10,000."""

from __future__ import annotations

import base64
import binascii
import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

SIZE = 50


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next_after: str  # "" on the last page


def page_of(rows: QuerySet[Any], *, key: tuple[str, ...], descending: bool = False, after: str = "") -> Page:
    """One page of ``rows``, ordered by ``key`` (its last field unique). A damaged ``after`` means the first page."""
    ordered = rows.order_by(*(f"-{field}" if descending else field for field in key))
    values = _decode(after, len(key))
    if values is not None:
        with suppress(ValueError, TypeError):  # a word where a number belongs
            ordered = ordered.filter(_beyond(key, values, "lt" if descending else "gt"))
    found = list(ordered[: SIZE + 1])
    more = len(found) > SIZE
    return Page(found[:SIZE], encode([getattr(found[SIZE - 1], field) for field in key]) if more else "")


def _beyond(key: tuple[str, ...], values: list[Any], operator: str) -> Q:
    """(a, b) > (x, y) written out: a > x, or a = x and b > y."""
    condition = Q()
    for depth, field in enumerate(key):
        equal = dict(zip(key[:depth], values, strict=False))
        condition |= Q(**equal, **{f"{field}__{operator}": values[depth]})
    return condition


def encode(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def _decode(text: str, length: int) -> list[Any] | None:
    try:
        values = json.loads(base64.urlsafe_b64decode(text.encode()))
    except (ValueError, binascii.Error):
        return None
    usable = isinstance(values, list) and len(values) == length
    return values if usable and all(map(_is_plain, values)) else None


def _is_plain(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and "\x00" not in value)


def id_in(text: str) -> int | None:
    """The place in a list that is ordered by id alone, or None for the first page or a damaged text."""
    values = _decode(text, 1)
    return values[0] if values and isinstance(values[0], int) and abs(values[0]) < 2**63 else None


def encode_place(at: datetime, id_: int) -> str:
    """A place in a list that is ordered by time and id."""
    return encode([at.isoformat(), id_])


def decode_place(text: str) -> tuple[datetime, int] | None:
    """The place, or None for the first page or a damaged text."""
    values = _decode(text, 2)
    if values is None:
        return None
    try:
        return datetime.fromisoformat(str(values[0])), int(values[1])
    except ValueError:
        return None
