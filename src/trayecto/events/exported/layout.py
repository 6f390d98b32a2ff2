"""What ``export.json`` says, and the columns of the files it names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from trayecto.errors import UnreadableFile
from trayecto.events.exported.place import Place
from trayecto.events.table import CODED_TEXT, TIME_TYPE

MANIFEST, DRAFT = "export.json", "export.draft.json"
EVENTS, PERSONS = "events", "persons"
FORMAT, FORMAT_VERSION = "recorrido-events", 1
MARK = b"recorrido.events"  # in the metadata of each file of events: its columns can be taken apart
PROPERTIES = pa.map_(pa.string(), pa.string())
OBJECTS = pa.list_(pa.struct([("kind", pa.string()), ("id", pa.string())]))

EVENT_SCHEMA = pa.schema(
    [
        ("id", pa.int64()),  # place in the ledger
        ("event_type", CODED_TEXT),
        ("at", TIME_TYPE),
        ("date_only", pa.bool_()),
        ("channel", CODED_TEXT),
        ("source", CODED_TEXT),
        ("identifier", pa.int64()),  # the principal one; null for nobody
        ("objects", OBJECTS),
        ("properties", PROPERTIES),  # as texts
    ],
    metadata={MARK: str(FORMAT_VERSION).encode()},
)
PERSON_SCHEMA = pa.schema(
    [("identifier", pa.int64()), ("person", pa.int64()), ("attributes", PROPERTIES)],
)


@dataclass(frozen=True)
class EventFile:
    """``first`` and ``last``: ids of events; ``types``: places in the manifest's list of types."""

    path: str
    first: int
    last: int
    rows: int
    bytes: int
    types: tuple[int, ...]

    @property
    def month(self) -> str:
        return self.path.split("/")[1].removeprefix("month=")


@dataclass(frozen=True)
class Manifest:
    """Which files are meant. ``position``: the last place in the ledger they hold; ``persons``: number of a stretch of
    identifiers → its file; ``state``: what the writer wants to know the next time; ``superseded``: files that are meant no
    more → since when."""

    version: str = ""
    position: int = 0
    files: tuple[EventFile, ...] = ()
    persons: Mapping[str, str] = field(default_factory=dict)
    types: tuple[str, ...] = ()
    state: Mapping[str, Any] = field(default_factory=dict)
    superseded: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def size(self) -> int:
        """Bytes of the files of events."""
        return sum(file.bytes for file in self.files)

    @property
    def paths(self) -> set[str]:
        """Of all files that are meant."""
        return {file.path for file in self.files} | set(self.persons.values())

    def to_json(self) -> bytes:
        head = {"format": FORMAT, "format_version": FORMAT_VERSION, "rows": self.rows}
        return json.dumps(head | asdict(self), ensure_ascii=False, separators=(",", ":")).encode()


def read_manifest(place: Place, name: str = MANIFEST) -> Manifest | None:
    """What the file says; None where there is none. Raises UnreadableFile for what is no export of this format."""
    content = place.get(name)
    if content is None:
        return None
    try:
        facts = json.loads(content)
        if facts["format"] != FORMAT or facts["format_version"] != FORMAT_VERSION:
            raise ValueError("another format")
        files = tuple(EventFile(**one | {"types": tuple(one["types"])}) for one in facts["files"])
        rest = {key: facts[key] for key in ("version", "position", "persons", "state", "superseded")}
        return Manifest(files=files, types=tuple(facts["types"]), **rest)
    except (ValueError, TypeError, KeyError) as problem:
        raise UnreadableFile(
            f"{place.url(name)} does not belong to exported events of this version."
        ) from problem
