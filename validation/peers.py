"""``python -m validation peers``: alignments, object maps and retention beside other tools, on logs made at random and on real ones.

The other tools run in processes of their own, in the environment of the benchmarks (``make validate-peers`` installs it):
PM4Py is AGPL and never stands beside the product.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.peers import PEERS, ROOT, PeerFailed

from validation import peer_alignments, peer_cohorts, peer_objects
from validation.peer_rows import Compared

DATA = ROOT.parent / "shared" / "data"
FIRST_SEED, MOST_TOLD = 701, 10
HEAD = (
    "| question | log | beside | logs | figures | | seconds: ours, theirs |\n|---|---|---|---:|---:|---|---|"
)
Compare = Callable[[range, Path, Path, Path], list[Compared]]
QUESTIONS: dict[str, Compare] = {
    "alignments": peer_alignments.compare,
    "objects": peer_objects.compare,
    "cohorts": peer_cohorts.compare,
}


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    seeds = range(chosen.first_seed, chosen.first_seed + chosen.seeds)
    try:
        rows = [row for name in chosen.only for row in _compared(QUESTIONS[name], seeds, chosen)]
    except PeerFailed as failed:
        print(failed, file=sys.stderr)
        return 2
    print("\n".join([HEAD, *(row.line() for row in rows)]))
    for row in rows:
        _tell(row)
    return int(any(row.fails for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m validation peers", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many random logs of each question")
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="the first of these seeds")
    parser.add_argument(
        "--only", nargs="+", choices=list(QUESTIONS), default=list(QUESTIONS), help="these questions alone"
    )
    parser.add_argument("--data", type=Path, default=DATA, help="real logs; those not there are left out")
    parser.add_argument("--peers", type=Path, default=PEERS, help="Python of the other tools")
    return parser


def _compared(question: Compare, seeds: range, chosen: argparse.Namespace) -> list[Compared]:
    with tempfile.TemporaryDirectory() as folder:
        return question(seeds, chosen.data, Path(folder), chosen.peers)


def _tell(row: Compared) -> None:
    if row.differences:
        print(f"\n{row.question}, {row.log}: {row.explained or 'not explained'}")
        print("\n".join(f"- {sentence}" for sentence in row.differences[:MOST_TOLD]))
