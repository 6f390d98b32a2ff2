"""The value model as rows of a form."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recorrido.journeys.valuing import AmountRow, checked, rows_of, text_of
from trayecto.values import read_values

WHOLE = """\
currency: EUR
margin:
  share: {low: 0.361, expected: 0.38, high: 0.4, source: accounts, date: 2026-10-31}
  products: {boots: 21.5}
contact: {any: 2.1, pigeon: 4}
return: 3.8
delay_day: 0.15
retained_customer: 42
"""


def test_rows_of_a_model_give_the_model_again():
    values = read_values(WHOLE)
    again = read_values(text_of("EUR", rows_of(values)))
    assert replace(again, source="") == replace(values, source="")


def test_a_share_is_written_in_percent():
    row = next(row for row in rows_of(read_values(WHOLE)) if row.key == "margin.share")
    assert (row.low, row.expected, row.high) == ("36,1", "38", "40")


def test_a_decimal_comma_is_read():
    text = text_of("EUR", [AmountRow("contact.any", expected="2,5")])
    assert read_values(text).contact().expected == 2.5


@pytest.mark.parametrize(
    ("row", "is_wrong"),
    [
        (AmountRow("return"), False),
        (AmountRow("return", low="1", expected="2", high="3", date="2026-10-31"), False),
        (AmountRow("return", low="3", expected="2"), True),
        (AmountRow("return", high="3"), True),
        (AmountRow("return", expected="-1"), True),
        (AmountRow("return", expected="nan"), True),
        (AmountRow("return", expected="a lot"), True),
        (AmountRow("return", source="accounts"), True),
        (AmountRow("return", expected="2", date="31/10/2026"), True),
        (AmountRow("margin.share", expected="101"), True),
    ],
)
def test_a_row_that_cannot_be_says_so(row, is_wrong):
    assert bool(checked([row])[0].problem) is is_wrong
