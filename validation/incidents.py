"""``python -m validation incidents``: the live watch over the simulator's year; see ``incident_years``."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from recorrido.site import boot


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m validation incidents")
    parser.add_argument("--seeds", type=int, default=3, help="how many years of the shop as it is")
    parser.add_argument("--times", type=int, default=10, help="how many times as large the large shop is")
    chosen = parser.parse_args(arguments)
    boot.setup()  # settings only: no database is needed
    from validation.incident_years import run

    return 0 if run(seeds=chosen.seeds, times=chosen.times) else 1
