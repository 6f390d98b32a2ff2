"""JSON text to Python, kindly: what a real client can send by mistake in one item must not cost it the others.

Fast where the text is strict JSON. Else three repairs are tried: half emojis (a text cut by length) become U+FFFD;
NaN and Infinity, which Python's own writer produces, are read as such; what is nested too deep is cut out.
"""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from recorrido.api.ingest.errors import malformed

MAX_DEPTH = 200
CUT = "$deeper_than_200_levels"
"""Stands where something too deep was cut out; the item that holds it goes to quarantine."""

_ERRORS = (msgspec.MsgspecError, UnicodeError, ValueError, OverflowError)
_SURROGATES = re.compile(
    rb"(?:\\\\)|(\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


NULL = msgspec.Raw(b"null")


class Envelope(msgspec.Struct, rename={"write_key": "writeKey", "sent_at": "sentAt"}):
    """The body of a batch. Items stay text, so that each can be weighed and read by itself."""

    batch: list[msgspec.Raw]
    context: msgspec.Raw = NULL
    integrations: msgspec.Raw = NULL
    write_key: Any = None
    sent_at: Any = None


class Mended(Envelope):
    """A batch that was no strict JSON, or nested too deep: some of its items may have been CUT."""


_envelope = msgspec.json.Decoder(Envelope)
_anything = msgspec.json.Decoder()
_encode = msgspec.json.Encoder().encode


def read_envelope(text: bytes) -> Envelope:
    """A batch. Raises Refusal (400) where it is no JSON, or no batch."""
    try:
        return _envelope.decode(text)
    except msgspec.ValidationError as error:
        raise malformed(f'A batch is an object with a list "batch": {error}.') from None
    except (*_ERRORS, RecursionError):
        return _envelope_of(read_value(text))


def read_value(text: bytes) -> Any:
    """Any JSON value, after the repairs. Raises Refusal (400)."""
    try:
        return _read(text)
    except RecursionError:
        text = without_depths(text)
    try:
        return _read(text)
    except RecursionError:  # an unclosed string hides brackets from the one and not from the other
        raise malformed("The body is not JSON.") from None


def _read(text: bytes) -> Any:
    try:
        return _anything.decode(text)
    except _ERRORS:
        pass
    try:
        return json.loads(without_half_characters(text).decode())
    except _ERRORS as error:
        raise malformed(f"The body is not JSON: {error}.") from None


def _envelope_of(value: Any) -> Envelope:
    """The envelope around what needed a repair; its items are written anew."""
    if not isinstance(value, dict) or not isinstance(value.get("batch"), list):
        raise malformed('A batch is an object with a list "batch".')
    shared = {name: _raw(value[name]) for name in ("context", "integrations") if name in value}
    items = [_raw(item) for item in value["batch"]]
    return Mended(items, write_key=value.get("writeKey"), sent_at=value.get("sentAt"), **shared)


def _raw(value: Any) -> msgspec.Raw:
    # Python's own writer, for the NaN and the huge numbers that brought us here.
    return msgspec.Raw(json.dumps(value).encode())


def read_item(text: bytes | msgspec.Raw) -> Any:
    """One item of a batch. Raises Refusal (400) where it is no JSON after all."""
    try:
        return _anything.decode(text)
    except (*_ERRORS, RecursionError):
        return read_value(bytes(text))


def without_half_characters(text: bytes) -> bytes:
    """The text with U+FFFD for each escaped surrogate that has lost its other half."""
    return _SURROGATES.sub(lambda found: b"\\ufffd" if found[2] else found[0], text)


def depth_of(text: bytes) -> int:
    """How deep the deepest bracket of the text is nested. Counts brackets; does not check them."""
    deepest = depth = 0
    for token in _TOKENS.finditer(text):
        first = text[token.start()]
        if first in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif first in b"]}":
            depth -= 1
    return deepest


def is_too_deep(text: bytes) -> bool:
    """Whether an item is nested too deep; looks closer only where it has that many brackets at all."""
    return len(text) > 2 * MAX_DEPTH and _brackets(text) > MAX_DEPTH and depth_of(text) > MAX_DEPTH


def _brackets(text: bytes) -> int:
    """How many brackets open in it. ``bytes.count`` takes six times as long."""
    return 2 * len(text) - len(text.replace(b"[", b"")) - len(text.replace(b"{", b""))


def without_depths(text: bytes) -> bytes:
    """The text with CUT in the place of every value that lies more than 200 levels (and a batch around it) deep."""
    kept: list[bytes] = []
    depth = done = 0
    for token in _TOKENS.finditer(text):
        first = text[token.start()]
        if first in b"[{":
            depth += 1
            if depth == MAX_DEPTH + 3:
                kept.append(text[done : token.start()])
        elif first in b"]}":
            depth -= 1
            if depth == MAX_DEPTH + 2:
                kept.append(_encode(CUT))
                done = token.end()
    kept.append(text[done:])
    return b"".join(kept)
