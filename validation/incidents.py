"""``python -m validation incidents``: how soon the live watch sees trouble, and how often where there is none."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from recorrido.site import boot

if TYPE_CHECKING:
    from validation.incident_shops import Year

BESIDE = ("–", "Olist")  # rows that are told, and are not the simulator's year
FIRST_SEED = 41  # no limit of the watch was chosen by years of this seed


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m validation incidents")
    parser.add_argument("--seeds", type=int, default=3, help="how many years of the shop as it is")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="the first of these seeds")
    parser.add_argument("--times", type=int, default=10, help="how many times as large the large shop is")
    parser.add_argument(
        "--jumps", type=int, default=60, help="jumps per touchpoint, size of jump and size of shop"
    )
    parser.add_argument(
        "--olist", type=Path, help="folder with the tables of Olist: real orders are lived through too"
    )
    chosen = parser.parse_args(arguments)
    boot.setup()  # settings only: no database is needed
    return 0 if run(chosen) else 1


def run(chosen: argparse.Namespace) -> bool:
    """Print the tables; whether there was at most one false alarm a week in each of the simulator's years."""
    from validation.incident_alarms import HEAD, print_false_alarms
    from validation.incident_jumps import jumps, print_jumps, print_silences, silences
    from validation.incident_shops import simulated

    print(f"False alarms in years in which nothing is broken\n\n{HEAD}")
    rates = {name: print_false_alarms(name, year) for name, year in shops(chosen)}
    worst = max(rate for name, rate in rates.items() if not name.startswith(BESIDE))
    base = simulated("aromo", seed=chosen.first_seed)
    print("\nFrom the jump to the alarm, minutes: median (share within 3 minutes)\n")
    quick = print_jumps(jumps(base, seed=chosen.first_seed, per_year=chosen.jumps))
    print("\nFrom the last event of a source to the alarm\n")
    print_silences(silences(base, seed=chosen.first_seed))
    print(f"\nWorst of the simulator's years: {worst:.2f} false alarms a week (at most 1 is wished).")
    print(
        f"A jump of 3 times is seen within 3 minutes in nine of ten cases from {quick:g} events a minute on."
    )
    return worst <= 1


def shops(chosen: argparse.Namespace) -> Iterator[tuple[str, Year]]:
    """One year at a time: each takes as much memory as it is large."""
    import numpy as np

    from validation.incident_shops import around_the_clock, olist, simulated, wavering

    first, times = chosen.first_seed, chosen.times
    for seed in range(first, first + chosen.seeds):
        yield f"Aromo, seed {seed}", simulated("aromo", seed=seed)
    yield f"a tenth of it, seed {first}", simulated("aromo", seed=first, times=0.1)
    yield f"calm, {times} times as large, seed {first}", simulated("calm", seed=first, times=times)
    large = simulated("aromo", seed=first, times=times)
    yield f"Aromo, {times} times as large, seed {first}", large
    yield "– awake around the clock", around_the_clock(large)
    yield (
        "– and 40 campaigns at a stroke, wavering",
        wavering(large, 1, np.random.default_rng(first), campaigns=40),
    )
    yield "– the same, ten times as much", wavering(large, 10, np.random.default_rng(first + 1), campaigns=40)
    if chosen.olist:
        yield "Olist, as it came", olist(chosen.olist, copies=1, chance=np.random.default_rng(first))
        yield (
            "Olist, a hundred of each order",
            olist(chosen.olist, copies=100, chance=np.random.default_rng(first)),
        )
