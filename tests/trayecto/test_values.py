from __future__ import annotations

import dataclasses
import datetime

import pytest

from trayecto.blueprint import saying
from trayecto.errors import BadValue
from trayecto.money import Interval, Line, exactly, total_of
from trayecto.values import Amount, BadValues, load_values, read_values, to_text


@pytest.fixture(autouse=True)
def in_english():
    """The product may have told the library to speak the reader's language."""
    before = saying._translate
    saying.translate_with(saying._as_written)
    yield
    saying.translate_with(before)


WHOLE = """\
currency: CLP
margin:
  per_order: {low: 15000, expected: 16000, high: 17000, source: accounts, date: 2026-10-31}
  products: {boots: 21000}
contact:
  any: 2100
  phone: {low: 2500, expected: 2900, high: 3300}
return: 3800
delay_day: 150
retained_customer: 42000
"""


def test_a_whole_model_is_read():
    values = read_values(WHOLE)
    assert values.currency == "CLP"
    assert values.margin() == Amount(15000, 16000, 17000, "accounts", datetime.date(2026, 10, 31))
    assert values.margin(product="boots").expected == 21000
    assert (values.contact("phone").expected, values.contact("email").expected) == (2900, 2100)
    assert [one.expected for one in (values.return_cost, values.delay_day, values.retained_customer)] == [
        3800, 150, 42000,
    ]  # fmt: skip


def test_what_is_not_written_is_not_counted():
    values = read_values("currency: EUR")
    assert values.margin() is None and values.contact("phone") is None and values.return_cost is None


def test_a_margin_may_be_a_share_of_the_order():
    values = read_values("currency: EUR\nmargin: {share: {low: 0.3, expected: 0.4, high: 0.5}}")
    assert values.margin(order_value=200) == Amount(60, 80, 100)
    assert values.margin() is None


@pytest.mark.parametrize(
    ("text", "line", "column", "part"),
    [
        ("", 1, 1, "empty"),
        ("margin: {per_order: 3}", 1, 1, "'currency' is missing"),
        ("currency: pesos", 1, 11, "three capital letters"),
        ("currency: EUR\ncontakt: {any: 3}", 2, 1, "contact"),
        ("currency: EUR\ncontact:\n  any: much", 3, 8, "'much'"),
        ("currency: EUR\ncontact:\n  any: {low: 5, expected: 3}", 3, 8, "low ≤ expected ≤ high"),
        ("currency: EUR\ncontact:\n  any: {low: 5}", 3, 8, "'expected' is missing"),
        ("currency: EUR\nreturn: -2", 2, 9, "0 or more"),
        ("currency: EUR\nreturn: .nan", 2, 9, "0 or more"),
        ("currency: EUR\nreturn: {expected: 2, date: yesterday}", 2, 29, "2026-10-31"),
        ("currency: EUR\nmargin: {share: 38}", 2, 17, "at most 1"),
        ("currency: EUR\ncurrency: CLP", 2, 1, "twice"),
        ("currency: [EUR", 2, 1, "not YAML"),
        ("- 3", 1, 1, "names with values"),
    ],
)
def test_a_mistake_is_told_with_its_place(text, line, column, part):
    with pytest.raises(BadValues) as told:
        read_values(text, file="ours.yaml")
    assert part in str(told.value)
    if part != "not YAML":
        assert (told.value.line, told.value.column) == (line, column)
    assert str(told.value).startswith("ours.yaml, line")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(Exception, match=r"ours\.yaml cannot be read"):
        load_values(tmp_path / "ours.yaml")
    assert issubclass(BadValues, BadValue)


def test_lines_can_be_checked_by_hand():
    lost = Line("orders lost", Interval(90, 100, 120), Amount(10, 12, 13))
    calls = Line("contacts", exactly(40), Amount(2, 2, 2))
    assert lost.total == Interval(900, 1200, 1560)
    assert total_of([lost, calls]) == Interval(980, 1280, 1640)
    assert lost.to_dict()["total"] == {"low": 900, "expected": 1200, "high": 1560}


def test_what_is_saved_has_its_ends_in_order():
    saved = Line("contacts", Interval(-30, -20, -10), Amount(2, 3, 4))
    assert saved.total == Interval(-120, -60, -20)


def test_a_model_is_written_as_a_text_that_reads_as_an_equal_one():
    values = read_values(WHOLE)
    again = read_values(to_text(values))
    assert dataclasses.replace(again, source=WHOLE) == values


def test_what_is_not_counted_is_not_written():
    assert (
        to_text(read_values("currency: EUR\ncontact: {any: 2.5}")) == "currency: EUR\ncontact:\n  any: 2.5\n"
    )
