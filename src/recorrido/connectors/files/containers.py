"""What an uploaded file really is, whatever its name says, and the table inside a gz or zip.

Nothing here trusts a size that a file tells of itself: unpacking stops at a limit.
"""

from __future__ import annotations

import gzip
import lzma
import zipfile
import zlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from recorrido.connectors.files.errors import FileUnreadable

BLOCK = 1 << 20
GIGABYTE = 1 << 30
LARGEST_UNPACKED = 8 * GIGABYTE
LARGEST_WORKBOOK = 4 * GIGABYTE  # the XML inside an .xlsx or .ods, unpacked
MOST_TIMES = (
    150  # a table shrinks to a twentieth, hardly ever to a hundredth: what does is made to fill a disk
)
ALWAYS_ALLOWED = GIGABYTE // 4


class Container(StrEnum):
    """What a file is."""

    TEXT = "text"
    GZIP = "gzip"
    ZIP = "zip"
    WORKBOOK = "workbook"


_MAGIC = (
    (b"\x1f\x8b", Container.GZIP),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Container.WORKBOOK),  # .xls
)
_WORKBOOK_MEMBERS = ("xl/workbook.xml", "xl/workbook.bin")
_ODS = "application/vnd.oasis.opendocument.spreadsheet"


def recognise(file: Path, name: str = "") -> Container:
    """By its content. Raises FileUnreadable with what to do for what is no table (a PDF, a picture, a web page)."""
    with file.open("rb") as content:
        start = content.read(4096)
    name = name or file.name
    if not start.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        raise FileUnreadable(name, _("it is empty"))
    for magic, container in _MAGIC:
        if start.startswith(magic):
            return container
    if start.startswith(b"PK"):
        return _zip_or_workbook(file, name)
    _refuse_what_is_no_table(start, name)
    return Container.TEXT


def _zip_or_workbook(file: Path, name: str) -> Container:
    try:
        with zipfile.ZipFile(file) as archive:
            members = set(archive.namelist())
            kind = archive.read("mimetype")[:80].decode("ascii", "replace") if _has_type(archive) else ""
    except (zipfile.BadZipFile, OSError, zlib.error, NotImplementedError, RuntimeError) as error:
        raise FileUnreadable(name, _("the archive is damaged; save or export it again")) from error
    if kind.startswith(_ODS) or members & set(_WORKBOOK_MEMBERS):
        _refuse_a_bomb(file, name)
        return Container.WORKBOOK
    if kind or any(member.startswith(("word/", "ppt/")) for member in members):
        why = _("it is a document, not a table; save its table as CSV or Excel (.xlsx)")
        raise FileUnreadable(name, why)
    return Container.ZIP


def _has_type(archive: zipfile.ZipFile) -> bool:
    return "mimetype" in archive.namelist() and archive.getinfo("mimetype").file_size < 200


def _refuse_a_bomb(file: Path, name: str) -> None:
    """The reader of workbooks inflates whole members: count what they really hold before it does."""
    with zipfile.ZipFile(file) as archive:
        total, limit = 0, _limit_for(file, LARGEST_WORKBOOK)
        for member in archive.infolist():
            try:
                with archive.open(member) as content:
                    for block in _blocks(content):
                        total += len(block)
                        if total > limit:
                            raise FileUnreadable(name, _too_large(limit))
            except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, RuntimeError) as error:
                raise FileUnreadable(name, _("the archive is damaged; save or export it again")) from error


_FOREIGN = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"PAR1", "Parquet"),
    (b"SQLite format 3", "SQLite"),
    (b"\x7fELF", "ELF"),
    (b"MZ", "EXE"),
)
_PAGES = (b"<!doctype", b"<html", b"<?xml", b"<table", b"{\\rtf")


def _refuse_what_is_no_table(start: bytes, name: str) -> None:
    for magic, kind in _FOREIGN:
        if start.startswith(magic):
            why = _("it is a %s file, not a table; export the table as CSV or Excel (.xlsx)")
            raise FileUnreadable(name, why % kind)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGES):
        why = _(
            "it is a web page or XML under another name; open it in a spreadsheet and save it as CSV or .xlsx"
        )
        raise FileUnreadable(name, why)


def unpack(file: Path, container: Container, target: Path, name: str = "") -> Path:
    """The plain file inside: ``file`` itself, or ``target`` written from the gz or zip. Raises FileUnreadable."""
    name = name or file.name
    try:
        if container == Container.GZIP:
            with gzip.open(file) as packed:
                return _copy(packed, target, name, _limit_for(file, LARGEST_UNPACKED))
        if container == Container.ZIP:
            with zipfile.ZipFile(file) as archive, archive.open(_only_member(archive, name)) as packed:
                return _copy(packed, target, name, _limit_for(file, LARGEST_UNPACKED))
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError) as error:
        raise FileUnreadable(name, _("the archive is damaged; save or export it again")) from error
    except RuntimeError as error:  # zipfile's word for "has a password"
        raise FileUnreadable(name, _("it is protected by a password; save it without one")) from error
    return file


def _only_member(archive: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    found = [one for one in archive.infolist() if not one.is_dir() and not _is_litter(one.filename)]
    if len(found) != 1:
        why = _("it holds %d files; pack one table per zip, or upload them one by one")
        raise FileUnreadable(name, why % len(found))
    return found[0]


def _is_litter(member: str) -> bool:
    return member.startswith("__MACOSX/") or member.rpartition("/")[2].startswith(".")


def _limit_for(file: Path, largest: int) -> int:
    return min(largest, max(ALWAYS_ALLOWED, MOST_TIMES * file.stat().st_size))


def _copy(packed: IO[bytes] | gzip.GzipFile, target: Path, name: str, limit: int) -> Path:
    try:
        with target.open("wb") as plain:
            written = 0
            for block in _blocks(packed):
                written += len(block)
                if written > limit:
                    raise FileUnreadable(name, _too_large(limit))
                plain.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return target


def _blocks(content: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    while block := content.read(BLOCK):
        yield block


def _too_large(limit: int) -> str:
    return _("unpacked it is larger than %d MB; split it into smaller files") % (limit >> 20)
