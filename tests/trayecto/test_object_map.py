"""Maps of several kinds of objects at once: nothing that objects do together counts twice."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.twins_objects import object_map

import trayecto
from trayecto.errors import BadValue, UnknownStep
from trayecto.events.table import Events
from trayecto.objects import ObjectLog, ObjectMap, ask
from trayecto.objects.ask import merge, scan

OCEL = Path(__file__).parents[3] / "shared/data/ocel"
SECOND = 1_000_000


def log_of(events, relations):
    """``events``: (step, seconds); ``relations``: (event, object, type)."""
    return ObjectLog.of_events(events_of(events, relations))


def events_of(events, relations):
    table = pa.table({
        "step": pa.array([step for step, _ in events], pa.string()).dictionary_encode(),
        "at": pa.array([int(at * SECOND) for _, at in events], pa.timestamp("us", "UTC")),
    })  # fmt: skip
    columns = list(zip(*relations, strict=True)) or [(), (), ()]
    related = {"event": pa.array(columns[0], pa.int64())}
    related |= {
        name: pa.array(column, pa.string())
        for name, column in zip(("object", "type"), columns[1:], strict=True)
    }
    return Events(table, relations=pa.table(related))


PACKED = (
    [("order", 0), ("pack", 10), ("ship", 30)],
    [
        (0, "o1", "order"),
        (1, "o1", "order"),
        (1, "i1", "item"),
        (1, "i2", "item"),
        (2, "i1", "item"),
        (2, "i2", "item"),
    ],
)


def test_items_that_go_together_are_one_pair_of_events():
    flow = next(one for one in ask(log_of(*PACKED)).flows if one.type == "item")
    assert (flow.source, flow.target, flow.events, flow.objects, flow.total) == ("pack", "ship", 1, 2, 2)
    assert flow.seconds.median == 20.0


def test_an_event_counts_once_however_many_types_it_touches():
    assert ask(log_of(*PACKED)).step_events == {"order": 1, "pack": 1, "ship": 1}


def test_an_object_that_an_event_names_twice_is_touched_once():
    found = ask(log_of([("a", 0), ("b", 5)], [(0, "x", "t"), (0, "x", "t"), (1, "x", "t")]))
    assert [(one.step, one.total) for one in found.steps] == [("a", 1), ("b", 1)]
    assert [(one.source, one.target) for one in found.flows] == [("a", "b")]


def test_events_without_objects_are_counted_and_lie_in_no_flow():
    found = ask(log_of([("a", 0), ("b", 5)], [(0, "x", "t")]))
    assert (found.events, found.untouched, found.flows) == (2, 1, ())


def test_events_at_the_same_time_stand_as_they_were_read():
    found = ask(log_of([("b", 0), ("a", 0)], [(0, "x", "t"), (1, "x", "t")]))
    assert [(one.source, one.target) for one in found.flows] == [("b", "a")]


def test_the_same_name_in_two_types_is_two_objects():
    found = ask(log_of([("a", 0), ("b", 5)], [(0, "7", "order"), (1, "7", "return")]))
    assert (found.objects, found.flows) == ({"order": 1, "return": 1}, ())


def test_types_can_be_chosen():
    found = ask(log_of(*PACKED), ["order"])
    assert (found.types, [one.type for one in found.flows]) == (("order",), ["order"])
    assert found.untouched == 1


def test_a_type_that_does_not_exist_is_named_with_the_nearest():
    with pytest.raises(UnknownStep, match="'order'"):
        ask(log_of(*PACKED), ["ordr"])


def test_events_that_touch_no_objects_have_no_such_map():
    with pytest.raises(BadValue, match="OCEL"):
        ObjectLog.of_events(Events(pa.table({"step": ["a"], "at": [0]})))


def test_flows_that_few_take_can_be_left_away():
    events = [("a", 0), ("b", 1), ("a", 2), ("c", 3), ("a", 4), ("b", 5)]
    found = ask(log_of(events, [(n, f"x{n // 2}", "t") for n in range(6)]))
    assert [(one.target) for one in found.only(["t"], 0.5).flows] == ["b"]


def test_the_objects_behind_a_flow_are_those_that_take_it():
    log = log_of(*PACKED)
    assert sorted(log.taking("item", "pack", "ship", 5)) == ["i1", "i2"]
    assert list(log.taking("order", "pack", "ship", 5)) == []


def test_a_map_comes_back_from_its_json():
    found = ask(log_of(*PACKED))
    assert ObjectMap.of_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_rows_of_a_ledger_make_the_same_map():
    events, relations = PACKED
    rows = [(f"e{event}", *events[event], kind, object_) for event, object_, kind in relations] + [
        ("e9", "call", 50, None, None)
    ]
    names = ("id", "step", "at", "type", "object")
    table = pa.table(
        {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
    )
    table = table.set_column(
        2, "at", pa.array([int(at * SECOND) for at in table["at"].to_pylist()], pa.timestamp("us", "UTC"))
    )
    found = ask(ObjectLog.of_relations(table, event="id", type_="type", object_="object"))
    plain = ask(log_of([*events, ("call", 50)], relations))
    assert found == plain


@st.composite
def logs(draw):
    events = draw(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 5)), min_size=1, max_size=14))
    one = st.tuples(
        st.integers(0, len(events) - 1), st.sampled_from(["1", "2", "3"]), st.sampled_from(["o", "i"])
    )
    return events, draw(st.lists(one, max_size=30))


@settings(max_examples=200, deadline=None)
@given(logs())
def test_a_map_equals_following_every_object(drawn):
    steps, flows, starts, ends = object_map(*drawn)
    found = ask(log_of(*drawn))
    assert {
        (one.type, one.step): (one.events, one.objects, one.total, one.starts, one.ends)
        for one in found.steps
    } == {
        key: (len(events), len(objects), len(all_), starts[key], ends[key])
        for key, (events, objects, all_) in steps.items()
    }
    assert {
        (one.type, one.source, one.target): (one.events, one.objects, one.total) for one in found.flows
    } == {key: (len(pairs), len(objects), len(all_)) for key, (pairs, objects, all_) in flows.items()}
    for one in found.flows:
        waits = [drawn[0][b][1] - drawn[0][a][1] for a, b in flows[one.type, one.source, one.target][0]]
        shown = (one.seconds.mean, one.seconds.median, one.seconds.p90, one.seconds.min, one.seconds.max)
        assert shown == pytest.approx(
            (np.mean(waits), *np.percentile(waits, [50, 90]), min(waits), max(waits))
        )


@settings(max_examples=60, deadline=None)
@given(logs(), st.randoms(use_true_random=False))
def test_summaries_of_objects_merge_in_any_order(drawn, luck):
    log = log_of(*drawn)
    found = [scan(batch, log) for batch in log.batches(4)]
    luck.shuffle(found)
    merged, whole = found[0], scan(log.whole, log)
    for one in found[1:]:
        merged = merge(merged, one)
    assert (merged.steps == whole.steps).all() and (merged.flows == whole.flows).all()
    assert (merged.shared == whole.shared).all() and sorted(merged.single.tolist()) == sorted(
        whole.single.tolist()
    )


@pytest.mark.skipif(not OCEL.exists(), reason="needs the shared data")
def test_the_three_forms_of_a_real_log_give_one_map():
    found = [
        ask(ObjectLog.of_events(trayecto.read_events(OCEL / f"ocel20_example.{form}", tz="UTC")))
        for form in ("jsonocel", "xmlocel", "sqlite")
    ]
    assert found[0] == found[1] == found[2] and found[0].flows


@pytest.mark.skipif(not OCEL.exists(), reason="needs the shared data")
def test_a_real_log_equals_following_every_object():
    events = trayecto.read_events(OCEL / "logistics.sqlite", tz="UTC")
    told = [
        (step, at)
        for step, at in zip(
            events.table["step"].to_pylist(), events.table["at"].cast(pa.int64()).to_pylist(), strict=True
        )
    ]
    related = [
        row
        for row in zip(
            *(events.relations[name].to_pylist() for name in ("event", "object", "type")), strict=True
        )
        if row[2]
    ]
    _steps, flows, _starts, _ends = object_map(told, related)
    assert {
        (one.type, one.source, one.target): (one.events, one.objects, one.total)
        for one in ask(ObjectLog.of_events(events)).flows
    } == {key: (len(pairs), len(objects), len(all_)) for key, (pairs, objects, all_) in flows.items()}
