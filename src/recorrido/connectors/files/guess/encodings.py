"""Which encodings a text file may be in, each with a sample of its letters for a person to judge."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec

BLOCK = 1 << 20
SAMPLE = 512 * 1024
SAMPLES = 6  # words shown per encoding
SINGLE_BYTE = ("cp1252", "iso-8859-15", "cp850", "mac_roman")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_USUAL = frozenset("áéíóúñüÁÉÍÓÚÑÜçÇãõâêôàÃÕÂÊÔÀ€°ºª¿¡´’“”–·")
_WORD = re.compile(r"[\w€°ºª¿¡.]*[^\x00-\x7f][\w€°ºª.]*")


class Encoding(msgspec.Struct, frozen=True):
    """One candidate. ``sure``: a mark at the beginning, or a form that no other encoding takes by chance."""

    name: str
    sample: tuple[str, ...]  # words with letters beyond ASCII, as this encoding reads them
    sure: bool = False


def guess_encodings(file: Path) -> list[Encoding]:
    """The candidates, the likeliest first; plain ASCII is one sure candidate. Empty: no text at all."""
    with file.open("rb") as content:
        start = content.read(SAMPLE)
    for mark, name in _MARKS:
        if start.startswith(mark):
            return [_encoding(name, start, sure=True)] if _decodes(file, name) else []
    if start.count(0) > len(start) // 20:
        return _wide(file, start)
    if _has_controls(start):
        return []
    if _decodes(file, "utf-8"):  # a stray NUL makes its row unreadable, not the file
        return [_encoding("utf-8", _words_in(file), sure=True)]
    return _single_byte(file)


def _has_controls(start: bytes) -> bool:
    """Whether bytes that no text has stand in it more often than by accident."""
    controls = sum(start.count(code) for code in range(32) if code not in b"\t\n\r\x0c\x1a\x1b")
    return controls > max(3, len(start) // 200)


def _wide(file: Path, start: bytes) -> list[Encoding]:
    """UTF-16 without its mark: every other byte of plain letters is NUL."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    order = "utf-16-le" if odd >= even else "utf-16-be"
    if max(even, odd) < len(start) // 5 or not _decodes(file, order):
        return []
    return [_encoding(order, start)]


def _single_byte(file: Path) -> list[Encoding]:
    words = _words_in(file)
    readings: dict[str, str] = {}  # what the bytes say → the first encoding that reads them so
    for name in SINGLE_BYTE:
        if _can_read(words, name):
            readings.setdefault(words.decode(name), name)
    found = [_encoding(name, words) for name in readings.values()]
    return sorted(found, key=lambda one: -_plausible(one.name, words))


def _words_in(file: Path) -> bytes:
    """The lines of the file with bytes beyond ASCII, up to a sample's size."""
    found, size = [], 0
    with file.open("rb") as content:
        for line in content:
            if not line.isascii():
                found.append(line[:2000])
                size += len(found[-1])
            if size > SAMPLE:
                break
    return b"".join(found)


def _can_read(sample: bytes, name: str) -> bool:
    try:
        text = sample.decode(name)
    except UnicodeError:
        return False
    return not any("\x80" <= letter <= "\x9f" for letter in text)


def _plausible(name: str, sample: bytes) -> float:
    """The share of letters beyond ASCII that Spanish and Portuguese use; a capital inside a word speaks against it."""
    text = sample.decode(name, errors="replace")
    beyond = [letter for letter in text if letter > "\x7f"]
    usual = sum(letter in _USUAL for letter in beyond)
    odd = len(re.findall(r"[a-záéíóúñ][ÁÉÍÓÚÑÜÃÕÂÊÔÀ](?=[a-z]|\b)", text))
    return (usual - odd) / max(1, len(beyond))


def _decodes(file: Path, name: str) -> bool:
    """The whole file, not a sample: one stray byte after a million rows would stop the import."""
    decoder = codecs.getincrementaldecoder(name)()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as content:
        while block := content.read(BLOCK):
            yield block


def _encoding(name: str, sample: bytes, *, sure: bool = False) -> Encoding:
    text = sample.decode(name, errors="ignore").replace("\ufeff", "")
    words = dict.fromkeys(word[:40] for word in _WORD.findall(text))
    return Encoding(name, tuple(words)[:SAMPLES], sure)
