"""ruff bans other clocks everywhere but in web and api, whose files are excused from its bans on HTTP."""

from __future__ import annotations

import ast

import pytest
from tests.architecture.tree import PRODUCT, calls, name_of, parsed, python_files

CLOCKS = (
    "datetime.now",
    "datetime.utcnow",
    "datetime.today",
    "date.today",
    "timezone.now",
    "localdate",
    "time.time",
)


def clocks(tree: ast.AST) -> list[str]:
    return [name for name, _call in calls(tree) if name.endswith(CLOCKS)]


def test_the_time_is_asked_of_the_one_clock():
    files = [path for path in python_files(PRODUCT) if path.name != "clock.py"]
    assert {name_of(path): found for path in files if (found := clocks(parsed(path)))} == {}


@pytest.mark.parametrize("bad", ["datetime.now(UTC)", "timezone.now()", "datetime.date.today()"])
def test_another_clock_would_be_noticed(bad):
    assert clocks(ast.parse(bad))
