"""Ask a tool of another environment: a question as a JSON file goes to its process, a JSON file comes back."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-bench" / "bin" / "python"


class PeerFailed(Exception):
    """The tool's process did not answer."""


def answer_of(tool: str, asked: Any, folder: Path, *, python: Path = PEERS) -> Any:
    """What ``bench.tools.TOOL`` makes of ``asked``. Raises PeerFailed with the last line it said."""
    if not python.exists():
        raise PeerFailed(f"there is no {python}: make bench or make validate-peers installs the peers")
    question, answer = folder / "asked.json", folder / "told.json"
    question.write_text(json.dumps(asked), encoding="utf-8")
    answer.unlink(missing_ok=True)
    command = [str(python), "-m", f"bench.tools.{tool}", str(question), str(answer)]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerFailed(f"{tool}: {(done.stderr.strip().splitlines() or ['no word'])[-1]}")
    return json.loads(answer.read_text(encoding="utf-8"))
