import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayecto import engine
from trayecto.batch import Batch
from trayecto.errors import BadValue
from trayecto.log.batches import cut_batches


def test_answers_come_in_the_order_of_the_items():
    assert engine.each(lambda number: number * 2, list(range(20))) == [number * 2 for number in range(20)]


def test_work_inside_work_does_not_wait_for_itself():
    def outer(number):
        return sum(engine.each(lambda inner: inner * number, [1, 2, 3]))

    assert engine.each(outer, list(range(8))) == [6 * number for number in range(8)]


def one_step(offsets):
    return Batch(0, offsets, np.zeros(offsets[-1], np.uint16), np.zeros(offsets[-1], np.int64), None, None, 1)


@given(st.lists(st.integers(1, 9), max_size=30), st.integers(1, 5))
def test_batches_hold_every_journey_once(lengths, parts):
    offsets = np.cumsum([0, *lengths])
    batches = cut_batches(one_step(offsets), parts)
    assert 1 <= len(batches) <= parts
    assert [batch.first for batch in batches] == np.cumsum([0, *(b.journeys for b in batches)])[:-1].tolist()
    assert sum(batch.journeys for batch in batches) == len(lengths)


def test_batches_have_about_equal_events():
    batches = cut_batches(one_step(np.arange(0, 1001, 10)), 4)
    assert [int(batch.offsets[-1] - batch.offsets[0]) for batch in batches] == [250] * 4


def test_after_a_mistake_nothing_is_still_at_work():
    begun, ended = threading.Event(), threading.Event()

    def work(number):
        if number == 0:
            begun.wait(10)
            raise BadValue("No.")
        begun.set()
        time.sleep(0.2)
        ended.set()

    with pytest.raises(BadValue):
        engine.each(work, [0, 1])
    assert ended.is_set()
