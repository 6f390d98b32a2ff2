"""``python -m validation NAME …`` runs one proof: see validation/NAME.py."""

from __future__ import annotations

import importlib
import sys

PROOFS = ("demand", "findings", "identity", "incidents", "peers", "whatif")


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in PROOFS:
        print(f"usage: python -m validation [{' | '.join(PROOFS)}] …", file=sys.stderr)
        return 2
    return int(importlib.import_module(f"validation.{arguments[0]}").main(arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
