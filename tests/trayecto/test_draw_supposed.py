"""A what-if answer as maps."""

from __future__ import annotations

import pytest

from trayecto import draw
from trayecto.errors import BadValue
from trayecto.whatif import Taken

TAKEN = [
    Taken(("order",), 900, 1000), Taken(("gate",), 400, 0), Taken(("call",), 100.4, 100.6),
    Taken(("gate", "order"), 300, 0), Taken(("order", "call"), 100, 100),
]  # fmt: skip


def drawn(shown: str, **more: object) -> str:
    return draw.supposed(TAKEN, shown=shown, names=("antes", "después"), **more).text


def test_the_difference_is_signed_and_what_stays_is_grey():
    text = drawn("difference")
    assert ">+100</text>" in text and ">−400</text>" in text
    assert "more-1" in text and "less-1" in text and "same" in text


@pytest.mark.parametrize(("shown", "order", "gate"), [("before", "900", "400"), ("after", "1.000", "0")])
def test_before_and_after_tell_their_own_counts(shown, order, gate):
    text = drawn(shown)
    assert f">{order}</text>" in text and f">{gate}</text>" in text


def test_every_step_says_both_counts_whatever_is_shown():
    for shown in ("before", "after", "difference"):
        assert "gate: antes 400, después 0" in drawn(shown)


def test_a_flow_that_nobody_takes_any_more_is_not_drawn_afterwards():
    assert "gate → order" in drawn("before") and "gate → order" not in drawn("after")


def test_another_picture_is_refused():
    with pytest.raises(BadValue, match="Unknown picture"):
        drawn("later")
