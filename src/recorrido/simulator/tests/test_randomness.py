import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorrido.simulator.randomness import Draws

IDS = np.arange(200_000)


@given(st.integers(0, 2**32), st.text(max_size=20), st.lists(st.integers(0, 2**40), min_size=1, max_size=20))
def test_a_draw_depends_on_nothing_but_seed_purpose_and_id(seed, purpose, ids):
    together = Draws(seed).uniform(purpose, np.array(ids))
    alone = [Draws(seed).uniform(purpose, np.array([one]))[0] for one in ids]
    assert together.tolist() == alone


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_higher_probability_only_adds_to_those_drawn(one, other):
    low, high = sorted((one, other))
    draws = Draws(5)
    few, many = (draws.happens("rain", IDS[:500], chance) for chance in (low, high))
    assert not (few & ~many).any()


def test_uniform_draws_are_spread_evenly():
    counts = np.histogram(Draws(1).uniform("x", IDS), bins=100, range=(0, 1))[0]
    chi_square = ((counts - 2000) ** 2 / 2000).sum()
    assert chi_square < 150  # 99 degrees of freedom: beyond it once in a thousand


def test_draws_of_two_purposes_have_nothing_to_do_with_each_other():
    draws = Draws(1)
    assert abs(np.corrcoef(draws.uniform("a", IDS), draws.uniform("b", IDS))[0, 1]) < 0.01


def test_draws_of_neighbouring_ids_have_nothing_to_do_with_each_other():
    drawn = Draws(1).uniform("a", IDS)
    assert abs(np.corrcoef(drawn[:-1], drawn[1:])[0, 1]) < 0.01


def test_normal_draws_have_mean_zero_and_variance_one():
    drawn = Draws(3).normal("n", IDS)
    assert (drawn.mean(), drawn.var()) == (pytest.approx(0, abs=0.01), pytest.approx(1, abs=0.02))


def test_exponential_draws_have_the_mean_that_was_asked():
    assert Draws(3).exponential("e", IDS, 40.0).mean() == pytest.approx(40, rel=0.01)


def test_picks_follow_their_weights():
    picked = Draws(3).pick("p", IDS, [1, 3, 0, 6])
    assert np.bincount(picked, minlength=4) / len(IDS) == pytest.approx([0.1, 0.3, 0, 0.6], abs=0.01)


def test_picks_by_row_follow_the_weights_of_their_row():
    picked = Draws(3).pick_by("p", IDS, np.array([[1.0, 0], [1, 3]]), IDS % 2)
    assert picked[::2].max() == 0
    assert picked[1::2].mean() == pytest.approx(0.75, abs=0.01)
