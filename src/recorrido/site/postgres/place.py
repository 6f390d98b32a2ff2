"""Where the cluster lives and as which user its server runs.

PostgreSQL refuses to run as root. Started by root, the server runs as ``postgres`` or ``nobody``, and its folder
must be reachable by that user: where the data folder is not (below /root, say), the cluster goes to
``/var/lib/recorrido/<hash of the data folder>``, and ``<data>/postgres.path`` remembers it. The cluster of a data
folder that was removed stays where it is; a new data folder of the same name gets another.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from recorrido.site.postgres.errors import PostgresError

FALLBACK_ROOT = Path("/var/lib/recorrido")
PORT = 5432
LONGEST_SOCKET = 100  # bytes; the kernel's own limit is 104 (macOS) or 108 (Linux) with the final zero


@dataclass(frozen=True)
class Account:
    """The user the server is dropped to when root starts it."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Place:
    """Paths of one embedded server. Pure: making it touches nothing but reads."""

    data: Path
    folder: Path
    account: Account | None

    @property
    def cluster(self) -> Path:
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def lock(self) -> Path:
        return self.data / "postgres.lock"

    @property
    def pointer(self) -> Path:
        return self.data / "postgres.path"

    @property
    def sockets(self) -> Path:
        """The socket's folder: beside the cluster, or a short one in /tmp where that path would not do.

        A comma would not do because clients read it as the end of one host name among several.
        """
        beside = self.folder / "socket"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET and "," not in str(beside):
            return beside
        return Path("/tmp") / f"recorrido-{_digest(self.folder)}"

    @property
    def folder_digest(self) -> str:
        return _digest(self.folder)

    @property
    def socket(self) -> Path:
        return self.sockets / f".s.PGSQL.{PORT}"

    @property
    def moved(self) -> bool:
        """Whether the cluster lies outside the data folder."""
        return self.folder.parent != self.data


def place_for(data: Path) -> Place:
    """The place of the server that belongs to the data folder ``data``."""
    data = Path(os.path.abspath(data))
    account = server_account()
    return Place(data, _folder(data, account), account)


def server_account() -> Account | None:
    """None for a normal user, who runs the server himself."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise PostgresError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as: "
        "start Recorrido as a normal user, or set DATABASE_URL."
    )


def _folder(data: Path, account: Account | None) -> Path:
    pointer = data / "postgres.path"
    if pointer.exists():
        return Path(pointer.read_text().strip())
    if account is None or (not _below_root_home(data) and reachable(data, account)):
        return data / "postgres"
    return _unclaimed(FALLBACK_ROOT / _digest(data), data)


def _unclaimed(folder: Path, data: Path) -> Path:
    """The folder, or one beside it where it holds the cluster of a data folder that was here before and was removed: whoever
    made this one begins anew, and the key and the logins of the other are gone. A data folder with a key has one already."""
    if (data / "secret-key").exists():
        return folder
    beside = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(one for one in chain([folder], beside) if not (one / "cluster").exists())


def _below_root_home(data: Path) -> bool:
    return Path("/root") in (data, *data.parents)


def reachable(path: Path, account: Account) -> bool:
    """Whether the account may walk to ``path``: every existing folder on the way grants it search.

    Reads permission bits only, so it can be asked before anything is made.
    """
    return all(_searchable(folder, account) for folder in (path, *path.parents) if folder.exists())


def _searchable(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]


def prepare(place: Place) -> None:
    """Make the folders: 0700, owned by the user the server runs as."""
    make_data_folder(place.data)
    if place.moved:
        place.folder.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        place.pointer.write_text(f"{place.folder}\n")
    for folder in (place.folder, place.sockets):
        _make_private(folder, place.account)


def make_data_folder(data: Path) -> None:
    try:
        data.mkdir(mode=0o755, parents=True, exist_ok=True)
    except OSError as error:
        raise PostgresError(
            f"The data folder {data} cannot be made ({error.strerror}): set RECORRIDO_DATA to a folder you can write."
        ) from error


def _make_private(folder: Path, account: Account | None) -> None:
    """Never trust a folder that someone else made first: in /tmp anyone can guess its name."""
    owner = account.uid if account else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if account:
            os.chown(folder, account.uid, account.gid)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != owner or status.st_mode & 0o077:
        raise PostgresError(
            f"{folder} exists, but it is not a private folder of the user the server runs as "
            f"(uid {owner}, mode 0700): remove it or use another RECORRIDO_DATA."
        )
