"""The source tree as these tests read it: files, syntax trees, functions."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src"
PRODUCT = SOURCE / "recorrido"
NOT_OURS = {"migrations", "tests", "__pycache__"}
# Bottom to top, as in the design; modules on one line do not import each other.
LAYERS = [
    "shared",
    "company",
    "people",
    "events",
    "promises",
    "desk commerce feedback",
    "journeys watch analyses demand",
    "outreach",
    "scorecard",
    "improve",
    "connectors webhooks",
    "simulator",
    "web api",
    "site",
]


def rank(module: str) -> int:
    """The layer's number, 0 at the bottom; -1 for applications that are not ours."""
    return next((number for number, names in enumerate(LAYERS) if module in names.split()), -1)


@cache
def python_files(folder: Path = SOURCE) -> tuple[Path, ...]:
    """Our own code: no tests, no generated migrations."""
    return tuple(path for path in sorted(folder.rglob("*.py")) if not NOT_OURS & set(path.parts))


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with its written name: "row.save", "datetime.now"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def tracked_files() -> list[Path]:
    """What git holds, or would hold."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return [path for line in answer.stdout.splitlines() if (path := ROOT / line).is_file()]
