"""The backup file: a zip of ``database.dump``, ``secret-key`` and, written last, ``manifest.json``."""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from recorrido.site.backups.errors import BackupError
from recorrido.site.backups.sums import Sums

FORMAT = 1
DUMP = "database.dump"
KEY = "secret-key"
MANIFEST = "manifest.json"
BLOCK = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself. ``sums`` are those of the snapshot that was dumped; ``sha256`` is the dump's."""

    made_at: str
    server: str
    sha256: str
    bytes: int
    sums: Sums
    format: int = FORMAT

    @property
    def rows(self) -> int:
        return sum(int(rows) for rows, _sum in self.sums.values())


@contextmanager
def new_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """Written beside its place and renamed when whole, readable by its owner only: it holds everything."""
    scratch = path.with_name(f"{path.name}.part")
    try:
        handle = os.open(scratch, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        scratch.rename(path)
    except OSError as error:
        raise BackupError(f"{scratch} cannot be written: {error.strerror}.") from error
    finally:
        scratch.unlink(missing_ok=True)


def copy_in(archive: zipfile.ZipFile, name: str, source: IO[bytes]) -> tuple[str, int]:
    """Store what ``source`` yields; its SHA-256 and length."""
    digest, length = hashlib.sha256(), 0
    with archive.open(name, "w", force_zip64=True) as target:
        while block := source.read(BLOCK):
            target.write(block)
            digest.update(block)
            length += len(block)
    return digest.hexdigest(), length


def write_manifest(archive: zipfile.ZipFile, manifest: Manifest) -> None:
    archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=1))


@contextmanager
def open_archive(path: Path) -> Iterator[tuple[zipfile.ZipFile, Manifest]]:
    """A backup and its manifest. Raises BackupError where it is none, incomplete, or of a newer Recorrido."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive, _manifest(json.loads(archive.read(MANIFEST)), path)
    except FileNotFoundError:
        raise BackupError(f"There is no file {path}.") from None
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BackupError(f"{path} is no whole backup of Recorrido ({error}).") from error


def _manifest(read: dict[str, Any], path: Path) -> Manifest:
    if read.get("format") != FORMAT:
        raise BackupError(
            f"{path} was made by another version of Recorrido (format {read.get('format')}, this one reads {FORMAT})."
        )
    return Manifest(**read)


def blocks_of(archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[bytes]:
    """The dump, checked on the way. Raises BackupError at its end if a byte is not what was written."""
    digest = hashlib.sha256()
    try:
        with archive.open(DUMP) as dump:
            while block := dump.read(BLOCK):
                digest.update(block)
                yield block
    except zipfile.BadZipFile as error:
        raise BackupError(f"The backup is damaged: {error}.") from error
    if digest.hexdigest() != manifest.sha256:
        raise BackupError("The backup is damaged: its dump is not the one that was written.")
