"""How fast journeys are aligned with their design: a million journeys of twenty thousand variants, beside PM4Py on some of them.

``python -m bench align [--events N] [--variants N] [--sample N]`` (N journeys). Two designs: the orders of the shipped blueprint
``aromo`` with its exceptional variants, and a wider one with six steps in any order and repeats. The journeys walk through the
design, with mistakes. PM4Py aligns a sample of the same variants in the same run, with the Petri net of the exported BPMN
diagram; the costs must be equal.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.designed_journeys import events_of, walks
from bench.peers import PEERS, ROOT, PeerFailed, answer_of

if TYPE_CHECKING:
    from trayecto.conformance.blocks import Part
    from trayecto.questions.alignments import AlignmentsResult

JOURNEYS, VARIANTS, SAMPLE, SEED = 1_000_000, 20_000, 100, 11
AROMO = ROOT / "src" / "recorrido" / "journeys" / "blueprints" / "aromo.yaml"
STRANGE = ("call", "message", "mail", "counter.question")


@dataclass(frozen=True)
class Design:
    name: str
    whole: Part  # everything that journeys may be


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench align", description=__doc__)
    parser.add_argument("--events", type=int, default=JOURNEYS, help="journeys")
    parser.add_argument("--variants", type=int, default=VARIANTS, help="distinct sequences among them")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="variants that PM4Py aligns")
    parser.add_argument("--peers", type=Path, default=PEERS, help="Python of the peers")
    given = parser.parse_args(arguments)
    return max(_run(design, given) for design in _designs())


def _designs() -> Iterator[Design]:
    from trayecto.blueprint import read_blueprint
    from trayecto.conformance.blocks import ANY_ORDER, CHOICE, OPTIONAL, REPEAT, SEQUENCE, Block

    blueprint = read_blueprint(AROMO.read_text(encoding="utf-8"))
    order = blueprint.journeys["order"]
    measured = {one.key for one in blueprint.measured}
    ways = [order.path, *(one.path for one in order.exceptions.values())]
    whole = Block(CHOICE, tuple(_seen(way, measured) for way in ways if way is not None))
    yield Design("aromo, orders", whole)
    checks = Block(ANY_ORDER, tuple(f"check.{number}" for number in range(1, 7)))
    tries = Block(REPEAT, (Block(SEQUENCE, ("order.shipped", Block(OPTIONAL, ("delivery.failed",)))),), 1, 3)
    asked = Block(REPEAT, (Block(CHOICE, ("advice.asked", "advice.given")),))
    ends = Block(CHOICE, ("order.delivered", Block(SEQUENCE, ("return.requested", "refund.paid"))))
    yield Design("wide, six in any order", Block(SEQUENCE, ("order.placed", checks, asked, tries, ends)))


def _seen(part: Part, measured: set[str]) -> Part:
    """Without touchpoints that have no events: no journey is asked for them."""
    from trayecto.conformance.blocks import Block

    if isinstance(part, str):
        return part
    kept = [one for one in part.parts if not isinstance(one, str) or one in measured]
    return Block(part.kind, tuple(_seen(one, measured) for one in kept), part.least, part.most)


def _run(design: Design, given: argparse.Namespace) -> int:
    import trayecto
    from trayecto.conformance.automaton import compiled
    from trayecto.conformance.blocks import path_of, steps_of

    path = path_of(design.whole, {step: step for step in steps_of(design.whole)})
    automaton = compiled(path)
    variants = walks(automaton, min(given.variants, given.events), STRANGE, SEED)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        events = events_of(variants, given.events, SEED)
        log = trayecto.build(trayecto.read_events(events, journey="journey"), folder / "log")
        log.alignments(path)  # compiles
        began, spent = time.perf_counter(), time.process_time()
        answer = trayecto.JourneyLog.open(folder / "log").alignments(path)
        seconds, spent = time.perf_counter() - began, time.process_time() - spent
        print(
            f"{design.name}, {automaton.states:,} states: {answer.journeys:,} journeys, {events.num_rows:,} events, "
            f"{len(answer.table):,} variants in {seconds:.2f} s ({spent:.2f} s of processor time, {os.cpu_count()} cores); "
            f"{answer.fitting / answer.journeys:.0%} as designed, fitness {answer.fitness:.3f}",
            flush=True,
        )
        return _beside(design, answer, seconds, folder, given)


def _beside(
    design: Design, answer: AlignmentsResult, seconds: float, folder: Path, given: argparse.Namespace
) -> int:
    """PM4Py on some of the variants: how many times longer for one of them, and whether costs are equal."""
    import pyarrow.parquet as pq

    from trayecto.bpmn import write_bpmn

    places = np.linspace(0, len(answer.table) - 1, min(given.sample, len(answer.table))).astype(int)
    some = [answer.variant(int(place)) for place in places]
    events, bpmn = folder / "sample.parquet", folder / "design.bpmn"
    pq.write_table(events_of([one.steps for one in some], len(some), SEED), events)
    bpmn.write_text(write_bpmn(design.whole), encoding="utf-8")
    asked = {"bpmn": str(bpmn), "events": str(events), "inserted": {}, "skipped": {}, "most": len(some)}
    try:
        (told,) = answer_of("pm4py_alignments", [asked], folder, python=given.peers)
    except PeerFailed as failed:
        print(f"  PM4Py: {failed}")
        return 0
    theirs = {tuple(one["steps"]): one["cost"] for one in told["variants"]}
    differing = [one for one in some if theirs[one.steps] != one.cost]
    each, own = told["seconds"] / len(some), seconds / len(answer.table)
    print(
        f"  PM4Py: {len(some)} of these variants in {told['seconds']:.1f} s, {1000 * each:.1f} ms each, "
        f"{each / own:,.0f} times as long; {len(differing) or 'no'} costs differ",
        flush=True,
    )
    return int(bool(differing))
