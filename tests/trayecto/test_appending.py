"""A log that grew by appending answers as one that was built at once: every question, every filter, every attribute."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.event_tables import TEXT, events_of, journeys_in
from tests.trayecto.every_question import answers

import trayecto
from trayecto.errors import BadValue, NeedsBuild

HOUR = 3_600_000_000
KEYS, STEPS = ("ana", "ben", "eva", "ivo", "zoe"), ("c", "a", "e", "b", "d")
CUTS = (
    None,
    trayecto.Boundaries(starts=["a"], ends=["d"], gap="3h"),
    trayecto.Boundaries(gap="4h", anchor=["b"], opening=["a"], before="2h", close=["c"], after="5h"),
)


@dataclass(frozen=True)
class Event:
    key: str
    step: str
    hour: int
    channel: str | None
    city: str | None
    price: int
    weight: int


event_lists = st.lists(
    st.builds(
        Event, st.sampled_from(KEYS), st.sampled_from(STEPS), st.integers(0, 40), st.sampled_from(["web", "fax", "app", None]),
        st.sampled_from(["Lima", "Cali", None]), st.integers(0, 3), st.integers(1, 3),
    ),
    min_size=1, max_size=40,
)  # fmt: skip
growths = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(["more", "merge", "forget", "compact"])), max_size=6
)


def table_of(events):
    return events_of(
        [(event.key, event.step, event.hour * HOUR) for event in events],
        channel=pa.array([event.channel for event in events], pa.string()).dictionary_encode().cast(TEXT),
        city=pa.array([event.city for event in events], pa.string()).dictionary_encode().cast(TEXT),
        price=pa.array([event.price for event in events], pa.int64()),
        weight=pa.array([event.weight for event in events], pa.int64()),
    )


def build(events, folder, cut, weighted):
    return trayecto.build(
        table_of(events), folder, boundaries=cut, columns=["channel"], weight="weight" if weighted else None,
        attributes={"city": trayecto.first("city"), "last": trayecto.last("city"), "spent": trayecto.total("price"),
                    "told": trayecto.count("city"), "as": trayecto.count("a")},
    )  # fmt: skip


def first_part(events):
    """What the log is built from before it grows: it has the step that an attribute counts."""
    return [Event("first", "a", 0, "web", "Lima", 1, 1), *events[: len(events) // 3]]


def grow(folder, events, growth):
    """Append in portions what the first build had not; returns the events as they are in the end."""
    known, waiting = first_part(events), events[len(events) // 3 :]
    for size, what in growth:
        portion, waiting = waiting[:size], waiting[size:]
        touched = {event.key for event in portion}
        known = known + portion
        if what == "merge":  # two keys turn out to be one
            touched |= {KEYS[0], KEYS[1]}
            known = [replace(event, key=KEYS[0]) if event.key == KEYS[1] else event for event in known]
        if what == "forget":
            touched.add(KEYS[2])
            known = [event for event in known if event.key != KEYS[2]]
        mine = [event for event in known if event.key in touched]
        trayecto.append(folder, table_of(mine), touched=sorted(touched))
        if what == "compact":
            trayecto.compact(folder)
    return known


def rows(log):
    """Every journey with its attributes, its steps and its channels, by name: rows stand elsewhere."""
    found = sorted(log.journeys().to_pylist(), key=lambda row: row["journey"])
    return [row | {"row": (log.steps_of(row["row"]), log.values_of(row["row"], "channel"))} for row in found]


def facts(log):
    found = log.info().to_dict()
    own = ("path", "version", "bytes", "base_events", "patches", "patched_journeys", "patched_events")
    return {name: value for name, value in found.items() if name not in own}


@given(event_lists, growths, st.sampled_from(CUTS), st.booleans())
@settings(max_examples=60)
def test_a_log_that_grew_answers_as_one_that_was_built_at_once(
    tmp_path_factory, events, growth, cut, weighted
):
    folder = tmp_path_factory.mktemp("grown")
    build(first_part(events), folder / "log", cut, weighted)
    known = grow(folder / "log", events, growth)
    grown = trayecto.JourneyLog.open(folder / "log")
    whole = build(known, folder / "whole", cut, weighted)
    assert rows(grown) == rows(whole)
    assert facts(grown) == facts(whole)
    assert answers(grown) == answers(whole)
    grown.verify()


FOUND = [("p", "a", 1), ("p", "b", 2), ("q", "a", 3), ("r", "b", 4)]


def test_what_is_appended_takes_the_place_of_the_keys_journeys_and_readers_keep_their_version(tmp_path):
    before = trayecto.build(events_of(FOUND), tmp_path / "log")
    after = trayecto.append(
        tmp_path / "log", events_of([("p", "c", 9), ("s", "a", 5)]), touched=["p", "q", "s"]
    )
    assert journeys_in(after) == {"p": [("c", 9)], "s": [("a", 5)], "r": [("b", 4)]}
    assert journeys_in(before) == journeys_in(trayecto.JourneyLog.open(tmp_path / "log", before.version))
    assert (after.total_journeys, before.total_journeys) == (3, 3)


def test_a_row_whose_place_was_taken_is_no_journey(tmp_path):
    trayecto.build(events_of(FOUND), tmp_path / "log")
    log = trayecto.append(tmp_path / "log", events_of([("p", "c", 9)]))
    assert not log.is_live(0)
    with pytest.raises(BadValue, match="no row 0"):
        log.steps_of(0)
    assert log.where("not has('c')").rows().tolist() == [1, 2]


def test_events_of_a_key_that_is_not_touched_are_refused(tmp_path):
    trayecto.build(events_of(FOUND), tmp_path / "log")
    with pytest.raises(BadValue, match="'q'"):
        trayecto.append(tmp_path / "log", events_of([("p", "c", 9), ("q", "c", 9)]), touched=["p"])
    assert trayecto.JourneyLog.open(tmp_path / "log").version == trayecto.current_version(tmp_path / "log")


def test_nothing_touched_moves_only_the_moment_the_log_speaks_of(tmp_path):
    moment = datetime(2026, 5, 1, tzinfo=UTC)
    trayecto.build(events_of(FOUND), tmp_path / "log")
    log = trayecto.append(tmp_path / "log", as_of=moment, position=(7, 2))
    assert (log.as_of, log.position, len(journeys_in(log))) == (moment, (7, 2), 3)


def test_there_are_never_more_than_eight_patches(tmp_path):
    many = [(f"k{number}", "a", number) for number in range(300_000)]
    trayecto.build(events_of(many[:10]), tmp_path / "log")
    place, sizes = 10, []
    for size in (250_000, 48_000, 1000, 200, 40, 8, 1, 1, 1, 30, 500, 3, 1, 1):
        log = trayecto.append(tmp_path / "log", events_of(many[place : place + size]))
        place += size
        sizes.append(log.info().patches)
    assert max(sizes) >= 5 and max(sizes) <= 8
    while trayecto.compact(tmp_path / "log"):
        pass
    assert log.total_journeys == trayecto.JourneyLog.open(tmp_path / "log").total_journeys == place


def test_whole_numbers_become_numbers_or_texts_as_one_reading_of_all_would_have_it(tmp_path):
    trayecto.build(events_of(FOUND[:1], price=pa.array([2])), tmp_path / "log", attributes=["price"])
    log = trayecto.append(tmp_path / "log", events_of([("q", "a", 3)], price=pa.array([2.5])))
    assert log.attributes["price"].to_pylist() == [2.0, 2.5]
    trayecto.build(events_of(FOUND[:1], price=pa.array([2])), tmp_path / "log", attributes=["price"])
    log = trayecto.append(tmp_path / "log", events_of([("q", "a", 3)], price=pa.array(["S3"])))
    assert log.attributes["price"].to_pylist() == ["2", "S3"]


def test_values_that_no_longer_fit_ask_for_a_build(tmp_path):
    trayecto.build(events_of(FOUND[:1], price=pa.array([2.5])), tmp_path / "log", attributes=["price"])
    with pytest.raises(NeedsBuild, match="'price'"):
        trayecto.append(tmp_path / "log", events_of([("q", "a", 3)], price=pa.array(["S3"])))


def test_texts_stand_for_numbers_where_the_log_has_them(tmp_path):
    build = events_of(
        FOUND[:1], price=pa.array([2]), code=pa.array(["007"]), new=pa.array([None], pa.string())
    )
    trayecto.build(build, tmp_path / "log", attributes=["price", "code", "new"])
    more = events_of([("q", "a", 3)], price=pa.array(["5"]), code=pa.array(["12"]), new=pa.array(["4"]))
    log = trayecto.append(tmp_path / "log", more, untyped=True)
    assert [log.attributes[name].to_pylist() for name in ("price", "code", "new")] == [
        [2, 5], ["007", "12"], [None, 4],
    ]  # fmt: skip


def test_a_condition_that_only_a_replaced_row_cannot_answer_is_answered(tmp_path):
    trayecto.build(events_of(FOUND[:1], price=pa.array(["much"])), tmp_path / "log", attributes=["price"])
    log = trayecto.append(
        tmp_path / "log", events_of([("p", "a", 1), ("q", "a", 2)], price=pa.array(["5", "7"]))
    )
    assert log.where("cast(price as integer) > 6").journey_count == 1


def test_a_draft_is_seen_by_nobody_and_takes_in_what_happened_meanwhile(tmp_path):
    old = trayecto.build(events_of(FOUND), tmp_path / "log")
    with trayecto.draft(events_of(FOUND[:2]), tmp_path / "log", position=(2,)) as aside:
        live = trayecto.append(tmp_path / "log", events_of([("t", "a", 1)]))
        assert trayecto.current_version(tmp_path / "log") == live.version
        aside.append(events_of([("q", "c", 8)]), position=(3,))
        new = aside.publish()
    assert journeys_in(new) == {"p": [("a", 1), ("b", 2)], "q": [("c", 8)]} and new.position == (3,)
    assert journeys_in(trayecto.JourneyLog.open(tmp_path / "log", live.version)).keys() == {
        "p",
        "q",
        "r",
        "t",
    }
    assert old.total_journeys == 3


def test_a_draft_that_is_given_up_leaves_the_log_and_no_rubbish(tmp_path):
    trayecto.build(events_of(FOUND), tmp_path / "log")
    before = sorted(path.name for path in (tmp_path / "log").iterdir())
    with trayecto.draft(events_of(FOUND[:2]), tmp_path / "log") as aside:
        aside.append(events_of([("q", "c", 8)]))
    assert sorted({*before, ".build.lock"}) == sorted(path.name for path in (tmp_path / "log").iterdir())
