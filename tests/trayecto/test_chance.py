"""The few lines of statistics that are ours say what SciPy and statsmodels say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from trayecto.chance import difference, discovered, q_values, reach, two_sided, wilson
from trayecto.errors import BadValue

chances = st.lists(st.floats(0, 1), min_size=1, max_size=60)
shares = st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@given(chances)
def test_q_values_are_the_adjusted_p_values_of_benjamini_and_hochberg(p_values):
    expected = multipletests(p_values, method="fdr_bh")[1]
    assert q_values(p_values) == pytest.approx(list(expected), abs=1e-12)


@given(chances, st.sampled_from([0.01, 0.05, 0.2]))
def test_what_passes_is_what_statsmodels_rejects_but_for_ties_with_the_limit(p_values, rate):
    """Where a p-value lies on its limit to the last bit, rounding decides."""
    if min(abs(one - rate) for one in q_values(p_values)) < 1e-12:
        return
    assert discovered(p_values, rate) == list(multipletests(p_values, rate, method="fdr_bh")[0])


def test_a_rate_that_is_none_is_refused_and_nothing_discovers_nothing():
    assert discovered([0.001, 0.2, 0.012, 0.04], 0.05) == [True, False, True, False]
    assert discovered([], 0.05) == [] == q_values([])
    with pytest.raises(BadValue, match="between 0 and 1"):
        discovered([0.1], 5)


@given(shares, st.sampled_from([0.9, 0.95, 0.99]))
def test_a_share_has_the_interval_of_wilson(counted, level):
    part, whole = counted
    found = wilson(part, whole, level)
    low, high = proportion_confint(part, whole, alpha=1 - level, method="wilson")
    assert (found.low, found.expected, found.high) == pytest.approx((low, part / whole, high), abs=1e-9)


@given(shares, shares)
def test_a_difference_of_shares_has_the_interval_of_newcombe(a, b):
    found = difference(wilson(*a), wilson(*b))
    low, high = confint_proportions_2indep(*b, *a, compare="diff", method="newcomb")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


@given(st.floats(-8, 8), st.sampled_from([0.5, 0.9, 0.99]))
def test_the_normal_distribution_is_the_normal_distribution(z, level):
    assert two_sided(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
    assert reach(level) == pytest.approx(stats.norm.ppf(0.5 + level / 2), rel=1e-9)
