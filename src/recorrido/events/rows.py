"""Events and what they touch as rows of a binary COPY: what the door knows of each field needs no reading again.

Every field is its length (four bytes; -1 for NULL) and its value, numbers with the first byte first; a moment is
microseconds since 2000 (PostgreSQL's documentation of COPY and of its types' binary forms).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from struct import Struct

COPY_EVENTS = """
    COPY events_event (hash, id, source_id, type_id, channel, at, date_only, original_at, sent_at, received_at,
                       leaf_id, leaf_ids, object_ids, properties) FROM STDIN (FORMAT binary)
"""
COPY_LINKS = "COPY events_eventobject (object_id, event_id) FROM STDIN (FORMAT binary)"
NULL = b"\xff\xff\xff\xff"

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_INT8 = 20  # its number among PostgreSQL's types
_head = Struct(">hi16siqiqiq").pack
_number = Struct(">iq").pack
_integer = Struct(">q").pack
_two_elements = Struct(">qiq").pack
_array = Struct(">iiiiiii").pack
_truth = Struct(">i?").pack
_length = Struct(">i").pack
_link = Struct(">hiqiq").pack


def text(value: str | None) -> bytes:
    """The field of a text."""
    return NULL if value is None else _sized(value.encode())


def moment(at: datetime | None) -> bytes:
    """The field of a time; ``at`` is aware."""
    return NULL if at is None else _number(8, (at - _EPOCH) // _MICROSECOND)


def truth(value: bool) -> bytes:
    """The field of a boolean."""
    return _truth(1, value)


def json(encoded: bytes) -> bytes:
    """The field of a ``jsonb``, from JSON text."""
    return _length(len(encoded) + 1) + b"\x01" + encoded


def number(value: int | None) -> bytes:
    """The field of a ``bigint``."""
    return NULL if value is None else _number(8, value)


def numbers(values: Sequence[int]) -> bytes:
    """The field of an array of ``bigint``: dimensions, no NULL in it, element type, length, first index, elements."""
    count = len(values)
    if count == 1:  # as most are; two are the next most
        return _ONE_NUMBER + _integer(values[0])
    if count == 2:
        return _TWO_NUMBERS + _two_elements(values[0], 8, values[1])
    if not count:
        return _NO_NUMBERS
    elements = [8] * (2 * count - 1)
    elements[::2] = values
    return _begin_of_array(count) + _elements(count).pack(*elements)


def event_head(hash_: str, id_: int, source: int, type_: int) -> bytes:
    """How the row of an event begins. ``hash_``: 32 hex digits."""
    return _head(14, 16, bytes.fromhex(hash_), 8, id_, 8, source, 8, type_)


def link(object_id: int, event_id: int) -> bytes:
    """The row that says that an event touches an object."""
    return _link(2, 8, object_id, 8, event_id)


def _sized(value: bytes) -> bytes:
    return _length(len(value)) + value


def _begin_of_array(count: int) -> bytes:
    """Up to the length of its first element."""
    return _array(20 + 12 * count, 1, 0, _INT8, count, 1, 8)


@cache
def _elements(count: int) -> Struct:
    """The first, and each other with its length."""
    return Struct(">q" + "iq" * (count - 1))


_NO_NUMBERS = _sized(Struct(">iii").pack(0, 0, _INT8))
_ONE_NUMBER, _TWO_NUMBERS = _begin_of_array(1), _begin_of_array(2)
