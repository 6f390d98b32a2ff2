"""Writing to the folder of a journey log: one step that survives a crash, and room made for those who read.

Who publishes holds the short lock; who builds a base aside holds the lock of builders as well, for as long as that
takes, so that patches are published meanwhile and no two builders sweep each other's work away.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from trayecto.errors import BadLog
from trayecto.log import store
from trayecto.log.store import KEEP, MANIFEST, META, TAIL, Manifest, PatchFile, Position
from trayecto.stores import Folder, Here
from trayecto.stores.disk import put, sync

LOCK = ".lock"
BUILDERS_LOCK = ".build.lock"
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
OTHERS = timedelta(days=1)  # how long a build may take whose builder cannot be seen
SWEEP_EVERY = 32  # patches


def describe(path: Path) -> dict[str, Any]:
    """Flush a written file to disk and return its size and checksum."""
    sync(path)
    return {"bytes": path.stat().st_size, "sha256": store.digest(path)}


def write_meta(place: Path, facts: dict[str, Any]) -> None:
    """Write ``log.json``, last of a base's files."""
    (place / META).write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")
    sync(place / META)
    sync(place)


@contextmanager
def new_base(folder: Path) -> Iterator[Path]:
    """Yield an empty folder for a base that is written aside; it goes with the block, unless it was published."""
    prepare(folder)
    with locked(folder, BUILDERS_LOCK):
        with locked(folder):
            _sweep_bases(folder)
            place = folder / fresh_name()
            (place / TAIL).mkdir(parents=True)
        try:
            yield place
        finally:
            current = _current(folder)
            if current is None or current.base != place.name:
                shutil.rmtree(place, ignore_errors=True)


def prepare(folder: Path, manifest: str = MANIFEST) -> None:
    """Make the folder, or refuse one that holds something else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadLog(f"The log cannot be written to {folder}: {error.strerror}.") from error
    if (folder / manifest).exists():
        return
    _refuse_strangers(str(folder), [path.name for path in folder.iterdir()])


def _refuse_strangers(folder: str, names: Iterable[str]) -> None:
    strangers = [name for name in names if not _is_ours(name)]
    if strangers:
        raise BadLog(
            f"{folder} holds other files ('{min(strangers)}') and is no journey log: choose a new or empty folder."
        )


def _is_ours(name: str) -> bool:
    return store.is_base(name) or name.startswith(MANIFEST) or name in (LOCK, BUILDERS_LOCK)


def _current(folder: Path) -> Manifest | None:
    return store.read_manifest(folder) if (folder / MANIFEST).exists() else None


def fresh_name() -> str:
    return f"{now():%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251  the product's clock is above this package


def publish_base(place: Path, tail: tuple[PatchFile, ...], position: Position) -> None:
    """Make a base that was written aside, with its patches, the current version."""
    folder = place.parent
    with locked(folder):
        old = _current(folder)
        superseded = _kept(old)
        if old is not None:
            superseded[old.base] = now().isoformat()
        publish(folder, Manifest(place.name, store.digest(place / META), tail, superseded, position))


def publish(folder: Path, manifest: Manifest) -> None:
    """Replace the manifest, in one step that survives a crash. The caller holds the short lock."""
    sync(folder)
    put(folder / MANIFEST, manifest.to_json())


def replace_tail(
    folder: Path, manifest: Manifest, tail: tuple[PatchFile, ...], position: Position | None = None
) -> Manifest:
    """Publish the base with another tail. What drops out of it is kept for an hour from now; the caller holds the lock."""
    kept = {patch.number for patch in tail}
    for patch in manifest.tail:
        if (
            patch.number not in kept
        ):  # its age counts from here; told before it drops out, so that no crash forgets it
            os.utime(store.patch_path(folder, manifest.base, patch.number))
    published = replace(manifest, tail=tail, position=manifest.position if position is None else position)
    if tail and int(tail[-1].number, 36) % SWEEP_EVERY == 0:
        published = _without_expired(folder, published)
    publish(folder, published)
    return published


def reserve_patch(place: Path, tail: Sequence[PatchFile]) -> str:
    """A number that no patch of this base has had, and its file; also beside somebody who writes one at the same moment.

    Numbers that were published are never above those of the tail; what lies above it, a writer left or is writing. Only
    then is the folder looked through: it may hold an hour of patches.
    """
    number = max((int(patch.number, 36) for patch in tail), default=0) + 1
    while True:
        try:
            (place / TAIL / f"{base36(number)}.patch").open("xb").close()
        except FileExistsError:
            taken = (int(path.stem, 36) for path in (place / TAIL).glob("*.patch"))
            number = max(taken, default=number) + 1
            continue
        return base36(number)


def base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = DIGITS[digit] + text
    return text or "0"


def _kept(manifest: Manifest | None) -> dict[str, str]:
    """The superseded bases that readers may still hold."""
    return {} if manifest is None else unexpired(manifest.superseded)


def unexpired(superseded: Mapping[str, str]) -> dict[str, str]:
    """What was superseded, by name with the moment, less than an hour ago."""
    horizon = now() - KEEP
    return {name: until for name, until in superseded.items() if datetime.fromisoformat(until) > horizon}


def _without_expired(folder: Path, manifest: Manifest) -> Manifest:
    """Remove what no version needed for an hour: patches by their age, bases as the manifest says."""
    current = {patch.number for patch in manifest.tail}
    horizon = (now() - KEEP).timestamp()
    for path in (folder / manifest.base / TAIL).glob("*.patch"):
        if path.stem not in current and path.stat().st_mtime < horizon:
            path.unlink(missing_ok=True)
    kept = _kept(manifest)
    for name in set(manifest.superseded) - set(kept):
        shutil.rmtree(folder / name, ignore_errors=True)
    return replace(manifest, superseded=kept)


def _sweep_bases(folder: Path) -> None:
    """Remove bases past their hour and what a crashed build left: the builders' lock says that nobody builds."""
    manifest = _current(folder)
    sweep(Here(folder), set(_kept(manifest)) | ({manifest.base} if manifest else set()))


def sweep(folder: Folder, keep: Collection[str]) -> None:
    """Remove all bases, or versions, but these; the caller is the only builder. On a store, where nobody can know that, what is
    younger than a day stays: it may be another builder's."""
    horizon = f"{now() - OTHERS:%Y%m%dT%H%M%S%f}"
    for name in folder.names():
        if store.is_base(name) and name not in keep and (not folder.away or name < horizon):
            folder.remove(name)


@contextmanager
def reaching(folder: Folder) -> Iterator[Path]:
    """A folder of this machine to build a log in one piece in: it is there, or on its store, when the block ends."""
    if isinstance(folder, Here):
        yield folder.path
        return
    with building(folder, MANIFEST):
        known = folder.holds(MANIFEST)
        with folder.filled() as place:
            if known:
                (place / MANIFEST).write_bytes(folder.read(MANIFEST))
            yield place
        manifest = store.manifest_in(folder)
        sweep(folder, {manifest.base, *_kept(manifest)})


@contextmanager
def building(folder: Folder, manifest: str) -> Iterator[None]:
    """Make the folder, or refuse one that holds something else; one builder at a time, but on a store the last one wins."""
    if isinstance(folder, Here):
        prepare(folder.path, manifest)
        with locked(folder.path, BUILDERS_LOCK):
            yield
        return
    if not folder.holds(manifest):
        _refuse_strangers(str(folder), folder.names())
    yield


@contextmanager
def locked(folder: Path, name: str = LOCK) -> Iterator[None]:
    """One writer at a time; a second one waits. The lock dies with its process."""
    try:
        import fcntl
    except ImportError:  # pragma: no cover  Windows: one writer is the caller's duty
        yield
        return
    with (folder / name).open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
