"""A disk of its own for the database, small enough to be filled: a tmpfs mount. Needs root and the right to mount."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 1_200 * 1024 * 1024
PAGE = 4_096


class SmallDisk:
    """The mounted folder, and the ballast that fills it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"

    def fill(self) -> int:
        """Leave no room; returns the bytes taken."""
        taken = 0
        handle = os.open(self._ballast, os.O_WRONLY | os.O_CREAT)
        try:
            piece = _room(self.folder)
            while piece >= PAGE:
                try:
                    os.posix_fallocate(handle, os.fstat(handle).st_size, piece)
                    taken += piece
                except OSError:  # a file needs a little more than its content, and the database writes too
                    piece //= 2
        finally:
            os.close(handle)
        return taken

    def free(self) -> None:
        self._ballast.unlink(missing_ok=True)


def _room(folder: Path) -> int:
    status = os.statvfs(folder)
    return status.f_bavail * status.f_frsize


@contextmanager
def small_disk(data: Path) -> Iterator[SmallDisk | str]:
    """Put the database's folder on a small disk; where that is not allowed, the reason instead."""
    from recorrido.site import postgres

    place = postgres.place_for(data)
    if place.account is None:
        yield "mounting a small disk needs root"
        return
    place.folder.mkdir(parents=True, mode=0o700)
    owner = f"uid={place.account.uid},gid={place.account.gid},mode=0700"
    answer = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE},{owner}", "tmpfs", str(place.folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode:
        place.folder.rmdir()
        yield f"mounting a small disk is not allowed here ({answer.stderr.strip()})"
        return
    try:
        yield SmallDisk(place.folder)
    finally:
        subprocess.run(["umount", "--lazy", str(place.folder)], check=False)
