from __future__ import annotations

import datetime
import json

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from trayecto.errors import BadValue
from trayecto.whatif import (
    Duration,
    FailureRate,
    Fix,
    RemoveGate,
    Share,
    changes_from,
    read_changes,
)
from trayecto.whatif.reading import WORDS

DAY = datetime.date(2026, 9, 14)


def test_changes_are_read_from_yaml_and_from_json():
    text = """
    - {change: remove_gate, step: identity.requested}
    - {change: fix, step: order.prepared, since: 2026-09-14}
    - {change: duration, step: refund.paid, to: 2 working days, since: 2026-09-14}
    - {change: share, where: {delivery: ship}, to: {delivery: pickup}, share: 0.2}
    """
    assert read_changes(text) == [
        RemoveGate("identity.requested"),
        Fix("order.prepared", DAY),
        Duration("refund.paid", to="2 working days", since=DAY),
        Share({"delivery": "ship"}, {"delivery": "pickup"}, 0.2),
    ]
    told = '{"change": "failure_rate", "step": "order.delivered", "where": {"carrier": "X"}, "to": "others"}'
    assert read_changes(told) == [FailureRate("order.delivered", {"carrier": "X"})]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[]", "No change"),
        ("", "No change"),
        ("change: remove_gates", "'remove_gates' is no kind of change.*Did you mean 'remove_gate'"),
        ("{change: [1]}", "no kind of change"),
        ("{change: remove_gate}", "needs 'step'"),
        ("{change: remove_gate, step: a, to: 1}", "knows no 'to'"),
        ("{change: remove_gate, step: 7}", "'step' is the name of a step, not '7'"),
        ("{change: fix, step: a, since: soon}", "not 'soon'"),
        ("{change: fix, step: a}", "needs 'since'"),
        ("{change: failure_rate, step: a, to: 2}", "share from 0 to 1, or 'others'"),
        ("{change: failure_rate, step: a, by: -2}", "'by' is a share from -1 to 1"),
        ("{change: failure_rate, step: a, to: 0.1, by: 0.1}", "one of to, by, times, not to and by"),
        ("{change: failure_rate, step: a}", "needs 'to', 'by' or 'times'"),
        ("{change: failure_rate, step: a, where: x}", "attributes with values"),
        ("{change: failure_rate, step: a, times: .nan}", "a factor from 0"),
        ("{change: duration, step: a}", "needs one of to, by, times"),
        ("{change: duration, step: a, to: quickly}", "such as '2 working days'"),
        ("{change: share, where: {a: 1}, share: 0.1}", "needs 'where', 'to' and 'share'"),
        ("{change: share, where: {a: 1}, to: {b: 1}, share: 0.1}", "the same attributes"),
        ("- {change: remove_gate, step: a}\n- nonsense", "Change 2: 'nonsense'"),
        ("{", "not YAML"),
        ("\0", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_change(text, part):
    with pytest.raises(BadValue, match=part):
        read_changes(text)


anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)
words = st.sampled_from(sorted({word for known in WORDS.values() for word in known}))
changes = st.fixed_dictionaries({"change": st.sampled_from(sorted(WORDS)) | anything}).flatmap(
    lambda kind: st.dictionaries(words | st.text(max_size=4), anything, max_size=4).map(
        lambda rest: rest | kind
    )
)


@given(anything | changes | st.lists(changes, max_size=3))
def test_whatever_is_told_is_understood_or_refused_in_one_sentence(told):
    try:
        found = changes_from(told)
    except BadValue as error:
        assert "\n" not in str(error) and len(str(error)) < 400
    else:
        assert found and all(change.to_dict()["change"] in WORDS for change in found)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused_in_one_sentence(text):
    try:
        read_changes(text)
    except BadValue as error:
        assert "\n" not in str(error)


def test_a_change_can_be_written_and_read_again():
    changes = [
        RemoveGate("a"),
        Fix("a", DAY, "b"),
        FailureRate("a", {"carrier": "X"}, by=-0.1, since=DAY),
        FailureRate("a", {"carrier": "X"}),
        Duration("a", of="b", by="-12h", where={"x": "y"}),
        Share({"a": "1"}, {"a": "2"}, 0.5),
    ]
    told = [change.to_dict() for change in changes]
    assert changes_from(json.loads(json.dumps(told))) == changes
    assert read_changes(yaml.safe_dump(told)) == changes
