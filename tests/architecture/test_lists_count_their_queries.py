"""Every list page has a test that counts its queries: a list that asks once per row is slow only when it matters."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.architecture.tree import PRODUCT, calls, functions, parsed, python_files

PAGER = "page_of"
COUNTER = "django_assert_num_queries"


def lists_in(tree: ast.AST) -> list[str]:
    """Functions that cut a list into pages."""
    return [node.name for node in functions(tree) if any(name.endswith(PAGER) for name, _call in calls(node))]


def counting_tests_in(tree: ast.AST) -> list[str]:
    arguments = {node.name: [argument.arg for argument in node.args.args] for node in functions(tree)}
    return [name for name, wanted in arguments.items() if name.startswith("test_") and COUNTER in wanted]


def areas() -> list[Path]:
    return [folder for folder in sorted((PRODUCT / "web").iterdir()) if (folder / "urls.py").exists()]


def test_every_area_counts_the_queries_of_each_of_its_lists():
    for area in areas():
        lists = [name for path in python_files(area) for name in lists_in(parsed(path))]
        tests = [name for path in area.glob("tests/test_*.py") for name in counting_tests_in(parsed(path))]
        assert len(tests) >= len(lists), (
            f"{area.name} has the lists {lists}, but counts queries only in {tests}"
        )


def test_a_list_is_recognised():
    assert lists_in(ast.parse("def people(request):\n    return page_of(rows)")) == ["people"]
