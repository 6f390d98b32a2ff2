"""``python -m bench NAME …`` runs one benchmark; without a name, all of them with their usual sizes.

A benchmark is a module of this folder with ``main(arguments) -> int``, listed in BENCHMARKS.
"""

from __future__ import annotations

import importlib
import sys

BENCHMARKS = ("questions",)


def main(arguments: list[str]) -> int:
    if arguments[:1] and arguments[0] in BENCHMARKS:
        return int(importlib.import_module(f"bench.{arguments[0]}").main(arguments[1:]))
    if arguments:
        print(f"usage: python -m bench [{' | '.join(BENCHMARKS)}] …", file=sys.stderr)
        return 2
    return max(int(importlib.import_module(f"bench.{name}").main([])) for name in BENCHMARKS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
