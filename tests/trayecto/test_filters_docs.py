"""The examples of the filter page are filters."""

import re
from pathlib import Path

import pytest

from trayecto.filters import FUNCTIONS, parse_filter

PAGE = (Path(__file__).parents[2] / "docs/trayecto/filters.md").read_text(encoding="utf-8")
EXAMPLES = [line for block in re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_filter_that_reads_back(example):
    filter_ = parse_filter(example)
    assert parse_filter(str(filter_)) == filter_


def test_every_function_of_the_language_is_on_the_page():
    assert [name for name in FUNCTIONS if f"`{name}(" not in PAGE and f"`{name}`" not in PAGE] == []
