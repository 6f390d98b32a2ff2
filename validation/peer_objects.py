"""The object-centric map, beside PM4Py's discovery of the object-centric directly-follows graph, on OCEL 2.0 files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from bench.peers import answer_of

from validation.peer_rows import Compared

TYPES = ("order", "parcel", "return", "case")
STEPS = ("placed", "paid", "packed", "sent", "delivered", "asked", "sent back", "refunded")
REAL = ("ocel20_example.jsonocel", "ocel20_example.xmlocel", "ocel20_example.sqlite")
TIED = "logistics.sqlite"  # many of its events have the same time
OPENING = datetime(2026, 1, 5, tzinfo=UTC)
TIES = "events of the same time: a SQLite file has no order of its own, and PM4Py takes that of the tables of their types"


@dataclass(frozen=True)
class Asked:
    """A log to compare; ``json``: where PM4Py writes it in its own order first, for both to read. ``explained``: see Compared."""

    name: str
    file: Path
    json: Path | None = None
    explained: str = ""

    @property
    def read(self) -> Path:
        return self.json or self.file


def compare(seeds: range, data: Path, folder: Path, python: Path) -> list[Compared]:
    asked = [Asked("random logs", _written(folder / f"objects-{seed}.jsonocel", seed)) for seed in seeds]
    asked += _real(data / "ocel", folder)
    questions = [{"file": str(one.file), "json": one.json and str(one.json)} for one in asked]
    told = answer_of("pm4py_objects", questions, folder, python=python)
    rows: dict[str, Compared] = {}
    for one, theirs in zip(asked, told, strict=True):
        row = rows.setdefault(one.name, Compared("object map", one.name, "PM4Py", explained=one.explained))
        _compare(row, one, theirs)
    return list(rows.values())


def _real(logs: Path, folder: Path) -> Iterator[Asked]:
    yield from (Asked(name, logs / name) for name in REAL if (logs / name).exists())
    if (logs / TIED).exists():
        yield Asked(TIED, logs / TIED, explained=TIES)
        yield Asked(f"{TIED}, by way of JSON", logs / TIED, folder / "logistics.jsonocel")


def _compare(row: Compared, one: Asked, theirs: dict[str, Any]) -> None:
    from trayecto import ObjectLog, read_events
    from trayecto.objects import ask

    found = ask(ObjectLog.of_events(read_events(one.read, tz="UTC")))
    steps = {(s.type, s.step): (s.events, s.objects, s.total, s.starts, s.ends) for s in found.steps}
    flows = {
        (f.type, f.source, f.target): (f.events, f.objects, f.total, f.seconds.mean) for f in found.flows
    }
    row.add(f"{one.read.name}, steps", steps, {tuple(told[:2]): told[2:] for told in theirs["steps"]})
    row.add(f"{one.read.name}, flows", flows, {tuple(told[:3]): told[3:] for told in theirs["flows"]})
    row.logs -= 1  # one log, two tables


def _written(file: Path, seed: int) -> Path:
    """A log of a few hundred events; where the seed is odd several have the same time, and stand in any order."""
    luck = Random(seed)
    objects = [(f"{kind}{number}", kind) for kind in TYPES for number in range(luck.randint(3, 25))]
    count = luck.randint(100, 300)
    minutes = [luck.randrange(count // 3) if seed % 2 else place for place in range(count)]
    luck.shuffle(minutes)
    events = [_event(luck, number, minute, objects) for number, minute in enumerate(minutes)]
    told = {
        "objectTypes": [{"name": kind, "attributes": []} for kind in TYPES],
        "eventTypes": [{"name": step, "attributes": []} for step in STEPS],
        "objects": [{"id": name, "type": kind} for name, kind in objects],
        "events": events,
    }
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def _event(luck: Random, number: int, minute: int, objects: list[tuple[str, str]]) -> dict[str, Any]:
    """It touches none to six objects, some of them twice, in another role."""
    touched = [
        {"objectId": name, "qualifier": luck.choice(("of", "with"))}
        for name, _ in luck.choices(objects, k=luck.randint(0, 6))
    ]
    at = (OPENING + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
    return {"id": f"e{number}", "type": luck.choice(STEPS), "time": at, "relationships": touched}
