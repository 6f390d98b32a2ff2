import gc
import sys
from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorrido.shared.streams import made_ahead, seldom_collected, short_turns


@given(st.lists(st.integers()), st.integers(1, 5))
def test_items_made_ahead_are_the_same_in_the_same_order(items, size):
    assert list(made_ahead(items, size=size)) == items


def test_an_error_in_making_is_raised_after_the_items_before_it():
    source = (10 // (2 - n) for n in range(4))
    seen = []
    with pytest.raises(ZeroDivisionError):
        seen.extend(made_ahead(source, size=1))
    assert seen == [5, 10]


def test_who_stops_early_ends_the_making_too():
    assert list(islice(made_ahead(count(), size=3), 4)) == [0, 1, 2, 3]


def test_the_collector_works_as_before_afterwards():
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), seldom_collected():
        assert gc.get_threshold() > before
        _ = 1 / 0
    assert gc.get_threshold() == before


def test_of_several_streams_the_last_to_end_restores_the_collector():
    before = gc.get_threshold()
    first, second = seldom_collected(), seldom_collected()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() > before
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before


def test_threads_take_short_turns_for_a_while_only():
    usual = sys.getswitchinterval()
    with short_turns():
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual
