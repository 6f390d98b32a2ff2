"""An exported folder as the files of one moment: those that its ``export.json`` names now."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from trayecto.errors import BadValue
from trayecto.events.exported.layout import MANIFEST, read_manifest
from trayecto.events.exported.place import place_of
from trayecto.stores import is_address


@dataclass(frozen=True)
class Opened:
    """Files of events in the order of months and ids, and who the identifiers belonged to at that moment."""

    files: tuple[str, ...]
    persons: tuple[str, ...]
    position: int


def opened(folder: Any) -> Opened | None:
    """The export in a folder; None for whatever is none. Raises UnreadableFile for one that cannot be understood."""
    if not isinstance(folder, str | os.PathLike):
        return None
    if "*" in os.fspath(folder) or not (is_address(folder) or Path(folder, MANIFEST).is_file()):
        return None
    place = place_of(folder)
    manifest = read_manifest(place)
    if manifest is None:
        return None
    files = sorted(manifest.files, key=lambda file: (file.month, file.first))
    persons = [manifest.persons[number] for number in sorted(manifest.persons, key=int)]
    return Opened(
        tuple(place.url(file.path) for file in files), tuple(map(place.url, persons)), manifest.position
    )


def expanded(
    sources: Sequence[str | Path], reading: Mapping[str, Any]
) -> tuple[Sequence[str | Path], dict[str, Any]]:
    """The files of the export that ``sources`` names, and how to read them; anything else as it was given. BadValue for an
    export beside others: all that lies in its folder would be read, also files that others took the place of."""
    for one in sources if len(sources) > 1 else ():
        if not PurePath(one).suffix and opened(one):
            raise BadValue(f"{one} is an export of a ledger: read it alone.")
    found = opened(sources[0]) if len(sources) == 1 else None
    if found is None:
        return sources, dict(reading)
    return found.files, dict(reading) | {"persons": found.persons}
