"""Two groups made alike: the chance to belong to one of them against scikit-learn, and the numbers behind it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from trayecto.causes import coded
from trayecto.comparable import alike
from trayecto.comparable.alike import numbered
from trayecto.comparable.chances import LARGEST, cells_of, chances

SIZES = (12, 5, 7)


@pytest.fixture(scope="module")
def rows():
    """Codes of three features, and a first group that depends on two of them."""
    chance = np.random.default_rng(4)
    codes = [chance.integers(0, size, 20_000) for size in SIZES]
    odds = -1 + 0.2 * codes[0] - 0.5 * (codes[1] == 3)
    return codes, chance.random(20_000) < 1 / (1 + np.exp(-odds))


def test_chances_equal_those_of_scikit_learn(rows):
    codes, first = rows
    x = np.concatenate([np.eye(size)[code] for code, size in zip(codes, SIZES, strict=True)], axis=1)
    theirs = LogisticRegression(C=1e9, max_iter=2_000, tol=1e-10).fit(x, first).predict_proba(x)[:, 1]
    assert chances(codes, SIZES, first) == pytest.approx(theirs, abs=1e-3)


@pytest.mark.parametrize("sizes", [SIZES, (LARGEST, *SIZES[1:])], ids=["as one number", "too many for one"])
def test_cells_are_the_combinations_that_occur_in_order(rows, sizes):
    table = np.stack(rows[0], axis=1)[:500]
    expected, of = np.unique(table, axis=0, return_inverse=True)
    cells, place = cells_of([*table.T], sizes)
    assert cells.tolist() == expected.tolist() and place.tolist() == of.reshape(-1).tolist()


@given(st.lists(st.integers(0, 10**12) | st.integers(0, 9), max_size=30))
def test_persons_are_numbered_in_order_without_gaps(persons):
    known = np.array(persons, np.int64)
    people, of = np.unique(known, return_inverse=True)
    count, place = numbered(known)
    assert count == len(people) and place.tolist() == of.tolist()


def test_weights_make_every_value_equally_frequent_and_leave_the_others_out(rows):
    codes, first = rows
    features = [coded(str(at), [str(one) for one in range(SIZES[at])], code) for at, code in enumerate(codes)]
    neither = np.arange(len(first)) % 3 == 0
    found = alike(features, first & ~neither, ~first & ~neither)
    assert not found.weight[neither].any() and found.overlap == 1
    assert max(one.before for one in found.balance) > 0.1
    assert max(one.after for one in found.balance) < 1e-3
