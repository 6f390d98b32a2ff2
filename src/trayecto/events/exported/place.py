"""Where an export lies: a folder of this machine or a network, or a path of an object store."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, Protocol

from trayecto.errors import UnreadableFile


class Place(Protocol):
    """Files by their path below the place. ``put`` writes a file whole or not at all."""

    name: str

    def url(self, path: str) -> str: ...
    def get(self, path: str) -> bytes | None: ...
    def put(self, path: str, content: bytes | memoryview) -> None: ...
    def remove(self, path: str) -> None: ...
    def files(self, folder: str) -> list[str]: ...


def place_of(name: str | os.PathLike[str]) -> Place:
    """A folder, or ``SCHEME://…`` through fsspec; raises UnreadableFile where the store's package is missing."""
    text = os.fspath(name)
    return Stored(text) if "://" in text else Folder(text)


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
        aside = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, target)
        _sync(target.parent)

    def remove(self, path: str) -> None:
        (self._root / path).unlink(missing_ok=True)

    def files(self, folder: str) -> list[str]:
        found = (path for path in (self._root / folder).rglob("*") if path.is_file())
        return sorted(path.relative_to(self._root).as_posix() for path in found)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


class Stored:
    """A path of an object store, where a file that is being written cannot be seen."""

    def __init__(self, name: str) -> None:
        self.name = name.rstrip("/")
        self._scheme = name.partition("://")[0]
        self._store, self._root = _opened(self.name)

    def url(self, path: str) -> str:
        return f"{self.name}/{path}"

    def get(self, path: str) -> bytes | None:
        try:
            return bytes(self._store.cat_file(f"{self._root}/{path}"))
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes | memoryview) -> None:
        self._store.pipe_file(f"{self._root}/{path}", bytes(content))

    def remove(self, path: str) -> None:
        if self._store.exists(f"{self._root}/{path}"):
            self._store.rm_file(f"{self._root}/{path}")

    def files(self, folder: str) -> list[str]:
        self._store.invalidate_cache()
        found = self._store.find(f"{self._root}/{folder}")
        return sorted(path[len(self._root) + 1 :] for path in found)


def _opened(name: str) -> tuple[Any, str]:
    try:
        from fsspec.core import url_to_fs

        store, root = url_to_fs(name)
    except (ImportError, ValueError) as problem:
        raise UnreadableFile(
            f"{name} cannot be reached: {problem}. Install recorrido with the extra for that store, such as 'recorrido[s3]'."
        ) from problem
    return store, root.rstrip("/")
