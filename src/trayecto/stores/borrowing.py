"""Files that are read once: what patterns and folders stand for, and copies of what lies on a store for as long as it is read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from trayecto.errors import UnreadableFile
from trayecto.stores import remote
from trayecto.stores.address import Address, placed
from trayecto.stores.folders import never

PARQUET = ".parquet"


def listed(files: Sequence[str | os.PathLike[str]]) -> list[str]:
    """Every file by its path or address: those that a pattern on a store fits, and the Parquet files below a folder.

    Raises UnreadableFile for a pattern or a folder without any.
    """
    return [str(one) for file in files for one in _listed(placed(file))]


def _listed(place: Path | Address) -> Sequence[Path | Address]:
    if isinstance(place, Address):
        return _on_store(place)
    if not place.is_dir():
        return [place]
    return _some(place, sorted(place.rglob(f"*{PARQUET}")))


def _on_store(place: Address) -> Sequence[Path | Address]:
    if "*" in place.path:
        return _some(place, remote.matching(place))
    below = [place / name for name in sorted(remote.sizes(place)) if name.endswith(PARQUET)]
    return below or [place]


def _some(place: Path | Address, found: Sequence[Path | Address]) -> Sequence[Path | Address]:
    if not found:
        raise UnreadableFile(f"{place}: there is no Parquet file.")
    return found


@contextmanager
def brought(file: str | os.PathLike[str]) -> Iterator[Path]:
    """The file on this machine; one from a store is fetched, and removed when the block ends. UnreadableFile without it."""
    place = placed(file)
    if isinstance(place, Path):
        yield place
        return
    with tempfile.TemporaryDirectory(prefix="trayecto-") as scratch:
        path = Path(scratch) / place.name
        try:
            remote.fetch(place, remote.size(place), path, never)
        except FileNotFoundError as error:
            raise UnreadableFile(f"{place}: there is no such file.") from error
        yield path
