"""The folder of a journey log: what lies in it, what names the current version, how it is checked.

    manifest.json                  the current version: its base, its patches, checksums
    20261031T101500000000-1a2b3c4d the base: a folder that never changes once the manifest names it
        log.json, journeys.arrow, keys.arrow, …
        tail/7.patch               journeys written anew since the base was built, each patch a file that never changes

A *version* is a base and the patches on it, oldest first: ``20261031T101500000000-1a2b3c4d.3.7``. The manifest is
replaced in one step after every file it names is on disk, so a crash at any point leaves the old version or the new
one. What no version needs any more is kept for an hour, for the readers that opened it. ``writing`` has the other half.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from trayecto.errors import BadLog
from trayecto.stores import Folder

FORMAT = "trayecto-journey-log"
FORMAT_VERSION = 2
READABLE = (1, 2)  # 1: the same without patches
MANIFEST = "manifest.json"
META = "log.json"
TAIL = "tail"
MOST_PATCHES = 8
KEEP = timedelta(hours=1)
SMALL = 1 << 20  # bytes; files up to here are compared with their checksum whenever the log is opened
_BASE = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_VERSION = re.compile(rf"({_BASE.pattern})((?:\.[0-9a-z]{{1,8}}){{0,{MOST_PATCHES}}})")

Position = tuple[int, ...]  # how far the streams that the events come from were read


@dataclass(frozen=True)
class PatchFile:
    """A patch as the manifest names it; ``events`` say how much there is to merge."""

    number: str
    bytes: int
    sha256: str
    events: int


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says; ``superseded`` maps old bases to the moment they stopped being current."""

    base: str
    checksum: str  # sha256 of the base's log.json
    tail: tuple[PatchFile, ...] = ()
    superseded: dict[str, str] = field(default_factory=dict)
    position: Position = ()

    @property
    def version(self) -> str:
        """The name of the current version."""
        return ".".join([self.base, *(patch.number for patch in self.tail)])

    def to_json(self) -> str:
        facts = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": self.base,
            "checksum": self.checksum,
            "tail": [vars(patch) for patch in self.tail],
            "superseded": self.superseded,
            "position": list(self.position),
        }
        return json.dumps(facts, indent=1)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a log folder; BadLog when there is none or it cannot be understood."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise BadLog(f"There is no journey log at {folder}: build one there with 'trayecto build'.")
    if not path.is_file():
        raise BadLog(f"{folder} is not a journey log: it has no {MANIFEST}.")
    return _understand(str(path), load_json(path))


def manifest_in(folder: Folder) -> Manifest:
    """The manifest of a log in a folder, here or on a store; BadLog when there is none or it cannot be understood."""
    return _understand(f"{folder}/{MANIFEST}", json_in(folder, MANIFEST))


def json_in(folder: Folder, name: str) -> Any:
    """What a file of a log's folder says; BadLog without it."""
    try:
        return json.loads(folder.read(name))
    except FileNotFoundError as error:
        raise BadLog(
            f"There is no journey log at {folder}: build one there with 'trayecto build'."
        ) from error
    except ValueError as error:
        raise BadLog(f"{folder}/{name} cannot be read ({error}): build the log again.") from error


def _understand(path: str, facts: Any) -> Manifest:
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadLog(f"{path} does not belong to a journey log.")
    if facts.get("format_version") not in READABLE:
        raise BadLog(
            f"{path} has log format {facts.get('format_version')} and this program reads "
            f"{FORMAT_VERSION}: build the log again."
        )
    try:
        tail = tuple(PatchFile(**patch) for patch in facts["tail"])
        position = tuple(facts.get("position", ()))
        return Manifest(facts["version"], facts["checksum"], tail, dict(facts["superseded"]), position)
    except (KeyError, TypeError) as error:
        raise BadLog(f"{path} is damaged ({error} is missing or wrong): build the log again.") from error


def current_version(folder: str | Path) -> str:
    """The name of a log's current version, from its manifest alone; BadLog when there is none."""
    return read_manifest(Path(folder)).version


def position_of(folder: str | Path) -> Position:
    """The position of a log's current version, from its manifest alone; BadLog when there is none."""
    return read_manifest(Path(folder)).position


def is_base(name: str) -> bool:
    return bool(_BASE.fullmatch(name))


def base_of(version: str) -> str:
    """The base that a version's name begins with."""
    return version.partition(".")[0]


def parts_of(folder: Path, version: str) -> tuple[str, tuple[str, ...]]:
    """Base and patches of a version's name; BadLog for what is no such name, or when its files went."""
    found = _VERSION.fullmatch(version)
    if found is None or not (folder / found[1]).is_dir():
        raise BadLog(f"The log {folder} no longer has version {version}: open its current version.")
    numbers = tuple(found[2].split(".")[1:])
    if not all(patch_path(folder, found[1], number).is_file() for number in numbers):
        raise BadLog(f"The log {folder} no longer has version {version}: open its current version.")
    return found[1], numbers


def patch_path(folder: Path, base: str, number: str) -> Path:
    return folder / base / TAIL / f"{number}.patch"


def read_meta(folder: Path, base: str, checksum: str | None = None) -> dict[str, Any]:
    """The ``log.json`` of a base whose files are all there in the size it says, the small ones unchanged.

    ``checksum``: what the manifest says of ``log.json``, which it does for the current base.
    """
    place = folder / base
    if checksum is not None:
        _check_sum(place / META, checksum)
    facts = load_json(place / META)
    if not isinstance(facts, dict) or not isinstance(facts.get("files"), dict):
        raise BadLog(f"{place / META} is damaged: build the log again.")
    for name, figures in facts["files"].items():
        check_file(place / name, figures["bytes"], figures["sha256"])
    return facts


def check_file(path: Path, size: int, checksum: str) -> None:
    """Raise BadLog when a file is missing or of another size, or small and not what it was."""
    try:
        found = path.stat().st_size
    except OSError as error:
        raise BadLog(f"{path} is missing: build the log again.") from error
    if found != size:
        raise BadLog(f"{path} is damaged: it has {found} bytes and should have {size}. Build the log again.")
    if size <= SMALL:
        _check_sum(path, checksum)


def _check_sum(path: Path, checksum: str) -> None:
    if digest(path) != checksum:
        raise BadLog(f"{path} does not match its checksum: build the log again.")


def load_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadLog(f"{path} cannot be read ({error}): build the log again.") from error


def verify(folder: Path, manifest: Manifest, version: str) -> None:
    """Compare every file of the version with its checksum; BadLog names the first that differs.

    Patches that were merged since have no checksum to compare with any more.
    """
    base, numbers = parts_of(folder, version)
    for name, figures in read_meta(folder, base, manifest.checksum if base == manifest.base else None)[
        "files"
    ].items():
        _check_sum(folder / base / name, figures["sha256"])
    for patch in manifest.tail if base == manifest.base else ():
        if patch.number in numbers:
            _check_sum(patch_path(folder, base, patch.number), patch.sha256)


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadLog(f"{path} cannot be read ({error}): build the log again.") from error
