from __future__ import annotations

import datetime

import pytest

from trayecto.errors import BadValue
from trayecto.whatif.changes import FailureRate, Fix, RemoveGate, read_changes


def test_changes_are_read_from_yaml_and_from_json():
    text = """
    - {change: remove_gate, step: identity.requested}
    - {change: fix, step: order.prepared, since: 2026-09-14}
    """
    assert read_changes(text) == [
        RemoveGate("identity.requested"),
        Fix("order.prepared", datetime.date(2026, 9, 14)),
    ]
    told = '{"change": "failure_rate", "step": "order.delivered", "where": {"carrier": "X"}, "to": "others"}'
    assert read_changes(told) == [FailureRate("order.delivered", {"carrier": "X"}, None)]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[]", "No change"),
        ("change: remove_gates", "'remove_gates' is no kind of change"),
        ("{change: remove_gate}", "needs 'step'"),
        ("{change: remove_gate, step: a, to: 1}", "knows no 'to'"),
        ("{change: fix, step: a, since: soon}", "not 'soon'"),
        ("{change: failure_rate, step: a, to: 2}", "share from 0 to 1"),
        ("{change: failure_rate, step: a, where: x}", "attributes with values"),
        ("{", "not YAML"),
    ],
)
def test_a_mistake_is_told_with_its_change(text, part):
    with pytest.raises(BadValue, match=part):
        read_changes(text)
