"""A folder, here or on a store: one way to read and write both."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from trayecto.errors import NoStore
from trayecto.stores import cache, disk, remote
from trayecto.stores.address import Address, placed


def never() -> None:
    """Nobody calls it off."""


class Folder(Protocol):
    """What a log needs of the folder that it lies in. ``str()`` names it for people, and for ``folder_of``."""

    @property
    def away(self) -> bool:
        """Whether its files must be fetched before they can be mapped."""

    def __truediv__(self, name: str) -> Folder:
        """The folder of this name in it."""

    def names(self) -> list[str]:
        """What lies in it, sorted; nothing when it is not there."""

    def holds(self, name: str) -> bool:
        """Whether there is a file of this name."""

    def read(self, name: str) -> bytes:
        """A file's content; FileNotFoundError without it."""

    def put(self, name: str, text: str) -> None:
        """Write a small file, or a new one in its place, in one step."""

    def remove(self, name: str) -> None:
        """A folder in it, with all that it holds."""

    def filled(self) -> AbstractContextManager[Path]:
        """A folder of this machine: what is written into it lies in this one when the block ends."""

    def borrowed(self) -> AbstractContextManager[Path]:
        """Its files in a folder of this machine, while the block lasts."""

    def copied(self, version: str, below: str, check: Callable[[], None] = never) -> Path:
        """A folder of this machine with its own files and those of its folder ``below``, for as long as somebody may read;
        they never change under the name of one version. ``check`` may call it off."""


@dataclass(frozen=True)
class Here:
    """A folder of this machine, or one that all machines see under the same path."""

    path: Path
    away = False

    def __str__(self) -> str:
        return str(self.path)

    def __truediv__(self, name: str) -> Here:
        return Here(self.path / name)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.path.iterdir()) if self.path.is_dir() else []

    def holds(self, name: str) -> bool:
        return (self.path / name).is_file()

    def read(self, name: str) -> bytes:
        return (self.path / name).read_bytes()

    def put(self, name: str, text: str) -> None:
        disk.put(self.path / name, text)

    def remove(self, name: str) -> None:
        shutil.rmtree(self.path / name, ignore_errors=True)

    @contextmanager
    def filled(self) -> Iterator[Path]:
        self.path.mkdir(parents=True, exist_ok=True)
        yield self.path

    @contextmanager
    def borrowed(self) -> Iterator[Path]:
        yield self.path

    def copied(self, version: str, below: str, check: Callable[[], None] = never) -> Path:
        return self.path


@dataclass(frozen=True)
class There:
    """A folder on a store."""

    address: Address
    away = True

    def __str__(self) -> str:
        return str(self.address)

    def __truediv__(self, name: str) -> There:
        return There(self.address / name)

    def names(self) -> list[str]:
        return remote.names(self.address)

    def holds(self, name: str) -> bool:
        return remote.exists(self.address / name)

    def read(self, name: str) -> bytes:
        return remote.read(self.address / name)

    def put(self, name: str, text: str) -> None:
        remote.put(self.address / name, text.encode())

    def remove(self, name: str) -> None:
        remote.remove(self.address / name)

    @contextmanager
    def filled(self) -> Iterator[Path]:
        """Files whose name begins with a dot are nobody's business but this machine's."""
        with tempfile.TemporaryDirectory(prefix="trayecto-") as scratch:
            yield Path(scratch)
            for path in sorted(Path(scratch).rglob("[!.]*")):
                if path.is_file():
                    remote.put_file(path, self.address / path.relative_to(scratch).as_posix())

    @contextmanager
    def borrowed(self) -> Iterator[Path]:
        with tempfile.TemporaryDirectory(prefix="trayecto-") as scratch:
            self._fetch(remote.sizes(self.address), never, Path(scratch))
            yield Path(scratch)

    def copied(self, version: str, below: str, check: Callable[[], None] = never) -> Path:
        return cache.kept(f"{self.address}#{version}", partial(self._copy, below, check))

    def _copy(self, below: str, check: Callable[[], None], into: Path) -> None:
        found = remote.sizes(self.address)
        wanted = {
            name: size for name, size in found.items() if "/" not in name or name.startswith(f"{below}/")
        }
        if not wanted:
            raise NoStore(f"There is nothing at {self.address}: build the log there again.")
        self._fetch(wanted, check, into)

    def _fetch(self, wanted: dict[str, int], check: Callable[[], None], into: Path) -> None:
        for name, size in wanted.items():
            path = into / name
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                remote.fetch(self.address / name, size, path, check)
            except FileNotFoundError as error:
                raise NoStore(
                    f"{self.address / name} was removed while it was fetched: open the log again."
                ) from error


def folder_of(where: str | os.PathLike[str] | Address) -> Folder:
    """The folder at a path or an address."""
    found = placed(where)
    return There(found) if isinstance(found, Address) else Here(found)


def is_address(where: str | os.PathLike[str]) -> bool:
    """Whether it names something on a store, not on this machine."""
    return isinstance(placed(where), Address)
