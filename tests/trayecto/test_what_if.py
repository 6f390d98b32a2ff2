"""What-if on shops whose answers can be worked out by hand."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trayecto.whatif_shops import START, Shop, slow_difference, slow_ratio

from trayecto.cli.app import code_of
from trayecto.errors import BadValue, UnknownStep
from trayecto.whatif import choices_of, read_changes, what_if
from trayecto.whatif.compare import difference, ratio
from trayecto.whatif.draws import Draws
from trayecto.whatif.silent import _believed, _beside_usual


def asked(log, change: str, draws: int = 100):
    return {one.name: one for one in what_if(log, read_changes(change), draws=draws).outcomes}


@pytest.fixture(scope="module")
def gated(tmp_path_factory):
    """400 free orders; 400 stopped at a gate: every fourth gives up, half of the others call."""
    shop = Shop()
    for n in range(400):
        shop.order(n, (n % 28) / 2)
    for n in range(400):
        day = (n % 28) / 2
        shop.tell(f"g{n}", "gate.asked", day)
        if n % 4:
            shop.order(f"g{n}", day + 0.1)
            if n % 4 == 1 or (n % 8 == 2):
                shop.tell(f"g{n}", "call", day + 0.2)
    return shop.log(tmp_path_factory.mktemp("gated"))


def test_without_a_gate_those_who_gave_up_order_and_nobody_asks(gated):
    told = asked(gated, "{change: remove_gate, step: gate.asked}")
    assert (told["orders_kept"].before, told["orders_kept"].effect.expected) == (700, pytest.approx(100))
    assert (told["contacts"].before, told["contacts"].effect.expected) == (150, pytest.approx(-150))
    assert told["value_kept"].effect.expected == pytest.approx(10_000)
    assert told["money"].effect.expected == pytest.approx(10_000 * 0.5 + 150 * 1000)
    assert (told["days:gate.asked"].before, told["days:gate.asked"].after) == (pytest.approx(0.1), 0)


def taken_by(log, change):
    """(before, after) by step or flow."""
    return {one.steps: (one.before, one.after) for one in what_if(log, read_changes(change), draws=100).taken}


def test_without_a_gate_nobody_takes_it_and_orders_follow_directly(gated):
    taken = taken_by(gated, "{change: remove_gate, step: gate.asked}")
    assert taken["gate.asked",] == (400, 0) and taken["gate.asked", "order"] == (300, 0)
    assert taken["order",] == (700, pytest.approx(800)) and taken["delivered",] == (700, pytest.approx(800))
    assert taken["call",] == (150, pytest.approx(0, abs=1e-6))
    assert taken["order", "delivered"] == (550, pytest.approx(800))


def test_of_a_gate_put_up_on_a_day_only_what_follows_within_the_log_counts(gated):
    day = (START + datetime.timedelta(days=7)).date()
    told = asked(gated, f"{{change: remove_gate, step: gate.asked, since: {day}}}")
    after = [n for n in range(400) if (n % 28) / 2 >= 6.6]  # days are whole, the shop opens at ten
    lost = sum(n % 4 == 0 for n in after)
    calls = sum(n % 4 == 1 or n % 8 == 2 for n in after)
    assert told["orders_kept"].effect.expected == pytest.approx(lost, rel=0.05)
    assert told["contacts"].effect.expected == pytest.approx(-calls, rel=0.1)


def test_every_interval_holds_its_expected_value(gated):
    for one in asked(gated, "{change: remove_gate, step: gate.asked}").values():
        assert one.effect.low <= one.effect.expected <= one.effect.high
        assert one.after == pytest.approx(one.before + one.effect.expected)


def test_the_same_question_has_the_same_answer(gated):
    one, other = (what_if(gated, read_changes("{change: remove_gate, step: gate.asked}")) for _ in "ab")
    assert one.to_dict() == other.to_dict()


@pytest.fixture(scope="module")
def late(tmp_path_factory):
    """600 first orders: every third takes eight days instead of two. Half of the late ones call, a tenth of the others; a quarter
    of the late ones order again, half of the others."""
    shop = Shop()
    for n in range(600):
        day, is_late = (n % 27) / 2, n % 3 == 0
        shop.order(n, day, 8.0 if is_late else 2.0)
        place = n // 3
        if (is_late and place % 2 == 0) or (not is_late and place % 10 == 0):
            shop.tell(n, "call", day + 1)
        if (is_late and place % 4 == 0) or (not is_late and place % 2 == 0):
            shop.order(n, day + 28)
    return shop.log(tmp_path_factory.mktemp("late"))


@pytest.mark.parametrize(("to", "spared"), [("to: 0", 200), ("times: 0.5", 100), ("by: -0.2", 0.2 * 850)])
def test_fewer_broken_promises_are_fewer_contacts(late, to, spared):
    """850 orders in all; each failure asks 0.4 times more than a promise kept in the same fortnight."""
    told = asked(late, f"{{change: failure_rate, step: delivered, {to}}}")
    back = 0.5 * 0.5  # of those spared, so many more come back, and ask nothing more
    assert told["contacts"].effect.expected == pytest.approx(-0.4 * spared, rel=0.02)
    assert told["orders_kept"].effect.expected == pytest.approx(back * spared, rel=0.2)
    assert told["late:delivered"].before == pytest.approx(200 / 850)
    assert told["late:delivered"].after == pytest.approx((200 - spared) / 850)


@pytest.mark.parametrize("to", ["to: 0", "times: 1.5"])
def test_steps_are_taken_as_often_as_the_answer_says(late, to):
    """A call each for contacts, a delivery each for orders: the map says what the figures say."""
    change = f"{{change: failure_rate, step: delivered, {to}}}"
    told, taken = asked(late, change), taken_by(late, change)
    before, after = taken["call",]
    assert after - before == pytest.approx(told["contacts"].effect.expected, rel=0.1)
    before, after = taken["order",]
    assert after - before == pytest.approx(told["orders_kept"].effect.expected, rel=0.25)


def test_who_is_spared_keeps_the_way_before_it_was_felt(tmp_path):
    """Late ones are all packed; sparing them takes nobody past the packing."""
    shop = Shop()
    for n in range(600):
        is_late = n % 3 == 0
        shop.order(n, (n % 27) / 2, 8.0 if is_late else 2.0)
        if is_late:
            shop.tell(n, "gate.asked", (n % 27) / 2 - 0.1)
    taken = taken_by(shop.log(tmp_path), "{change: failure_rate, step: delivered, to: 0}")
    assert taken["gate.asked", "order"] == (200, pytest.approx(200))


def test_more_broken_promises_are_more_contacts(late):
    told = asked(late, "{change: failure_rate, step: delivered, times: 1.5}")
    assert told["contacts"].effect.expected == pytest.approx(40, rel=0.1)
    assert told["orders_kept"].effect.expected < 0


def test_a_shorter_time_keeps_the_promises_it_reaches(late):
    told = asked(late, "{change: duration, step: delivered, times: 0.5}")
    assert told["late:delivered"].after == 0
    assert (told["days:delivered"].before, told["days:delivered"].after) == (
        pytest.approx(2),
        pytest.approx(1),
    )
    assert told["contacts"].effect.expected == pytest.approx(-80, rel=0.02)


def test_a_shorter_time_that_reaches_no_promise_changes_only_the_time(late):
    told = asked(late, "{change: duration, step: delivered, by: -1d}")
    assert told["contacts"].effect.expected == 0 and told["orders_kept"].effect.expected == 0
    assert told["days:delivered"].effect.expected == pytest.approx(-1)


def test_changes_add_up_and_say_what_they_share(late):
    changes = """
    - {change: failure_rate, step: delivered, to: 0}
    - {change: duration, step: delivered, times: 0.5}
    """
    answer = what_if(late, read_changes(changes), draws=50)
    assert {note.code for note in answer.notes} == {"added", "overlap"}
    assert answer.outcomes[1].effect.expected == pytest.approx(-160, rel=0.02)


def test_a_share_sent_another_way_fares_as_orders_do_there(tmp_path):
    """300 go each way; of those that are shipped 40 in a hundred call, of those picked up 10."""
    shop = Shop()
    for n in range(600):
        way = "ship" if n % 2 else "pickup"
        shop.order(n, (n % 26) / 2, delivery=way)
        if n // 2 % 10 < (4 if way == "ship" else 1):
            shop.tell(n, "call", (n % 26) / 2 + 1)
    log = shop.log(tmp_path)
    told = asked(log, "{change: share, where: {delivery: ship}, to: {delivery: pickup}, share: 0.5}")
    assert told["contacts"].effect.expected == pytest.approx(-0.3 * 150, rel=0.05)
    assert "late:delivered" not in told  # as often late there as here
    assert told["orders_kept"].effect.expected == pytest.approx(0, abs=0.01)


def test_a_message_that_stopped_is_told_from_what_follows(tmp_path):
    """Since day 28 the notice does not come, and every second of the 176 calls."""
    shop = Shop()
    for n in range(400):
        day = n % 50
        shop.order(n, day, 3.0)
        shop.tell(n, "ready", day + 1)
        if day < 28:
            shop.tell(n, "notice", day + 1.1)
        elif n // 50 % 2:
            shop.tell(n, "call", day + 2)
    log, since = shop.log(tmp_path), (START + datetime.timedelta(days=29)).date()
    answer = what_if(log, read_changes(f"{{change: fix, step: ready, since: {since}}}"), draws=50)
    assert answer.outcomes[1].effect.expected == pytest.approx(-88)
    assert {note.code for note in answer.notes} == {"before_and_after", "missing"}


def test_failures_that_contacts_tell_of_count_those_who_suffer_in_silence(tmp_path):
    """200 wrong articles among 1,000: half say so. All answer the survey; half of the wronged with 1, nobody else."""
    shop = Shop()
    for n in range(1000):
        day, wrong, says = (n % 27) / 2, n % 5 == 0, n % 10 == 0
        shop.order(n, day)
        shop.tell(n, "pack", day + 0.5)
        if says:
            shop.tell(n, "call", day + 3, reason="wrong_item")
        shop.tell(n, "survey", day + 6, score=1 if wrong and n // 10 % 2 else 5)
        if n // 10 % (4 if wrong else 2) == 0:
            shop.order(n, day + 28)
    log = shop.log(tmp_path)
    told = asked(log, "{change: failure_rate, step: pack, times: 0}")
    assert told["contacts"].effect.expected == pytest.approx(-100)
    # 200 wronged, of whom a quarter comes back instead of half.
    assert told["orders_kept"].effect.expected == pytest.approx(50, rel=0.35)


def scores_of(mean, count, random):
    return np.clip(np.round(mean + 0.7 * random.standard_normal(count)), 1, 5)


@pytest.mark.parametrize("share", [0.0, 0.02, 0.06])
def test_low_scores_that_good_experiences_have_too_are_no_silent_suffering(share):
    random = np.random.default_rng(7)
    steps, count = np.arange(1.0, 6.0), 400_000
    troubled = scores_of(2.8, count, random)
    silent = np.where(
        random.random(count) < share, scores_of(2.8, count, random), scores_of(4.3, count, random)
    )
    told, heard = ([np.array([(scores <= step).mean()]) for step in steps] for scores in (troubled, silent))
    most = heard[1] / told[1]
    found = _beside_usual(np.array(told), np.array(heard), steps, 1, most)
    assert found[0] == pytest.approx(share, abs=0.005) and most[0] > share + 0.01


@pytest.mark.parametrize(
    ("seen", "error", "told"), [(3.0, 0.05, 3.0), (3.0, 1.0, 2.0), (0.0, 0.1, 0.0), (0.0, 2.0, 0.8)]
)
def test_how_many_suffer_in_silence_is_drawn_towards_one_for_each_who_says_so_by_how_unsure_it_is(
    seen, error, told
):
    draws = seen + 0.05 * np.random.default_rng(7).standard_normal(400)
    believed = _believed(np.concatenate([[seen], draws]), error)
    assert believed[0] == pytest.approx(told, abs=0.02)
    assert believed[1:].std() == pytest.approx(
        min(error / (1 + error**2) ** 0.5, 4 * 0.05 / (1 + error**2) ** 0.5), rel=0.15
    )


def test_scores_of_two_kinds_tell_the_largest_share_only():
    one = np.array([[0.2], [1.0]])
    assert _beside_usual(one, one, np.array([1.0, 5.0]), 0, np.array([0.3])).tolist() == [0.3]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ("{change: remove_gate, step: order}", "is no gate"),
        ("{change: failure_rate, step: delivered, where: {city: x}, to: 0}", "no attribute 'city'"),
        ("{change: failure_rate, step: delivered, where: {delivery: shipp}, to: 0}", "Did you mean 'ship'"),
        (
            "{change: failure_rate, step: delivered, where: {delivery: ship}, to: others}",
            "Nothing to compare",
        ),
        ("{change: failure_rate, step: order, to: 0}", "Nothing tells when 'order' fails"),
        ("{change: duration, step: order, times: 2}", "Write 'of'"),
        ("{change: duration, step: delivered, to: 2 working days}", "write days or hours"),
        ("{change: fix, step: order, since: 2020-01-01}", "before and after"),
        ("{change: share, where: {delivery: ship}, to: {delivery: pickup}, share: 0.5}", "there are ship"),
    ],
)
def test_what_the_log_cannot_say_is_refused_in_one_sentence(late, change, part):
    with pytest.raises(BadValue, match=part) as refused:
        what_if(late, read_changes(change), draws=20)
    assert "\n" not in str(refused.value)


def test_a_step_the_log_does_not_have_is_unknown(late):
    with pytest.raises(UnknownStep):
        what_if(late, read_changes("{change: fix, step: nowhere, since: 2026-03-10}"))


def test_a_log_without_a_value_model_has_no_money(tmp_path):
    shop = Shop()
    for n in range(60):
        shop.order(n, n % 14, 8.0 if n % 2 else 2.0)
    answer = what_if(
        shop.log(tmp_path, values=None), read_changes("{change: failure_rate, step: delivered, to: 0}")
    )
    assert "money" not in {one.name for one in answer.outcomes} and answer.lines == []


def test_the_command_answers_in_json(gated, tmp_path, capsys):
    file = tmp_path / "change.yaml"
    file.write_text("{change: remove_gate, step: gate.asked}")
    assert code_of(["what-if", str(gated.path), "--change", str(file), "--json", "--draws", "20"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert [one["name"] for one in said["outcomes"]][:4] == ["orders_kept", "contacts", "value_kept", "money"]
    assert set(said["outcomes"][0]["effect"]) == {"low", "expected", "high"}


def test_choices_say_how_what_can_be_changed_stands_now(gated, late):
    (gate,) = choices_of(gated).gates
    assert (gate.step, gate.stopped, gate.lost) == ("gate.asked", 400, 100)
    (promise,) = choices_of(late).failures
    assert (promise.step, promise.judged, promise.failed) == ("delivered", 850, 200)
    assert (promise.days, promise.promised, promise.working) == (pytest.approx(2), 5, False)


groups = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 1), st.integers(0, 3)), min_size=1, max_size=60)


def drawn(rows) -> tuple[Draws, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    values, group, cell = (np.array(part) for part in zip(*rows, strict=True))
    draws = Draws(None, np.arange(len(rows)) % 3, np.ones((3, 1)))  # type: ignore[arg-type]
    return draws, values.astype(float), group == 1, group == 0, cell


@given(groups)
def test_a_difference_within_cells_equals_its_slow_twin(rows):
    draws, values, one, other, cell = drawn(rows)
    assert difference(draws, values, one, other, cell)[0] == pytest.approx(slow_difference(rows))


@given(groups)
def test_a_ratio_of_risks_equals_its_slow_twin(rows):
    draws, values, one, other, cell = drawn(rows)
    told = [(value > 2, group, cell) for value, group, cell in rows]
    assert ratio(draws, values > 2, one, other, cell)[0] == pytest.approx(slow_ratio(told))
