"""``make validate-whatif``: what each planted fault and gate costs, told from the log alone, against the truth.

Needs no database. Every fault and gate of every shipped scenario is undone by the change that truth.json names, in the run of the
scenario's own seed and in runs of others. Ends with an error unless four in five intervals hold the truth and the median error
is a fifth of it at most.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from recorrido.site import boot

if TYPE_CHECKING:
    from recorrido.simulator.scenario import Scenario
    from trayecto.log.journeylog import JourneyLog

SCENARIOS = ("one_fault", "b2b", "moda", "electro", "tarde", "aromo")
OUTCOMES = ("orders_kept", "contacts", "money")
FIRST_SEED = 521  # no estimator was chosen by runs of this seed and those after it


class Case(NamedTuple):
    """One outcome of one fault in one run."""

    scenario: str
    seed: int
    fault: str
    outcome: str
    true: float
    low: float
    expected: float
    high: float

    @property
    def held(self) -> bool:
        return self.low <= self.true <= self.high

    @property
    def error(self) -> float:
        """As a share of the true effect."""
        return abs(self.expected - self.true) / max(abs(self.true), 1e-9)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m validation whatif", description=__doc__)
    parser.add_argument(
        "scenarios", nargs="*", default=SCENARIOS, help="names of shipped scenarios, or files"
    )
    parser.add_argument("--seeds", type=int, default=3, help="runs besides that of the scenario's own seed")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED)
    parser.add_argument("--draws", type=int, default=400)
    chosen = parser.parse_args(arguments)
    boot.setup()  # settings only: no database is needed
    cases: list[Case] = []
    _head()
    for name in chosen.scenarios:
        for seed in (None, *range(chosen.first_seed, chosen.first_seed + chosen.seeds)):
            for case in cases_of(name, seed, chosen.draws):
                cases.append(case)
                _row(case)
    return 0 if _summary(cases) else 1


def cases_of(name: str, seed: int | None, draws: int) -> Iterator[Case]:
    from recorrido.simulator.model import simulate
    from recorrido.simulator.parsing import load_scenario
    from recorrido.simulator.scenario import resized
    from recorrido.simulator.truth import truth_of

    scenario = resized(load_scenario(name), seed=seed) if seed is not None else load_scenario(name)
    world = simulate(scenario)
    truth = truth_of(scenario, (), world)
    with tempfile.TemporaryDirectory() as folder:
        log = log_of(scenario, world, Path(folder))
        for key, fault in truth["faults"].items():
            yield from _answers(name, scenario.seed, key, fault, log, draws)


def log_of(scenario: Scenario, world: Any, out: Path) -> JourneyLog:
    """The journey log of a run, built as the command builds it from files."""
    import trayecto
    from recorrido.simulator.designs import blueprint_text
    from recorrido.simulator.emit import tell
    from recorrido.simulator.tables import flat
    from recorrido.simulator.truth import totals_of
    from recorrido.simulator.valuing import values_text
    from trayecto.blueprint import read_blueprint
    from trayecto.designed import build_designed

    trayecto.write_events(out / "events.parquet", flat(tell(world)))
    blueprint = read_blueprint(blueprint_text(scenario))
    events = trayecto.read_events(str(out / "events.parquet"), journey="", tz=blueprint.time_zone)
    values = values_text(scenario, totals_of(world))
    return build_designed(events, out / "log", blueprint=blueprint, texts={"values": values})[0]


def _answers(
    name: str, seed: int, key: str, fault: dict[str, Any], log: JourneyLog, draws: int
) -> Iterator[Case]:
    from trayecto.whatif import changes_from, what_if

    if fault["undo"] is None:
        print(f"| {name} | {seed} | {key} | no change says it | | | | | |")
        return
    began = time.perf_counter()
    answer = what_if(log, changes_from(json.loads(json.dumps(fault["undo"]))), draws=draws)
    seconds = time.perf_counter() - began
    told = {one.name: one.effect for one in answer.outcomes}
    for outcome in OUTCOMES:
        effect = told[outcome]
        yield Case(
            name, seed, key, outcome, fault["effect"][outcome], effect.low, effect.expected, effect.high
        )
    if seconds > 30:
        print(f"({name}, {key}: {seconds:.0f} s)")


def _head() -> None:
    print("| scenario | seed | fault | outcome | truth | told | 90 % interval | held | error |")
    print("|---|---:|---|---|---:|---:|---|---|---:|")


def _row(case: Case) -> None:
    print(
        f"| {case.scenario} | {case.seed} | {case.fault} | {case.outcome} | {case.true:,.0f} | {case.expected:,.0f} |"
        f" {case.low:,.0f} … {case.high:,.0f} | {'yes' if case.held else '**no**'} | {case.error:.0%} |",
        flush=True,
    )


def _summary(cases: Sequence[Case]) -> bool:
    print("\n| outcome | cases | truth in the interval | median error |\n|---|---:|---:|---:|")
    for name in (*OUTCOMES, None):
        among = [case for case in cases if name in (None, case.outcome)]
        if among:
            print(f"| {name or 'all'} | {len(among)} | {_held(among):.0%} | {_error(among):.0%} |")
    return bool(cases) and _held(cases) >= 0.8 and _error(cases) <= 0.2


def _held(cases: Sequence[Case]) -> float:
    return sum(case.held for case in cases) / len(cases)


def _error(cases: Sequence[Case]) -> float:
    return median(case.error for case in cases)
