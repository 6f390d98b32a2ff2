"""Costs and fitness of optimal alignments, beside PM4Py's with the Petri net of the exported BPMN diagram."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.peers import answer_of

from validation.peer_designs import STRANGE, Design, blueprint_text, designs
from validation.peer_rows import Compared

if TYPE_CHECKING:
    from trayecto import JourneyLog
    from trayecto.questions.alignments import AlignmentsResult

VARIANTS, JOURNEYS = 50, 400
HELPDESK = Path("helpdesk") / "Helpdesk.xes.gz"
STEPS = ("Assign seriousness", "Take in charge ticket", "Wait", "Require upgrade", "Resolve ticket", "Closed")
TICKET = [
    "assign-seriousness",
    {"repeat": "take-in-charge-ticket", "least": 1},
    {"any_order": [{"optional": "wait"}, {"optional": "require-upgrade"}]},
    "resolve-ticket",
    "closed",
]


@dataclass(frozen=True)
class Aligned:
    """Our answer, and what the peer is asked."""

    name: str
    ours: AlignmentsResult
    seconds: float
    asked: dict[str, Any]


def compare(seeds: range, data: Path, folder: Path, python: Path) -> list[Compared]:
    random = Compared("alignments", "random designs and logs", "PM4Py")
    _compare(random, [_random(seed, design, folder) for seed, design in designs(seeds)], folder, python)
    if not (data / HELPDESK).exists():
        return [random]
    real = Compared("alignments", "Helpdesk", "PM4Py")
    _compare(real, [_helpdesk(data / HELPDESK, folder)], folder, python)
    return [random, real]


def _compare(row: Compared, logs: list[Aligned], folder: Path, python: Path) -> None:
    told = answer_of("pm4py_alignments", [one.asked for one in logs], folder, python=python)
    for one, theirs in zip(logs, told, strict=True):
        ours = {v.steps: (v.journeys, v.cost, v.fitness) for v in one.ours.variants}
        others = {tuple(v["steps"]): (v["journeys"], v["cost"], v["fitness"]) for v in theirs["variants"]}
        row.add(one.name, ours, others)
    row.seconds = (sum(one.seconds for one in logs), sum(one["seconds"] for one in told))


def _random(seed: int, design: Design, folder: Path) -> Aligned:
    import pyarrow.parquet as pq
    from bench.designed_journeys import events_of, walks

    import trayecto
    from trayecto.conformance.automaton import compiled

    path = design.blueprint.allowed(design.blueprint.journeys["order"])
    events = events_of(walks(compiled(path), VARIANTS, STRANGE, seed), JOURNEYS, seed)
    file = folder / f"events-{seed}.parquet"
    pq.write_table(events, file)
    log = trayecto.build(trayecto.read_events(events, journey="journey"), folder / f"log-{seed}")
    return _aligned(f"seed {seed}", log, design, folder, file)


def _helpdesk(file: Path, folder: Path) -> Aligned:
    import trayecto
    from trayecto.blueprint import read_blueprint

    blueprint = read_blueprint(blueprint_text(STEPS, {"key": "order", "goal": "closed", "path": TICKET}))
    path = blueprint.journeys["order"].path
    assert path is not None
    log = trayecto.build(trayecto.read_events(file), folder / "helpdesk")
    return _aligned("Helpdesk", log, Design(blueprint, path, {}, {}), folder, file)


def _aligned(name: str, log: JourneyLog, design: Design, folder: Path, events: Path) -> Aligned:
    from trayecto.bpmn import write_bpmn
    from trayecto.designed.conform import align

    blueprint = design.blueprint
    labels = {one.key: one.event or one.key for one in blueprint.measured}
    bpmn = folder / f"{name}.bpmn"
    bpmn.write_text(write_bpmn(design.whole, labels=labels), encoding="utf-8")
    align(log, blueprint, blueprint.journeys["order"])  # compiles
    began = time.perf_counter()
    ours = align(log, blueprint, blueprint.journeys["order"])
    seconds = time.perf_counter() - began
    asked = {"bpmn": str(bpmn), "events": str(events), "most": 100_000}
    return Aligned(name, ours, seconds, asked | {"inserted": design.inserted, "skipped": design.skipped})
