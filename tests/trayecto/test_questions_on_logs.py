"""The questions asked of logs on disk: small ones, empty ones, and a real one against plain Python."""

import json
from pathlib import Path

import numpy as np
import pytest
from tests.trayecto.event_tables import events_of
from tests.trayecto.twins_dropoff import limits, state
from tests.trayecto.twins_durations import pairs
from tests.trayecto.twins_funnel import depth
from tests.trayecto.twins_rework import figures

import trayecto
from trayecto import filters as f
from trayecto.questions.delays import Promise
from trayecto.units import to_microseconds

HELPDESK = Path(__file__).parents[3] / "shared/data/helpdesk/Helpdesk.xes.gz"
SECOND = 1_000_000
DAY = 86_400 * SECOND


@pytest.fixture
def log(tmp_path):
    found = [("p", "a", 0), ("p", "b", 60), ("p", "b", 90), ("q", "a", 5), ("r", "b", 0), ("r", "a", 5)]
    return trayecto.build(events_of([(key, step, at * SECOND) for key, step, at in found]), tmp_path / "log")


def test_every_question_takes_a_filter_or_its_text(log):
    by_text, by_object = log.funnel(["a", "b"], where="has('b')"), log.funnel(["a", "b"], where=f.has("b"))
    assert by_text == by_object == log.where("has('b')").funnel(["a", "b"])
    assert [step.journeys for step in by_text.steps] == [2, 1]
    assert log.durations("a", "b", where="has('b')", which="each").pairs == 1
    assert log.dropoff("b", where="starts_with('a')").reached == 1
    assert log.rework(where="repeats('b')").extra_events == 1
    assert log.volume("day", "America/Bogota", where="not has('b')").periods[0].events == 1
    assert log.delays({"b": Promise("30s")}, where="has('b')").steps[0].late_journeys == 1


def test_narrowing_twice_is_and(log):
    assert (
        log.where("has('a')").where("has('b')").journey_count
        == log.where("has('a') and has('b')").journey_count
    )


def test_attributes_of_the_log_are_attributes_of_the_language(log):
    assert log.where("journey = 'p' or events = 1").journey_count == 2
    assert log.where("ended - started >= interval 90 seconds").rows().tolist() == [0]
    assert log.where("variant_rank(1)").journey_count == 1


QUESTIONS = [
    lambda log: log.funnel(["a", "a"]),
    lambda log: log.durations("a", "a"),
    lambda log: log.dropoff("a"),
    lambda log: log.rework(),
    lambda log: log.volume(),
    lambda log: log.delays({"a": Promise("1d")}),
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_nothing_selected_is_answered_with_nothing(tmp_path, question):
    log = trayecto.build(events_of([("p", "a", 0)]), tmp_path / "log").where("not has('a')")
    answer = question(log).to_dict()
    assert not [value for key, value in answer.items() if "journeys" in key and value]
    assert not answer.get("periods")


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_answer_is_json_and_a_table_with_the_same_columns_however_little_there_is(log, question):
    answer, nothing = question(log), question(log.where("not has('a') and not has('b')"))
    assert json.loads(json.dumps(answer.to_dict())) == answer.to_dict()
    assert answer.to_arrow().schema == nothing.to_arrow().schema
    assert len(answer.to_arrow()) >= len(nothing.to_arrow())


@pytest.fixture(scope="module")
def helpdesk(tmp_path_factory):
    if not HELPDESK.exists():
        pytest.skip(f"{HELPDESK} is not there")
    return trayecto.build(trayecto.read_events(HELPDESK), tmp_path_factory.mktemp("helpdesk") / "log")


@pytest.fixture(scope="module")
def lives(helpdesk):
    """The journeys as plain lists of (step, microseconds)."""
    rows = (helpdesk.steps_of(row) for row in range(helpdesk.total_journeys))
    return [[(step, to_microseconds(at)) for step, at in row] for row in rows]


@pytest.mark.real_data
@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("days", [None, 7, 30])
def test_a_funnel_of_a_real_log_equals_trying_every_way(helpdesk, lives, strict, days):
    steps = ["Take in charge ticket", "Wait", "Resolve ticket"]
    window = None if days is None else days * DAY
    found = [depth(journey, steps, window, strict) for journey in lives]
    answer = helpdesk.funnel(steps, within=days and f"{days}d", strict=strict)
    assert [step.journeys for step in answer.steps] == [sum(d >= k for d in found) for k in (1, 2, 3)]


@pytest.mark.real_data
def test_durations_of_a_real_log_equal_plain_python(helpdesk, lives):
    found = [
        end - start
        for journey in lives
        for start, end in pairs(journey, "Assign seriousness", "Closed", each=False)
    ]
    answer = helpdesk.durations("Assign seriousness", "Closed")
    assert answer.pairs == len(found)
    assert answer.seconds.median == pytest.approx(np.median(found) / 1e6)
    assert answer.seconds.p90 == pytest.approx(np.percentile(found, 90) / 1e6)


@pytest.mark.real_data
def test_dropoff_of_a_real_log_equals_plain_python(helpdesk, lives):
    limit_of = limits([(journey, 1) for journey in lives])
    as_of = to_microseconds(helpdesk.as_of)
    answer = helpdesk.dropoff(["Closed"])
    states = [state(journey, {"Closed"}, limit_of, as_of) for journey in lives]
    assert (answer.reached, answer.lost) == (states.count("reached"), states.count("lost"))


@pytest.mark.real_data
def test_rework_of_a_real_log_equals_plain_python(helpdesk, lives):
    chosen = [(journey, 1.0) for journey in lives]
    for step in helpdesk.rework().steps:
        assert all(getattr(step, name) == count for name, (count, _) in figures(chosen, step.step).items())


@pytest.mark.real_data
def test_every_figure_of_a_real_map_can_be_clicked(helpdesk):
    for step in helpdesk.map().steps:
        assert helpdesk.where(f.has(step.step)).journey_count == step.journeys
        assert helpdesk.where(f.starts_with(step.step)).journey_count == step.starts
        assert helpdesk.where(f.ends_with(step.step)).journey_count == step.ends
    for flow in helpdesk.map().flows:
        assert helpdesk.where(f.has_flow(flow.source, flow.target)).journey_count == flow.journeys


@pytest.mark.real_data
def test_every_variant_of_a_real_log_can_be_clicked(helpdesk):
    for rank, variant in enumerate(helpdesk.variants(top=20).variants, start=1):
        assert helpdesk.where(f.exact_variant(variant.steps)).journey_count == variant.journeys
        assert helpdesk.where(f.variant_rank(exactly=rank)).journey_count == variant.journeys


@pytest.mark.real_data
def test_every_delay_of_a_real_log_can_be_clicked(helpdesk):
    promises = {"Closed": Promise("30d", since="Assign seriousness")}
    late = helpdesk.delays(promises).steps
    for step in late:
        click = f.late_at(step.step, step.threshold, since=step.since)
        assert step.threshold is None or helpdesk.where(str(click)).journey_count == step.late_journeys
    assert sum(step.late_journeys for step in late) > 0


@pytest.mark.real_data
def test_every_step_of_a_real_funnel_can_be_clicked(helpdesk):
    names = ["Assign seriousness", "Wait", "Resolve ticket", "Closed"]
    for strict in (False, True):
        for k, step in enumerate(helpdesk.funnel(names, within="30d", strict=strict).steps, start=1):
            click = f.funnel_reached(names, within="30d", strict=strict, k=k)
            assert helpdesk.where(click).journey_count == step.journeys
