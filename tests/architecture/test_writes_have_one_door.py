from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.architecture.tree import PRODUCT, calls, name_of, parsed, python_files

WRITES = (".save", ".bulk_update", ".update_or_create")


def writes(tree: ast.AST) -> list[str]:
    return [name for name, _call in calls(tree) if name.endswith(WRITES)]


def is_a_door(path: Path) -> bool:
    """actions.py, or any file of a folder actions/."""
    return path.name == "actions.py" or "actions" in path.parts


def test_rows_are_saved_in_actions_only():
    files = [path for path in python_files(PRODUCT) if not is_a_door(path)]
    assert {name_of(path): found for path in files if (found := writes(parsed(path)))} == {}


def test_there_are_no_signals_and_no_effects_in_save():
    overridden = [
        f"{name_of(path)}: {node.name}"
        for path in python_files(PRODUCT)
        if path.name == "models.py" or path.parent.name == "models"
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.FunctionDef) and node.name in ("save", "delete")
    ]
    assert overridden == []


@pytest.mark.parametrize("bad", ["row.save()", "Staff.objects.update_or_create(pk=1)"])
def test_a_write_would_be_noticed(bad):
    assert writes(ast.parse(bad))
