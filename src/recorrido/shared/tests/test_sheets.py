from __future__ import annotations

import io

import pytest
from django.utils.translation import override

from recorrido.shared.sheets import armed, disarmed, sheet_cell, sheet_writer


def written(language: str, *row: object) -> str:
    out = io.StringIO()
    with override(language):
        sheet_writer(out).writerow([sheet_cell(value) for value in row])
    return out.getvalue()


def test_columns_and_decimals_are_parted_as_a_spreadsheet_of_the_language_reads_them():
    row = ("Inspección, bodega", 1.5, 2100, None, 1 / 3)
    assert written("es", *row) == "Inspección, bodega;1,5;2100;;0,333333\r\n"
    assert written("en", *row) == '"Inspección, bodega",1.5,2100,,0.333333\r\n'


@pytest.mark.parametrize("text", ["=1+1", "-2", "@x", "Ana", ""])
def test_a_text_that_was_disarmed_comes_back_as_it_was(text):
    assert armed(disarmed(text)) == text
