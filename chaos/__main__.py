"""``python -m chaos`` (``make chaos``): the product under kill -9, and what is left of its promises: all of them.

Writes nothing into the repository unless ``--keep`` is given (then docs/chaos.md has the result). Exit code 1 where a
promise is broken.
"""

from __future__ import annotations

import argparse
import re
import secrets
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from chaos.judging import judge
from chaos.trial import say, trial
from chaos.verdict import Line

EVENTS = 100_000
KILLS = 40
PATIENCE = 420.0  # longer than a mail whose sender died is held back
PAGE = Path(__file__).parent.parent / "docs" / "chaos.md"
MARKS = ("<!-- last result -->", "<!-- end of the last result -->")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=None, help="run the same plan again")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds for all to settle in the end"
    )
    parser.add_argument("--folder", type=Path, help="where the installation is made (and removed again)")
    parser.add_argument("--keep", action="store_true", help="write the result into docs/chaos.md")
    options = parser.parse_args(arguments)
    if not Path("/proc/self/stat").exists():
        print("The trial finds processes by /proc, which only Linux has.", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(143))  # by way of everything that tidies up
    seed = secrets.randbelow(10**6) if options.seed is None else options.seed
    say(f"Seed {seed}: {options.events:,} events, {options.kills} kills.")
    way = {"events": options.events, "kills": options.kills, "patience": options.patience}
    with trial(seed=seed, folder=options.folder, **way) as course:
        lines = judge(course)
    table = _table(lines)
    print(table)
    broken = [line.what for line in lines if not line.kept]
    print(f"\nBroken: {'; '.join(broken)}." if broken else "\nEvery promise was kept.")
    if options.keep:
        _keep(table)
    return 1 if broken else 0


def _table(lines: Sequence[Line]) -> str:
    rows = [f"| {line.what} | {line.figure}{'' if line.kept else ' **broken**'} |" for line in lines]
    return "\n".join(["| | |", "|---|---:|", *rows])


def _keep(table: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    begin, end = (re.escape(mark) for mark in MARKS)
    kept = f"{MARKS[0]}\n{table}\n{MARKS[1]}"
    PAGE.write_text(re.sub(f"{begin}.*{end}", lambda _: kept, page, flags=re.S), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
