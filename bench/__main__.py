"""``python -m bench NAME …`` runs one benchmark; without a name those of BENCHMARKS, with ``--events N`` in that size.

A benchmark is a module of this folder with ``main(arguments) -> int``. Those that take ``--events`` are listed in
BENCHMARKS; those of ALONE need more than Python and are run by name only (``make bench-ingest``).
"""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = ("questions", "ledger")
ALONE = ("ingest", "fresh", "people", "causes", "align", "comparing", "cluster")
USAGE = f"usage: python -m bench [{' | '.join(BENCHMARKS + ALONE)}] [--events N] …"


def main(arguments: list[str]) -> int:
    name = arguments[0] if arguments else ""
    if name in BENCHMARKS + ALONE:
        return _run(name, arguments[1:])
    if name not in ("", "--events"):
        print(USAGE, file=sys.stderr)
        return 2
    return max(_run(name, arguments) for name in BENCHMARKS)


def _run(name: str, arguments: list[str]) -> int:
    return int(importlib.import_module(f"bench.{name}").main(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
