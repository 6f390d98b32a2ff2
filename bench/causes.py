"""How fast causes are found: a table of a million journeys with twenty attributes, conjunctions of up to three values.

``python -m bench causes [--events N]`` (N rows). The table is invented: a late carrier, a pair of values at fault, an innocent that
serves the far regions, attributes of 3 to 40 values. It needs no database.
"""

from __future__ import annotations

import argparse
import os
import time
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trayecto.causes import Feature

ROWS = 1_000_000
SIZES = (4, 5, 3, 8, 12, 40, 2, 5, 5, 10, 24, 6, 3, 2, 16, 7, 30, 4, 9, 5)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench causes", description=__doc__)
    parser.add_argument("--events", type=int, default=ROWS, help="rows")
    run(parser.parse_args(arguments).events)
    return 0


def run(rows: int = ROWS) -> float:
    """Print and return the seconds that one search takes, once its kernels are compiled."""
    from trayecto.causes import find_causes

    find_causes(*table(20_000), comparable=("a0", "a1"))
    asked = table(rows)
    began = time.perf_counter()
    answer = find_causes(*asked, comparable=("a0", "a1"))
    seconds = time.perf_counter() - began
    print(
        f"{rows:,} rows, {len(SIZES)} attributes, depth 3, {os.cpu_count()} cores: {seconds:.1f} s, "
        f"{answer.tested} candidates tested"
    )
    for cause in answer.causes[:5]:
        said = " and ".join(f"{name} = {value}" for name, value in cause.conditions)
        print(f"  {cause.verdict}: {said}")
    return seconds


def table(rows: int, seed: int = 3) -> tuple[list[Feature], np.ndarray, np.ndarray]:
    """Features, outcome (rows,) 0 or 1, persons (rows,) with two rows each."""
    from trayecto.causes import coded

    random = np.random.default_rng(seed)
    codes = [random.integers(0, size, rows) for size in SIZES]
    far = codes[0] == 3
    codes[3] = np.where(far & (random.random(rows) < 0.5), 7, codes[3])
    chance = 0.05 + 0.1 * far + 0.06 * (codes[3] == 2) + 0.15 * ((codes[6] == 1) & (codes[9] == 4))
    outcome = (random.random(rows) < chance).astype(float)
    features = [
        coded(f"a{place}", [f"v{value}" for value in range(size)], codes[place], order=min(place, 3))
        for place, size in enumerate(SIZES)
    ]
    return features, outcome, np.arange(rows) // 2
