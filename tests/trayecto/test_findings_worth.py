from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

from trayecto.attempts.lives import DAY
from trayecto.findings import settled as settling
from trayecto.findings.odds import odds_of
from trayecto.findings.worth import _chance

# --- odds within strata ---


@pytest.mark.parametrize("seed", range(3))
def test_the_ratio_of_odds_and_its_error_are_those_of_another_package(seed):
    random = np.random.default_rng(seed)
    stratum = random.integers(0, 4, 20_000)
    one = random.random(20_000) < 0.2 + 0.1 * stratum
    bad = random.random(20_000) < 0.05 + 0.1 * stratum + 0.08 * one
    tables = [[[(bad & one & (stratum == s)).sum(), (~bad & one & (stratum == s)).sum()],
               [(bad & ~one & (stratum == s)).sum(), (~bad & ~one & (stratum == s)).sum()]] for s in range(4)]  # fmt: skip
    other = StratifiedTable([np.array(table, float) for table in tables])
    found = odds_of(bad, one, ~one, stratum)
    assert found.log == pytest.approx(other.logodds_pooled, abs=0.01)
    assert found.error == pytest.approx(other.logodds_pooled_se, rel=0.02)


def test_nothing_bad_among_few_is_sure_of_nothing():
    one = np.array([True] * 5 + [False] * 5)
    assert odds_of(np.array([True] + [False] * 9), one, ~one, np.zeros(10, np.int64)).low < 1


# --- how often chance says as much ---


def test_the_chance_is_that_of_two_normal_draws_of_which_only_one_side_counts():
    persons = np.column_stack([np.tile([-1.0, 1.0], 50), np.tile([-1.0, 1.0], 50), np.zeros(100)])
    random = np.random.default_rng(3)
    drawn = np.maximum(random.standard_normal((400_000, 2)), 0)
    reached = ((drawn**2).sum(axis=1) >= 2.0**2 + 1.5**2).mean()
    assert _chance(np.array([2.0, -1.5, 0.0]), persons) == pytest.approx(reached, rel=0.05)


def test_fewer_orders_and_more_contacts_are_no_reason_to_undo_anything():
    persons = np.column_stack([np.tile([-1.0, 1.0], 50)] * 3)
    assert _chance(np.array([-9.0, 9.0, 0.0]), persons) == pytest.approx(0.75)
    assert _chance(np.array([3.0, 9.0, 0.0]), persons) == pytest.approx(stats.norm.sf(3) + np.exp(-4.5) / 4)


# --- what followed, as a company sees it that has lived with its trouble for long ---


@dataclass(frozen=True, eq=False)
class Attempts:
    person: np.ndarray
    began: np.ndarray

    def __len__(self) -> int:
        return len(self.person)


def facts_of(persons, days, end):
    """Attempts of these persons on these days, all kept, with a contact each and worth 10."""
    order = np.lexsort((days, persons))
    units = Attempts(np.array(persons)[order], np.array(days)[order] * DAY)
    ones = np.ones(len(persons))
    return settling.Facts(
        None,
        None,
        units,
        end * DAY,
        (),
        (),
        (),
        (),
        None,
        ones,
        ones,
        10 * ones,
        (ones, ones, ones),
        None,
        None,
        None,
    )


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), min_size=2, max_size=25, unique=True),
    st.integers(100, 130),
)
def test_what_followed_is_what_a_loop_over_pairs_adds_up(told, end):
    facts = facts_of([person for person, _ in told], [day for _, day in told], end)
    days, persons = facts.units.began // DAY, facts.units.person
    expected = np.zeros(len(told))
    for first in range(len(told)):
        for second in range(first + 1, len(told)):
            if persons[first] == persons[second]:
                age = days[second] - days[first]
                seen = sum(end - day >= age for day in days.tolist())
                expected[first] += min(len(told) / seen, settling.MOST)
    later = settling.settled(facts, np.ones(len(told), bool)).later
    assert later[0] == pytest.approx(expected) and later[2] == pytest.approx(10 * expected)


def test_an_order_that_all_attempts_could_have_been_followed_by_counts_once():
    facts = facts_of([1, 1, 2, 3], [0, 5, 1, 2], 100)
    assert settling.settled(facts, np.ones(4, bool)).later[0].tolist() == [1, 0, 0, 0]
