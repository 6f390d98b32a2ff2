"""The benchmark's own promises: its journeys look as it says, and it sees when answers differ."""

import numpy as np
import pytest
from bench.cluster import write_files
from bench.generate import STEPS, make_events
from bench.needs import Machines, Measured, Task, growth, mapped, needs, own, parts_of, told_of
from bench.questions import same
from pyarrow import parquet


@pytest.fixture(scope="module")
def events():
    return make_events(200_000)


def test_generated_events_come_in_arrival_order(events):
    assert (np.diff(events["at"].to_numpy().astype(np.int64)) >= 0).all()


def test_generated_journeys_have_ten_events_and_about_900_flows(events):
    journeys, steps = events["journey"].to_numpy(), events["step"].to_pylist()
    assert len(journeys) / len(set(journeys.tolist())) == pytest.approx(10, rel=0.05)
    order = np.argsort(journeys, kind="stable")
    named = [steps[place] for place in order]
    own = journeys[order]
    flows = {(named[i - 1], named[i]) for i in range(1, len(named)) if own[i] == own[i - 1]}
    assert 800 <= len(flows) <= len(STEPS) ** 2


def test_flows_are_equal_in_any_order_and_within_rounding():
    ours = [["a", "b", 3, 1.0, 0.5, 2.0, 2], ["b", "c", 1, 1.0, 1.0, 1.0, 1]]
    assert same(ours, [["b", "c", 1, 1.0, 1.0, 1.0], ["a", "b", 3, 1.0 + 1e-9, 0.5, 2.0]])
    assert not same(ours, [["a", "b", 3, 1.0, 0.5, 2.0]])
    assert not same(ours, [["a", "b", 4, 1.0, 0.5, 2.0], ["b", "c", 1, 1.0, 1.0, 1.0]])


def test_what_a_tool_does_not_give_is_not_compared():
    assert same([["a", "b", 3, 1.0]], [["a", "b", 3, None]])


def test_counts_must_be_equal_to_the_journey():
    assert same([5, 3], [5, 3]) and not same([5, 3], [5, 2])


def measured(events, *, bytes_, seconds=1.0, own=0):
    tasks = {"asked": Task(seconds, seconds + 0.16, bytes_)}
    return Measured(events, events * 30, 16, 2, own, tasks)


def test_summaries_grow_as_they_grew_between_two_sizes():
    small = measured(1_600, bytes_=16 * 100)
    assert growth([small, measured(16_000, bytes_=16 * 100)], "asked") == 0
    assert growth([small, measured(16_000, bytes_=16 * 1_000)], "asked") == pytest.approx(1)
    assert growth([small, measured(160_000, bytes_=16 * 1_000)], "asked") == pytest.approx(0.5)
    assert growth([small], "asked") == 1


def test_what_more_events_need_is_computed_from_what_was_measured():
    runs = [
        measured(2_000_000, bytes_=16 * 100, own=10**8),
        measured(20_000_000, bytes_=16 * 100, seconds=1.0, own=2 * 10**8),
    ]
    on = Machines(4, 8, 1e9)
    assert parts_of(10**9, on) == 50
    found = needs(runs, "asked", 10**9, on)
    assert found.bytes == 4 * 100  # one merged summary from each machine
    assert found.seconds == pytest.approx(10**9 / (10**7 * 32) + 50 * 0.01 + 400 / 4e9)
    assert mapped(runs, 10**9, on) == 30 * 2 * 10**7
    assert own(runs, 10**9, on) == pytest.approx(
        2 * 10**8 + 10**8 / (18 * 10**6 / 16) * (2 * 10**7 - 20 * 10**6 / 16)
    )
    assert "30.0 bytes an event" in told_of(runs, 10**9, on)


def test_journeys_of_different_files_are_different_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("bench.cluster.PER_FILE", 2_000)
    count = write_files(tmp_path, 5_000)
    tables = [parquet.read_table(path) for path in sorted(tmp_path.iterdir())]
    seen = [set(table["journey"].to_pylist()) for table in tables]
    assert len(seen) == 3
    assert sum(map(len, seen)) == len(set().union(*seen))
    assert count == sum(map(len, tables))
