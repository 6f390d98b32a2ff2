"""What findings are worth together: by hand."""

from __future__ import annotations

import pytest

from recorrido.improve.models import Finding, FindingRun
from recorrido.improve.queries import known_findings, together
from recorrido.improve.tests.looks import look, told

pytestmark = pytest.mark.django_db
A = told("a", journeys=100, money=10_000.0)  # 100 each
B = told("b", journeys=200, money=10_000.0)  # 50 each
SHARED = [
    {"findings": [A["id"]], "journeys": 60},
    {"findings": [B["id"]], "journeys": 160},
    {"findings": [A["id"], B["id"]], "journeys": 40},
]


def test_a_journey_that_two_findings_share_counts_with_the_one_that_costs_more_there():
    run = look(A, B, atoms=SHARED)
    money = together(run, known_findings())
    # all 100 of a at 100, and of b the 160 that are not of a at 50
    assert money.expected == pytest.approx(10_000 + 160 * 50)
    assert money.low == pytest.approx(4_000 + 160 / 200 * 4_000)


def test_some_of_them_are_worth_what_they_are_without_the_others():
    run = look(A, B, atoms=SHARED)
    assert together(run, list(Finding.objects.filter(step="b"))).expected == pytest.approx(10_000)


def test_look_alikes_and_what_an_older_look_found_are_worth_nothing():
    look(A, B, atoms=SHARED)
    run = look(B | {"discarded": True}, day=1)
    assert together(run, known_findings()) is None


def test_without_money_there_is_no_sum():
    look(told(money=None))
    assert together(FindingRun.objects.newest(), known_findings()) is None
