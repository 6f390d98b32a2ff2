"""A disk of its own for the database, small enough to be filled: a tmpfs mount.

Root mounts it where everybody sees it. Anybody else gets a name space of their own for it, where the kernel lets them
(Linux: unprivileged user name spaces): this process and all that it starts see the small disk, nobody else does.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SIZE = 1_200 * 1024 * 1024
PAGE = 4_096
NEW_USERS, NEW_MOUNTS = 0x10000000, 0x00020000  # CLONE_NEWUSER, CLONE_NEWNS
LAZILY = 2  # MNT_DETACH


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
    """Put the database's folder on a small disk; where that is not allowed, the reason instead.

    Call it before this process has threads: they could not follow it into a name space.
    """
    from recorrido.site import postgres

    place = postgres.place_for(data)
    uid, gid = (place.account.uid, place.account.gid) if place.account else (os.getuid(), os.getgid())
    try:
        if os.geteuid() != 0:
            _enter_a_name_space()
        place.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        _call("mount", b"tmpfs", bytes(place.folder), b"tmpfs", 0, _options(uid, gid))
    except OSError as error:
        yield f"this user may not mount a small disk here ({error.strerror})"
        return
    try:
        yield SmallDisk(place.folder)
    finally:
        _call("umount2", bytes(place.folder), LAZILY)


def _options(uid: int, gid: int) -> bytes:
    return f"size={SIZE},uid={uid},gid={gid},mode=0700".encode()


def _enter_a_name_space() -> None:
    """The same user and the same files as before, but mounts of our own."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", NEW_USERS | NEW_MOUNTS)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")


def _call(name: str, *arguments: bytes | int) -> None:
    """A system call by way of the C library. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if getattr(library, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
