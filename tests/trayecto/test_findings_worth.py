from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.contingency_tables import StratifiedTable

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
