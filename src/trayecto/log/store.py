"""The folder of a journey log: versions written beside each other, and a manifest that names the current one.

A version folder never changes once ``manifest.json`` names it. The manifest is replaced in one step after every
file of the version is on disk, so a crash at any point leaves the old log or the new one. Superseded versions are
kept for an hour, for the readers that opened them, and removed by a later build.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trayecto.errors import BadLog

FORMAT = "trayecto-journey-log"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
META = "log.json"
LOCK = ".lock"
KEEP = timedelta(hours=1)
SMALL = 1 << 20  # bytes; files up to here are compared with their checksum whenever the log is opened
_VERSION = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.json`` says; ``superseded`` maps old versions to the moment they stopped being current."""

    version: str
    checksum: str  # sha256 of the version's log.json
    tail: tuple[str, ...] = ()
    superseded: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> str:
        facts = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "version": self.version,
            "checksum": self.checksum,
            "tail": list(self.tail),
            "superseded": self.superseded,
        }
        return json.dumps(facts, indent=1)


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a log folder; BadLog when there is none or it cannot be understood."""
    path = folder / MANIFEST
    if not folder.is_dir():
        raise BadLog(f"There is no journey log at {folder}: build one there with 'trayecto build'.")
    if not path.is_file():
        raise BadLog(f"{folder} is not a journey log: it has no {MANIFEST}.")
    return _understand(path, _load_json(path))


def _understand(path: Path, facts: Any) -> Manifest:
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise BadLog(f"{path} does not belong to a journey log.")
    if facts.get("format_version") != FORMAT_VERSION:
        raise BadLog(
            f"{path.parent} has log format {facts.get('format_version')} and this program reads "
            f"{FORMAT_VERSION}: build the log again."
        )
    try:
        return Manifest(facts["version"], facts["checksum"], tuple(facts["tail"]), dict(facts["superseded"]))
    except (KeyError, TypeError) as error:
        raise BadLog(f"{path} is damaged ({error} is missing or wrong): build the log again.") from error


def read_meta(folder: Path, version: str, checksum: str | None = None) -> dict[str, Any]:
    """The ``log.json`` of a version whose files are all there in the size it says, the small ones unchanged.

    ``checksum``: what the manifest says of ``log.json``, which it does for the current version.
    """
    place = folder / version
    if not _VERSION.fullmatch(version) or not place.is_dir():
        raise BadLog(f"The log {folder} no longer has version {version}: open its current version.")
    if checksum is not None:
        _check_sum(place / META, checksum)
    facts = _load_json(place / META)
    if not isinstance(facts, dict) or not isinstance(facts.get("files"), dict):
        raise BadLog(f"{place / META} is damaged: build the log again.")
    for name, figures in facts["files"].items():
        _check_size(place / name, figures["bytes"])
        if figures["bytes"] <= SMALL:
            _check_sum(place / name, figures["sha256"])
    return facts


def _check_size(path: Path, size: int) -> None:
    try:
        found = path.stat().st_size
    except OSError as error:
        raise BadLog(f"{path} is missing: build the log again.") from error
    if found != size:
        raise BadLog(f"{path} is damaged: it has {found} bytes and should have {size}. Build the log again.")


def _check_sum(path: Path, checksum: str) -> None:
    if digest(path) != checksum:
        raise BadLog(f"{path} does not match its checksum: build the log again.")


def _load_json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadLog(f"{path} cannot be read ({error}): build the log again.") from error


def verify(folder: Path, manifest: Manifest, version: str) -> None:
    """Compare every file of the version with its checksum; BadLog names the first that differs."""
    checksum = manifest.checksum if version == manifest.version else None
    for name, figures in read_meta(folder, version, checksum)["files"].items():
        _check_sum(folder / version / name, figures["sha256"])


def digest(path: Path) -> str:
    """The sha256 of a file, in hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise BadLog(f"{path} cannot be read ({error}): build the log again.") from error


def describe(path: Path) -> dict[str, Any]:
    """Flush a written file to disk and return its size and checksum."""
    sync(path)
    return {"bytes": path.stat().st_size, "sha256": digest(path)}


def sync(path: Path) -> None:
    """Flush a file or a folder to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_meta(place: Path, facts: dict[str, Any]) -> None:
    """Write ``log.json``, last of a version's files."""
    (place / META).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    sync(place / META)
    sync(place)


@contextmanager
def new_version(folder: Path) -> Iterator[Path]:
    """Yield an empty version folder; leaving the block makes it the current version, an error removes it."""
    _prepare(folder)
    with _locked(folder):
        old = _current(folder)
        _sweep(folder, old)
        place = folder / _fresh_name()
        place.mkdir()
        try:
            yield place
            _publish(folder, place, old)
        except BaseException:
            shutil.rmtree(place, ignore_errors=True)
            raise


def _prepare(folder: Path) -> None:
    """Make the folder, or refuse one that holds something else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadLog(f"The log cannot be written to {folder}: {error.strerror}.") from error
    if (folder / MANIFEST).exists():
        return
    strangers = [p.name for p in folder.iterdir() if p.name != LOCK and not _is_ours(p.name)]
    if strangers:
        raise BadLog(
            f"{folder} holds other files ('{min(strangers)}') and is no journey log: choose a new or empty folder."
        )


def _is_ours(name: str) -> bool:
    return bool(_VERSION.fullmatch(name)) or name.startswith(MANIFEST)


def _current(folder: Path) -> Manifest | None:
    return read_manifest(folder) if (folder / MANIFEST).exists() else None


def _fresh_name() -> str:
    return f"{_now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the product's clock is above this package


def _publish(folder: Path, place: Path, old: Manifest | None) -> None:
    """Point the manifest at the new version, in one step that survives a crash."""
    superseded = _kept(old)
    if old is not None:
        superseded[old.version] = _now().isoformat()
    manifest = Manifest(place.name, digest(place / META), (), superseded)
    sync(folder)
    draft = folder / f"{MANIFEST}.new"
    draft.write_text(manifest.to_json(), encoding="utf-8")
    sync(draft)
    os.replace(draft, folder / MANIFEST)
    sync(folder)


def _kept(manifest: Manifest | None) -> dict[str, str]:
    """The superseded versions that readers may still hold."""
    if manifest is None:
        return {}
    horizon = _now() - KEEP
    return {
        name: until for name, until in manifest.superseded.items() if datetime.fromisoformat(until) > horizon
    }


def _sweep(folder: Path, manifest: Manifest | None) -> None:
    """Remove versions past their hour and what a crashed build left; the lock says nobody is writing."""
    keep = set(_kept(manifest)) | ({manifest.version} if manifest else set())
    for path in folder.iterdir():
        if _VERSION.fullmatch(path.name) and path.name not in keep:
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time; a second one waits. The lock dies with its process."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover  Windows: one writer is the caller's duty
        yield
        return
    with (folder / LOCK).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
