from __future__ import annotations

import ast
import re
from pathlib import Path

from tests.architecture.tree import PRODUCT, ROOT, parsed, python_files

NAME = re.compile(r"RECORRIDO_[A-Z_]+|DATABASE_URL")


def read_variables(tree: ast.AST) -> set[str]:
    """Environment variables that code names: string constants that are nothing else."""
    constants = {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {word for word in constants if NAME.fullmatch(word)}


def documented(page: Path) -> set[str]:
    """The first column of the page's tables."""
    return set(re.findall(r"^\| `([A-Z_]+)`", page.read_text(encoding="utf-8"), flags=re.M))


def test_every_variable_the_code_reads_is_on_the_settings_page_and_no_other():
    read = set().union(*(read_variables(parsed(path)) for path in python_files(PRODUCT)))
    assert read == documented(ROOT / "docs" / "settings.md")


def test_a_variable_is_found_where_it_is_read():
    assert read_variables(ast.parse('environment.text("RECORRIDO_NEW", "")')) == {"RECORRIDO_NEW"}
