"""What was fetched from a store, kept on this machine: folders that never change, each fetched once.

The folder is ``TRAYECTO_CACHE`` (default ``~/.cache/trayecto``). Past ``TRAYECTO_CACHE_GB`` (default 50) what was not opened for
longest goes; a log that is open keeps its files until it is closed. All of it may be removed at any time.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from trayecto.errors import NoStore

LOCKS = 256
GIGABYTES = 50.0
JUST_NOW = 60.0  # seconds in which a folder that was asked for is being opened: it stays
DRAFT, FORGOTTEN = "new-", 86_400.0  # what a killed process left of a fetch goes after a day


def folder() -> Path:
    """Where fetched folders lie on this machine."""
    told = os.environ.get("TRAYECTO_CACHE")
    usual = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "trayecto"
    return Path(told) if told else usual


def kept(name: str, fill: Callable[[Path], None]) -> Path:
    """The folder of this name; who asks first fills it, whole or not at all, and the others of this machine wait."""
    entry = folder() / hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
    if not _touched(entry):
        try:
            entry.parent.mkdir(parents=True, exist_ok=True)
            with _locked(entry):
                if not _touched(entry):
                    _filled(entry, fill)
                    _make_room(entry)
        except OSError as error:
            raise NoStore(
                f"{name} cannot be kept in {entry.parent}: {error.strerror or error}. "
                "Make room there, or name another folder by TRAYECTO_CACHE."
            ) from error
    return entry


def _touched(entry: Path) -> bool:
    """Whether it is there; it is then the one that was opened last."""
    try:
        os.utime(entry)
    except FileNotFoundError:
        return False
    return True


def _filled(entry: Path, fill: Callable[[Path], None]) -> None:
    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=entry.parent))
    try:
        fill(draft)
        os.rename(draft, entry)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


@contextmanager
def _locked(entry: Path) -> Iterator[None]:
    """One at a time of those with the same first letters, in this process or another; the lock dies with its process."""
    try:
        import fcntl
    except (
        ImportError
    ):  # pragma: no cover  Windows: two may fetch the same, the second one's work is thrown away
        yield
        return
    with (entry.parent / f".{int(entry.name[:4], 16) % LOCKS:03d}.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _make_room(entry: Path) -> None:
    """Remove what was not opened for longest, until the rest is not too much. Others may do so at the same moment."""
    now = time.time()
    found = [(opened, one) for one in entry.parent.iterdir() if (opened := _opened(one)) is not None]
    for opened, draft in found:
        if draft.name.startswith(DRAFT) and now - opened > FORGOTTEN:
            shutil.rmtree(draft, ignore_errors=True)
    others = [(opened, one) for opened, one in found if len(one.name) == len(entry.name)]
    sizes = {one: _size(one) for _, one in others}
    room = float(os.environ.get("TRAYECTO_CACHE_GB") or GIGABYTES) * 1e9 - sum(sizes.values())
    for opened, one in sorted(others):
        if room >= 0:
            return
        if one != entry and now - opened > JUST_NOW:
            _remove(one)
            room += sizes[one]


def _opened(entry: Path) -> float | None:
    """When it was opened last; None for what somebody else took away since it was listed."""
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return None


def _remove(entry: Path) -> None:
    """In one step for who looks for it: nobody opens a folder of which half is gone."""
    aside = Path(tempfile.mkdtemp(prefix=DRAFT, dir=entry.parent))
    with suppress(FileNotFoundError):
        os.rename(entry, aside)
    shutil.rmtree(aside, ignore_errors=True)


def _size(entry: Path) -> int:
    """Bytes of its files; what others take away meanwhile counts nothing."""
    total = 0
    for folder, _folders, names in os.walk(entry):
        for name in names:
            with suppress(FileNotFoundError):
                total += os.stat(os.path.join(folder, name)).st_size
    return total
