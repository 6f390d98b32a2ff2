"""What a tool's process does that answers one question: read a JSON file, write another (see ``bench.peers``)."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def answer(work: Callable[[Any], Any]) -> None:
    """From the command line: ASKED TOLD."""
    asked, told = map(Path, sys.argv[1:3])
    found = work(json.loads(asked.read_text(encoding="utf-8")))
    told.write_text(json.dumps(found), encoding="utf-8")
