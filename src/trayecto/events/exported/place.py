"""Where an export lies: a folder of this machine or a network, or an address on a store."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

from trayecto.stores import remote
from trayecto.stores.address import Address, placed
from trayecto.stores.disk import sync


class Place(Protocol):
    """Files by their path below the place. ``put`` writes a file whole or not at all."""

    name: str

    def url(self, path: str) -> str: ...
    def get(self, path: str) -> bytes | None: ...
    def put(self, path: str, content: bytes | memoryview) -> None: ...
    def remove(self, path: str) -> None: ...
    def files(self, folder: str) -> list[str]: ...


def place_of(name: str | os.PathLike[str]) -> Place:
    """The place of a name; nothing is asked of it yet."""
    found = placed(name)
    return OnStore(found) if isinstance(found, Address) else Folder(str(found))


class Folder:
    """A folder that every machine sees under the same path."""

    def __init__(self, name: str) -> None:
        self._root = Path(name).absolute()
        self.name = str(self._root)

    def url(self, path: str) -> str:
        return str(self._root / path)

    def get(self, path: str) -> bytes | None:
        try:
            return (self._root / path).read_bytes()
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes | memoryview) -> None:
        target = self._root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        aside = target.with_name(f".{target.name}.new")
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
        sync(target.parent)

    def remove(self, path: str) -> None:
        (self._root / path).unlink(missing_ok=True)

    def files(self, folder: str) -> list[str]:
        found = (path for path in (self._root / folder).rglob("*") if path.is_file())
        return sorted(path.relative_to(self._root).as_posix() for path in found)


class OnStore:
    """A folder on a store; its methods raise NoStore when that is in trouble."""

    def __init__(self, root: Address) -> None:
        self._root = root
        self.name = str(root)

    def url(self, path: str) -> str:
        return str(self._root / path)

    def get(self, path: str) -> bytes | None:
        try:
            return remote.read(self._root / path)
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes | memoryview) -> None:
        remote.put(self._root / path, bytes(content))

    def remove(self, path: str) -> None:
        remote.remove(self._root / path)

    def files(self, folder: str) -> list[str]:
        return sorted(f"{folder}/{name}" for name in remote.sizes(self._root / folder))
