"""``make validate-demand``: shares of failure demand by department against companies whose truth is known.

Needs no database. Prints a row per company: the worst and the mean error of a department's share, in points of all support
contacts, over all seeds; docs/validation.md keeps the last table. Nothing was tuned on the seeds that are the default.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from validation.companies import VARIATIONS, log_of, scenario_of

SHIPPED = {"calm": 12_000, "one_fault": 12_000, "b2b": 6_000, "aromo": 15_000}
LIMIT = 5.0  # points


@dataclass(frozen=True)
class Held:
    """One run: the error of each department's share in points, and how many contacts were explained against the truth."""

    contacts: int
    errors: dict[str, float]
    explained: float
    truth: float

    @property
    def worst(self) -> float:
        return max(map(abs, self.errors.values()), default=0.0)

    @property
    def worst_of(self) -> str:
        return max(self.errors, key=lambda name: abs(self.errors[name]), default="")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="validation demand", description=__doc__)
    parser.add_argument("--first-seed", type=int, default=101)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--companies", nargs="*", default=[*SHIPPED, *VARIATIONS])
    parser.add_argument("--scale", type=float, default=1.0, help="of the numbers of customers")
    options = parser.parse_args(arguments)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    print("| company | seeds | contacts | worst, points | of | mean, points | explained | truly |")
    print("|---|---:|---:|---:|---|---:|---:|---:|")
    runs = {name: [hold(name, seed, options.scale) for seed in seeds] for name in options.companies}
    found = [one for held in runs.values() for one in held]
    worst = max(one.worst for one in found)
    errors = [abs(error) for one in found for error in one.errors.values()]
    print(f"\nWorst {worst:.1f} points, mean {mean(errors):.2f}; the limit is {LIMIT:g}.")
    return 0 if worst <= LIMIT else 1


def hold(name: str, seed: int, scale: float) -> Held:
    """One company with one seed, analysed and compared."""
    from recorrido.simulator.echoes import demand_of
    from recorrido.simulator.model import simulate
    from trayecto.demand import failure_demand

    world = simulate(scenario_of(name, seed=seed, customers=round(scale * SHIPPED.get(name, 10_000))))
    truth = demand_of(world)
    with tempfile.TemporaryDirectory() as folder:
        found = failure_demand(log_of(world, Path(folder) / "log")).to_dict()
    held = compare(found, truth)
    print(row_of(name, [held], str(seed)), flush=True)
    return held


def compare(found: dict[str, object], truth: dict[str, object]) -> Held:
    """The answer of the analysis beside the truth of the simulator; a department that only one of them names counts too."""
    told = {one["department"]: one["share"]["expected"] for one in found["by_department"]}  # type: ignore[index, attr-defined]
    known = {name: one["share"] for name, one in truth["by_department"].items()}  # type: ignore[attr-defined]
    names = (set(told) | set(known)) - {None}
    errors = {name: 100 * (told.get(name, 0.0) - known.get(name, 0.0)) for name in sorted(names)}
    whole = max(1, int(truth["contacts"]))  # type: ignore[call-overload]
    return Held(
        int(found["contacts"]),  # type: ignore[call-overload]
        errors,
        int(found["explained"]) / whole,  # type: ignore[call-overload]
        int(truth["explained"]) / whole,  # type: ignore[call-overload]
    )


def row_of(name: str, held: Sequence[Held], seeds: str) -> str:
    worst = max(held, key=lambda one: one.worst)
    errors = [abs(error) for one in held for error in one.errors.values()]
    contacts, explained = mean(one.contacts for one in held), mean(one.explained for one in held)
    truth = mean(one.truth for one in held)
    return (
        f"| {name} | {seeds} | {contacts:,.0f} | {worst.worst:.1f} | {worst.worst_of} | {mean(errors):.2f} "
        f"| {explained:.0%} | {truth:.0%} |"
    )
