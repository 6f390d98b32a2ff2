import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto import twins_rules as twins
from tests.trayecto.logs import NAMES, chosen_journeys, views
from tests.trayecto.memory_view import HOUR, SECOND, view_of

from trayecto.conformance.rules import Forbids, Needs, Within
from trayecto.errors import BadValue, UnknownStep
from trayecto.questions import rules


def broken(rule, *journeys):
    (row,) = rules.ask(view_of(*journeys), [rule]).rules
    return row.concerned, row.broken


def test_a_step_needs_another_before_it_each_time():
    assert broken(Needs("b", "a"), "a0 b1", "b0 a1", "b0 a1 b2", "a0") == (3, 2)


def test_a_step_that_must_not_come_after_another_breaks_the_rule_when_it_does():
    assert broken(Forbids("b", after="a"), "a0 b1", "b0 a1", "b0", "a0 c1 b2") == (3, 2)


def test_a_step_within_its_limit_keeps_the_rule_also_when_it_comes_exactly_then():
    assert broken(Within("b", "a", "2h"), "a0 b2", "a0 b3") == (2, 1)


def test_a_wait_that_is_open_counts_once_its_limit_has_passed():
    assert broken(Within("b", "a", "2h"), "a0 c9", "c0 a8") == (1, 1)


def test_the_excess_is_what_goes_beyond_the_limit():
    (row,) = rules.ask(view_of("a0 b3", "a0 b7"), [Within("b", "a", "2h")]).rules
    assert (row.excess_median, row.excess_max) == (3 * 3600, 5 * 3600)


def test_mistakes_are_told():
    view = view_of("a0 b1")
    with pytest.raises(UnknownStep):
        rules.ask(view, [Needs("z", "a")])
    with pytest.raises(BadValue, match="length of time"):
        rules.ask(view, [Within("b", "a", "soon")])


@settings(max_examples=200, deadline=None)
@given(views(), st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 5))
def test_figures_equal_the_plain_rules(view, step, other, hours):
    limit, as_of = hours * HOUR, round(view.as_of.timestamp()) * SECOND
    asked = [Needs(step, other), Forbids(step, other), Within(step, other, f"{hours}h")]
    plain = [
        lambda journey: twins.needs(journey, step, other),
        lambda journey: twins.forbids(journey, step, other),
        lambda journey: twins.within(journey, step, other, limit, as_of),
    ]
    found = rules.ask(view, asked)
    assert found.journeys == len(chosen_journeys(view))
    for row, judge in zip(found.rules, plain, strict=True):
        said = [(judge(journey), weight) for journey, weight in chosen_journeys(view)]
        assert row.concerned == sum(word is not None for word, _ in said)
        assert row.broken == sum(word == "broken" for word, _ in said)
        if view.weights is not None:
            assert row.weighted_broken == pytest.approx(
                sum(weight for word, weight in said if word == "broken")
            )


@settings(max_examples=100, deadline=None)
@given(views(), st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_excesses_equal_those_of_the_plain_rule(view, step, since):
    as_of = round(view.as_of.timestamp()) * SECOND
    (row,) = rules.ask(view, [Within(step, since, "1h")]).rules
    waits = [twins.excesses(journey, step, since, HOUR, as_of) for journey, _ in chosen_journeys(view)]
    over = [max(found) / SECOND for found in waits if found and max(found) > 0]
    assert row.excess_median == (pytest.approx(np.median(over)) if over else None)
    assert row.excess_max == (pytest.approx(max(over)) if over else None)
