from __future__ import annotations

import ast
from statistics import median, quantiles

import pytest
from tests.architecture.tree import SOURCE, functions, name_of, parsed, python_files

LONGEST = 100
LONG = 50


def lengths(tree: ast.AST) -> list[tuple[int, str]]:
    """Lines of each function, signature and docstring counted."""
    return [((node.end_lineno or 0) - node.lineno + 1, node.name) for node in functions(tree)]


def all_lengths(package: str) -> list[tuple[int, str]]:
    files = python_files(SOURCE / package)
    return [(length, f"{name_of(path)}: {name}") for path in files for length, name in lengths(parsed(path))]


def test_no_function_is_over_a_hundred_lines():
    found = all_lengths("recorrido") + all_lengths("trayecto")
    assert [name for length, name in found if length > LONGEST] == []


@pytest.mark.parametrize("package", ["recorrido", "trayecto"])
def test_half_of_the_functions_have_at_most_ten_lines_and_nine_in_ten_at_most_thirty_two(package):
    found = [length for length, _name in all_lengths(package)]
    assert median(found) <= 10
    assert quantiles(found, n=10)[-1] <= 32


@pytest.mark.parametrize("package", ["recorrido", "trayecto"])
def test_functions_over_fifty_lines_are_rare(package):
    found = all_lengths(package)
    long = [name for length, name in found if length > LONG]
    assert len(long) <= 0.04 * len(found), long


def test_a_long_function_would_be_noticed():
    source = "def f():\n" + "    pass\n" * 100
    assert lengths(ast.parse(source)) == [(101, "f")]
