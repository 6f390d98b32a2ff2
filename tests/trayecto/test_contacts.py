from dataclasses import replace

import pytest
from hypothesis import given
from tests.trayecto import twins_contacts as twin
from tests.trayecto.logs import chosen_journeys, views
from tests.trayecto.memory_view import HOUR, channel_column, view_of

from trayecto.errors import BadValue
from trayecto.questions import contacts

GROUPS = {"advice": ["a", "d"], "support": ["b"]}


def channel_of(step, at):
    return None if step == "d" else "phone" if at % (2 * HOUR) else "web"


def with_channels(view):
    return replace(view, columns={"channel": channel_column(view, channel_of)})


def test_contacts_are_counted_by_step_and_channel():
    answer = contacts.ask(with_channels(view_of("a0 b1 c2 b3", "b2 d5")), GROUPS)
    rows = {(one.step, one.channel): (one.contacts, one.journeys) for one in answer.rows}
    assert rows == {("b", "phone"): (2, 1), ("a", "web"): (1, 1), ("b", "web"): (1, 1), ("d", ""): (1, 1)}
    assert answer.contacts == 5 and [one.contacts for one in answer.groups] == [2, 3]


def test_steps_of_no_group_are_no_contacts():
    answer = contacts.ask(view_of("c0 c1", "e0"), GROUPS, channel=None)
    assert answer.contacts == 0 and answer.rows == () and [one.share for one in answer.groups] == [0.0, 0.0]


def test_a_step_cannot_be_advice_and_support():
    with pytest.raises(BadValue, match="'a' stands in two groups"):
        contacts.ask(view_of("a0"), {"advice": ["a"], "support": ["a"]}, channel=None)


@given(views())
def test_counts_equal_those_of_the_slow_twin(view):
    answer = contacts.ask(with_channels(view), GROUPS)
    counted, weighed, having = twin.counts(chosen_journeys(view), GROUPS, channel_of)
    assert {(one.step, one.channel): one.contacts for one in answer.rows} == counted
    assert {(one.step, one.channel): one.journeys for one in answer.rows} == having
    if view.weights is not None:
        assert {(one.step, one.channel): one.weighted_contacts for one in answer.rows} == pytest.approx(
            weighed
        )


@given(views())
def test_shares_and_intervals_equal_those_of_the_slow_twin(view):
    answer = contacts.ask(view, GROUPS, channel=None)
    everything = [step for steps in GROUPS.values() for step in steps]
    for one in answer.groups:
        expected = twin.share_of(chosen_journeys(view), GROUPS[one.group], everything)
        assert (one.share, one.share_low, one.share_high) == pytest.approx(expected, abs=1e-6)


@given(views())
def test_the_answer_is_the_same_however_the_log_is_cut(view):
    whole = contacts.ask(replace(view, parts=1), GROUPS, channel=None)
    assert contacts.ask(replace(view, parts=3), GROUPS, channel=None) == whole


def test_one_journey_with_all_contacts_leaves_the_interval_wide():
    spread = contacts.ask(view_of(*["a0 b1"] * 40), GROUPS, channel=None).groups[1]
    lumped = contacts.ask(view_of("b0 " * 40 + "b1", *["a0"] * 41), GROUPS, channel=None).groups[1]
    assert spread.share == pytest.approx(lumped.share, abs=0.01)
    assert lumped.share_high - lumped.share_low > 5 * (spread.share_high - spread.share_low)
