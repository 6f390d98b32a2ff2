"""Figures and what marks mean, in words."""

from __future__ import annotations

import pytest
from django.template import Context, Template
from django.utils.translation import override

from recorrido.web.money import money_range
from recorrido.web.shown import Interval
from recorrido.web.templatetags.figures import between, interval, said


@pytest.fixture(autouse=True)
def spanish():
    with override("es"):
        yield


def test_a_count_keeps_a_decimal_only_while_it_is_small():
    assert [said(1_729.4), said(0.7), said(-354.2)] == ["1.729", "0,7", "−354"]


def test_a_sum_is_said_in_the_unit_that_people_use():
    assert said(7_411_720, "CLP") == "$7,4 millones" and said(0, "CLP") == "$0"


def test_an_interval_stands_below_its_figure():
    assert interval(Interval(1_624, 1_729, 1_816)) == (
        '<strong>1.729</strong><br><span class="small">1.624 a 1.816</span>'
    )


def test_an_interval_that_says_no_more_than_its_figure_is_left_out():
    assert interval(Interval(-6_300, -6_300, -6_300), "CLP") == "<strong>−$6.300</strong>"


def test_the_ends_of_a_sum_that_may_be_a_loss_are_said_one_by_one():
    assert money_range(-21_000, 4_000, "CLP") == "−$21 mil a $4.000"


def test_an_interval_may_come_as_a_stored_result_tells_it():
    assert between({"low": 0.731, "expected": 0.739, "high": 0.748}, "%") == "73,1\u00a0% a 74,8\u00a0%"


def test_the_mark_of_how_sure_a_cause_is_says_what_it_means():
    page = Template("{% load methods %}{% method_mark method %}").render(Context({"method": "adjusted"}))
    assert "ajustado</summary>" in page and "Se comparó con casos parecidos" in page


def test_nothing_is_marked_where_no_method_is_known():
    assert not Template("{% load methods %}{% method_mark method %}").render(Context({"method": ""})).strip()
