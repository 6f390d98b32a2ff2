from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.event_tables import events_of, journeys_in
from tests.trayecto.twins_build import lives_of, order_dates

import trayecto
from trayecto.errors import BadValue, UnknownColumn
from trayecto.events.table import Events
from trayecto.questions import map as map_question
from trayecto.questions import variants as variants_question

HOUR = 3_600_000_000
keys = st.sampled_from(["ana", "ben", "eva"])
steps = st.sampled_from(["a", "b", "c"])
rows = st.lists(st.tuples(keys, steps, st.integers(0, 5)), max_size=40)


def test_a_journey_holds_its_events_in_time_order(tmp_path):
    log = trayecto.build(events_of([("ana", "b", 9), ("ben", "a", 5), ("ana", "a", 2)]), tmp_path / "log")
    assert journeys_in(log) == {"ana": [("a", 2), ("b", 9)], "ben": [("a", 5)]}


@given(rows)
@settings(max_examples=40)
def test_building_equals_its_slow_twin_and_equal_times_keep_input_order(tmp_path_factory, found):
    log = trayecto.build(events_of(found), tmp_path_factory.mktemp("build") / "log")
    assert journeys_in(log) == lives_of(found)


def test_a_long_journey_in_any_order_is_sorted_stably(tmp_path):
    rng = np.random.default_rng(2)
    found = [("ana", str(number % 7), int(time)) for number, time in enumerate(rng.integers(0, 90, 500))]
    log = trayecto.build(events_of(found), tmp_path / "log")
    assert journeys_in(log) == lives_of(found)


def test_stored_answers_equal_fresh_ones(tmp_path):
    rng = np.random.default_rng(4)
    found = [
        (f"j{key}", "abcd"[step], int(time)) for key, step, time in rng.integers(0, [60, 4, 10**9], (900, 3))
    ]
    log = trayecto.build(events_of(found), tmp_path / "log")
    assert log.map() == map_question.ask(log)
    fresh = variants_question.finish(variants_question.scan(log.batches(1)[0]), log.step_names, 30)
    stored = log.variants(top=30)
    assert stored.to_dict() == fresh.to_dict()


def test_variant_numbers_rank_by_frequency(tmp_path):
    found = [("p", "a", 1), ("q", "a", 1), ("r", "b", 1), ("q", "b", 2), ("s", "a", 3)]
    log = trayecto.build(events_of(found), tmp_path / "log")
    assert dict(zip(log.attributes["journey"].to_pylist(), log.attributes["variant"].to_pylist(), strict=True)) == {
        "p": 0, "s": 0, "q": 1, "r": 2,
    }  # fmt: skip


def test_a_filter_narrows_every_question(tmp_path):
    found = [("p", "a", 1), ("p", "b", 2), ("q", "a", 1), ("r", "b", 1)]
    log = trayecto.build(events_of(found), tmp_path / "log").where(trayecto.has("b"))
    assert (log.journey_count, log.event_count, log.total_journeys) == (2, 3, 3)
    assert log.map().journeys == log.variants().journeys == 2
    assert log.where("lacks('a')").journeys().column("journey").to_pylist() == ["r"]
    assert log.map(where="lacks('a')").events == 1


def test_a_key_that_pandas_made_a_float_is_written_without_a_point(tmp_path):
    events = events_of([("1", "a", 1), ("2", "b", 2), ("3", "c", 3)], person=[12345678901.0, None, 7.0])
    log = trayecto.build(events, tmp_path / "log", by="person")
    assert log.attributes["journey"].to_pylist() == ["12345678901", "7"]
    assert log.info().events_left_out == 1


def test_any_column_can_be_the_key(tmp_path):
    events = events_of(
        [("o1", "a", 1), ("o2", "b", 2), ("o3", "a", 3)], person=pa.array(["ana", "ana", None])
    )
    log = trayecto.build(events, tmp_path / "log", by="person")
    assert journeys_in(log) == {"ana": [("a", 1), ("b", 2)]}
    assert log.info().events_left_out == 1 and log.info().key == "person"


def test_an_object_type_can_be_the_key(tmp_path):
    relations = pa.table(
        {
            "event": pa.array([0, 1, 1, 1, 2, 0], pa.int64()),
            "object": ["o1", "o1", "o2", "o1", "i1", "i1"],
            "type": ["order", "order", "order", "order", "item", "item"],
            "qualifier": ["", "", "", "again", "", ""],
        }
    )
    table = events_of([("", "a", 1), ("", "b", 2), ("", "c", 3)]).table.drop_columns(["journey"])
    log = trayecto.build(Events(table, relations=relations), tmp_path / "log", by="order")
    assert journeys_in(log) == {"o1": [("a", 1), ("b", 2)], "o2": [("b", 2)]}
    assert log.info().events_left_out == 1


def test_without_a_key_the_choices_are_named(tmp_path):
    relations = pa.table({"event": [0], "object": ["o1"], "type": ["order"], "qualifier": [""]})
    table = events_of([("", "a", 1)]).table.drop_columns(["journey"])
    with pytest.raises(BadValue, match="order"):
        trayecto.build(Events(table, relations=relations), tmp_path / "log")
    with pytest.raises(UnknownColumn, match="Did you mean 'order'"):
        trayecto.build(Events(table, relations=relations), tmp_path / "log", by="ordr")


def test_attributes_are_first_last_count_and_total(tmp_path):
    events = events_of(
        [("p", "a", 3), ("p", "b", 1), ("p", "a", 2), ("q", "b", 1)],
        city=pa.array(["Lima", None, "Cali", None]).dictionary_encode(),
        price=pa.array([2.5, None, 4.0, None]),
    )
    log = trayecto.build(
        events, tmp_path / "log",
        attributes={
            "from": trayecto.first("city"), "to": trayecto.last("city"), "cities": trayecto.count("city"),
            "times_a": trayecto.count("a"), "spent": trayecto.total("price"),
        },
    )  # fmt: skip
    found = log.attributes.select(["from", "to", "cities", "times_a", "spent"]).to_pylist()
    assert found == [
        {"from": "Cali", "to": "Lima", "cities": 2, "times_a": 2, "spent": 6.5},
        {"from": None, "to": None, "cities": 0, "times_a": 0, "spent": 0.0},
    ]


def test_a_list_of_attributes_means_first_values(tmp_path):
    events = events_of([("p", "a", 3), ("p", "b", 1)], price=pa.array([2, 5]))
    assert trayecto.build(events, tmp_path / "log", attributes=["price"]).attributes["price"].to_pylist() == [
        5
    ]


@pytest.mark.parametrize("attributes", [{"x": trayecto.first("colour")}, {"x": trayecto.count("colour")}])
def test_an_unknown_attribute_column_is_named_with_the_nearest(tmp_path, attributes):
    events = events_of([("p", "a", 3)], color=pa.array(["red"]))
    with pytest.raises(UnknownColumn, match=r"'colour'\. Did you mean 'color'"):
        trayecto.build(events, tmp_path / "log", attributes=attributes)


def test_reserved_names_are_refused(tmp_path):
    with pytest.raises(BadValue, match="'variant'"):
        trayecto.build(
            events_of([("p", "a", 3)]), tmp_path / "log", attributes={"variant": trayecto.first("step")}
        )


def test_event_columns_are_kept_with_the_steps(tmp_path):
    events = events_of(
        [("p", "b", 3), ("q", "a", 1), ("p", "a", 2)],
        channel=pa.array(["web", None, "store"]).dictionary_encode(),
    )
    log = trayecto.build(events, tmp_path / "log")
    assert [log.values_of(row, "channel") for row in (0, 1)] == [["store", "web"], [None]]


def test_weights_come_from_a_column(tmp_path):
    events = events_of([("p", "a", 1), ("q", "a", 1), ("p", "b", 2)], share=pa.array([2.0, 0.5, 2.0]))
    log = trayecto.build(events, tmp_path / "log", weight="share")
    assert log.has_weights and log.weights.tolist() == [2.0, 0.5]
    assert log.map().weighted_journeys == 2.5 and log.variants().variants[1].weighted_journeys == 2.0


@pytest.mark.parametrize(
    ("values", "weight", "differ"),
    [([2.0, 3.0], 2.0, 1), ([None, 3.0], 3.0, 0), ([2.0, None], 2.0, 0), ([2, 2], 2.0, 0)],
)
def test_the_first_weight_of_a_journey_counts_and_others_are_told(tmp_path, values, weight, differ):
    events = events_of([("p", "a", 1), ("p", "b", 2)], share=pa.array(values))
    log = trayecto.build(events, tmp_path / "log", weight="share")
    assert log.weights.tolist() == [weight] and log.info().weights_differ == differ


def test_journeys_whose_weights_differ_are_counted_once_each_and_in_log_order(tmp_path):
    found = [("p", "c", 9), ("q", "a", 1), ("p", "a", 1), ("p", "b", 2), ("r", "a", 1), ("r", "b", 2)]
    events = events_of(found, share=pa.array([5.0, 7.0, 1.0, 4.0, 2.0, 2.0]))
    log = trayecto.build(events, tmp_path / "log", weight="share")
    weights = dict(zip(log.attributes["journey"].to_pylist(), log.weights.tolist(), strict=True))
    assert weights == {"p": 1.0, "q": 7.0, "r": 2.0} and log.info().weights_differ == 1


@pytest.mark.parametrize(
    ("values", "fault"),
    [
        (pa.array([None, None], pa.float64()), "missing"),
        ([-1.0, 2.0], "negative"),
        (["x", "y"], "no numbers"),
    ],
)
def test_a_journey_without_a_usable_weight_is_refused(tmp_path, values, fault):
    events = events_of([("p", "a", 1), ("p", "b", 2)], share=values)
    with pytest.raises(BadValue, match=fault):
        trayecto.build(events, tmp_path / "log", weight="share")


@given(st.lists(st.tuples(keys, steps, st.integers(0, 2), st.integers(-1, 3)), max_size=25))
@settings(max_examples=40)
def test_date_only_times_are_ordered_by_blueprint_position(tmp_path_factory, found):
    day = 24 * HOUR
    found = [(key, step, date * day + max(hour, 0) * HOUR, hour < 0) for key, step, date, hour in found]
    events = events_of([row[:3] for row in found], date_only=pa.array([row[3] for row in found], pa.bool_()))
    log = trayecto.build(events, tmp_path_factory.mktemp("dates") / "log", order=["c", "a"])
    position = {"c": 0, "a": 1, "b": 2}
    lives = {}
    for key, step, time, flag in found:
        lives.setdefault(key, []).append((step, time, flag))
    expected = {key: order_dates(sorted(life, key=lambda e: e[1]), position) for key, life in lives.items()}
    assert journeys_in(log) == expected
    assert set(log.date_only_steps) == {step for _, step, _, flag in found if flag}


def test_times_never_decrease_in_a_journey_with_dates(tmp_path):
    events = events_of([("p", "shipped", 0), ("p", "paid", 9 * HOUR)], date_only=pa.array([True, False]))
    log = trayecto.build(events, tmp_path / "log", order=["paid", "shipped"])
    assert journeys_in(log) == {"p": [("paid", 9 * HOUR), ("shipped", 9 * HOUR)]}


def test_the_log_speaks_of_its_last_event_unless_told(tmp_path):
    events = events_of([("p", "a", 3_000_000)])
    assert trayecto.build(events, tmp_path / "log").as_of == datetime(1970, 1, 1, 0, 0, 3, tzinfo=UTC)
    told = datetime(2024, 5, 6, tzinfo=UTC)
    assert trayecto.build(events, tmp_path / "log", as_of=told).as_of == told


def test_no_events_make_an_empty_log(tmp_path):
    log = trayecto.build(events_of([]), tmp_path / "log")
    assert (log.journey_count, log.event_count, log.step_names) == (0, 0, ())
    assert log.map().to_dict()["flows"] == [] and log.variants().distinct == 0
    assert log.info().started is None and log.journeys().num_rows == 0


def test_progress_is_told_until_it_is_whole(tmp_path):
    told = []
    trayecto.build(
        events_of([("p", "a", 1)]), tmp_path / "log", progress=lambda done, of: told.append((done, of))
    )
    assert told[-1] == (100, 100) and told == sorted(told)


def test_journeys_are_paged_by_row(tmp_path):
    log = trayecto.build(events_of([(f"j{number}", "a", number) for number in range(5)]), tmp_path / "log")
    page = log.journeys(limit=2)
    assert page["row"].to_pylist() == [0, 1]
    assert log.journeys(limit=2, after=1)["journey"].to_pylist() == ["j2", "j3"]
    narrow = log.where("journey <> 'j2'")
    assert narrow.journeys(limit=2, after=1)["row"].to_pylist() == [3, 4]


def test_the_steps_of_a_row_come_with_their_times(tmp_path):
    log = trayecto.build(events_of([("p", "a", 1_000_000), ("p", "b", 2_000_000)]), tmp_path / "log")
    moment = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert log.steps_of(0)[0] == ("a", moment) and len(log.steps_of(0)) == 2
    with pytest.raises(BadValue, match="row 7"):
        log.steps_of(7)


def test_a_log_says_where_it_is_and_how_many_journeys_it_selects(tmp_path):
    log = trayecto.build(events_of([("p", "a", 1), ("q", "b", 2)]), tmp_path / "log")
    assert repr(log).endswith("log': 2 journeys)") and repr(log.where("has('a')")).endswith(
        "1 of 2 journeys)"
    )
