"""How wide a text will be, and how to fit it into a space, without a browser to ask.

The widths are those of DejaVu Sans, one of the widest of the usual screen fonts: what fits here also fits in
Inter, Segoe UI or Helvetica.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

_WIDTHS = {  # thousandths of the font size
    **dict.fromkeys("ijl'", 285),
    **dict.fromkeys("I J.,·\u202f\u00a0", 320),
    **dict.fromkeys(":;/|\\", 340),
    **dict.fromkeys("f-()[]t!r", 405),
    **dict.fromkeys('c"s?z*_', 545),
    **dict.fromkeys("vxykLFTYP", 605),
    **dict.fromkeys("w%&<>=+~#", 860),
    **dict.fromkeys("mWM@…", 990),
    **dict.fromkeys("DGHNOQUC", 775),
}
_LOWER, _UPPER, _WIDE, _EMOJI = 636, 700, 1000, 1380
_BOLD = 1.12
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPACES = re.compile(r"[\t\n\r ]+")  # not the narrow ones that hold a number and its unit together
_PARTS = re.compile(r"[^._/\-:]*[._/\-:]+|[^._/\-:]+")


def clean(text: str) -> str:
    """The text with what XML cannot hold replaced, on one line."""
    return _SPACES.sub(" ", _NOT_XML.sub("\ufffd", text)).strip(" ")


@lru_cache(maxsize=4096)
def _advance(character: str) -> int:
    known = _WIDTHS.get(character)
    if known is not None:
        return known
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    if ord(character) >= 0x1F000 or 0x2600 <= ord(character) < 0x2800:
        return _EMOJI
    if unicodedata.east_asian_width(character) in "WF":
        return _WIDE
    base = unicodedata.normalize("NFD", character)[0]
    if base != character and base in _WIDTHS:
        return _WIDTHS[base]
    return _UPPER if character.isupper() else _LOWER


def width(text: str, size: float, bold: bool = False) -> float:
    """Pixels that ``text`` takes at font ``size``; an upper estimate for the usual fonts."""
    return sum(map(_advance, text)) * size / 1000.0 * (_BOLD if bold else 1.0)


def longest_word(text: str, size: float, bold: bool = False) -> float:
    """Width of the longest piece that ``wrapped`` will not break."""
    return max(
        (width(piece.strip(), size, bold) for piece in _PARTS.findall(clean(text).replace(" ", "- "))),
        default=0.0,
    )


def ellipsed(text: str, room: float, size: float, bold: bool = False) -> str:
    """The text, cut to ``room`` pixels with an ellipsis when it is longer."""
    if width(text, size, bold) <= room:
        return text
    kept = text
    while kept and width(kept.rstrip() + "…", size, bold) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def wrapped(text: str, room: float, size: float, lines: int, bold: bool = False) -> tuple[str, ...]:
    """The text in at most ``lines`` lines of ``room`` pixels; a word without room breaks after ``. _ / - :``."""
    found: list[str] = []
    line = ""
    for piece in _pieces(text, room, size, bold):
        if line and width((line + piece).rstrip(), size, bold) > room:
            found.append(line.rstrip())
            line = ""
        line += piece
    if line.strip():
        found.append(line.rstrip())
    if len(found) > lines:
        found = [*found[: lines - 1], _rejoined(found[lines - 1 :])]
    return tuple(ellipsed(part, room, size, bold) for part in found)


def _pieces(text: str, room: float, size: float, bold: bool) -> Iterator[str]:
    """Words with the space after them, and the parts of a word that is too long for a line."""
    for word in clean(text).split(" "):
        if width(word, size, bold) <= room:
            yield word + " "
        else:
            yield from _PARTS.findall(word)[:-1]
            yield _PARTS.findall(word)[-1] + " "


def _rejoined(parts: list[str]) -> str:
    """The lines that did not fit, as one; what was broken after a mark had no space there."""
    joined = parts[0]
    for part in parts[1:]:
        joined += part if joined[-1] in "._/-:" else " " + part
    return joined
