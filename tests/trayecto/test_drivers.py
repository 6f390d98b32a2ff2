"""What steps do to outcomes, held against a shop whose truth is written down."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.trayecto.small_shop import BEGIN, DAY, PROMISED, Shop, built

from trayecto.attempts.facts import facts_of_journeys
from trayecto.cli.app import code_of
from trayecto.designed import blueprint_of
from trayecto.drivers import drivers
from trayecto.drivers.losses import losses_of
from trayecto.drivers.slips import LATE, slips_of
from trayecto.errors import BadValue

LATE_COSTS = Shop(orders=8000, calls=0.3, again=0.25)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return built(tmp_path_factory.mktemp("shop"), LATE_COSTS)


@pytest.fixture(scope="module")
def answer(log):
    return drivers(log)


def late(answer):
    return next(one for one in answer.steps if (one.step, one.kind) == ("order.delivered", LATE))


def test_the_planted_effect_of_a_late_step_lies_in_its_interval(log, answer):
    contacts = late(answer).effects["contacts"]
    assert contacts.verdict == "weighs" and contacts.effect.low <= 0.3 <= contacts.effect.high
    again = late(answer).effects["repurchase"]
    first = np.mean(
        [name.as_py().startswith("a") for name in log.attributes["journey"]]
    )  # only these come back
    assert again.verdict == "weighs" and again.effect.low <= -0.25 * first <= again.effect.high


def test_what_the_region_does_is_not_blamed_on_the_late_step(answer):
    contacts = late(answer).effects["contacts"]
    raw = contacts.badly - contacts.well
    assert contacts.effect.expected < raw - 0.01 and late(answer).method == "adjusted"
    assert late(answer).differences["region"] > 0.1


def test_the_weakest_link_is_the_step_that_was_planted(answer):
    for outcome in ("contacts", "repurchase", "money"):
        weakest = answer.weakest(outcome)
        assert (weakest.step, weakest.kind, weakest.department) == ("order.delivered", LATE, "logistics")


def test_the_first_step_of_importance_is_one_and_the_stated_one_stands_beside_it(answer):
    assert late(answer).effects["contacts"].importance == 1.0 and late(answer).stated == 0.6


def test_extra_is_the_effect_times_the_journeys_of_a_month(answer):
    one = late(answer)
    told = one.effects["contacts"]
    assert told.extra.expected == pytest.approx(told.effect.expected * one.badly / answer.months)
    assert told.extra.low <= told.extra.expected <= told.extra.high


def test_money_is_the_sum_of_its_lines(answer):
    one = late(answer)
    assert {line.what for line in one.lines} >= {"contacts", "orders not placed again"}
    assert one.money.expected == pytest.approx(sum(line.total.expected for line in one.lines))
    contacts = next(line for line in one.lines if line.what == "contacts")
    assert (
        contacts.quantity.expected == one.effects["contacts"].extra.expected and contacts.each.expected == 5
    )


def test_people_of_a_month_are_persons_to_whom_it_happens_once(log, answer):
    blueprint, journey_type = blueprint_of(log)
    facts = facts_of_journeys(log, blueprint, journey_type)
    slip = next(one for one in slips_of(facts, losses_of(facts)) if one.step == "order.delivered")
    persons = {log.attributes["person"][int(row)].as_py() for row in facts.units.row[slip.badly]}
    assert late(answer).people.expected == pytest.approx(len(persons) / answer.months)


def test_late_is_what_a_plain_reading_of_each_journey_says(log):
    facts = facts_of_journeys(log, *blueprint_of(log))
    slip = next(one for one in slips_of(facts, losses_of(facts)) if one.step == "order.delivered")
    end = BEGIN + LATE_COSTS.days * DAY
    for unit in range(0, len(facts.units), 97):
        steps = dict(reversed(log.steps_of(int(facts.units.row[unit]))))
        took = (steps["order.delivered"] - steps["order.placed"]).days if "order.delivered" in steps else None
        assert bool(slip.badly[unit]) == (took is not None and took >= PROMISED)
        assert slip.moment[unit] == facts.units.began[unit] + PROMISED * DAY
    assert facts.end <= end


def test_contacts_before_the_promise_was_broken_are_not_its_echo(tmp_path):
    answer = drivers(built(tmp_path, Shop(orders=4000, early_calls=0.6)))
    assert late(answer).effects["contacts"].verdict == "within chance"


def test_nothing_weighs_where_nothing_was_planted(tmp_path):
    claims = 0
    for seed in range(20):
        folder = tmp_path / str(seed)
        folder.mkdir()
        answer = drivers(built(folder, Shop(orders=900), seed))
        claims += any(answer.weakest(name) for name in answer.outcomes)
    assert claims <= 1


def test_without_overlap_there_is_no_comparable_and_no_figure(tmp_path):
    answer = drivers(built(tmp_path, Shop(orders=2000, late=0.0, south=1.0, calls=0.3)))
    contacts = late(answer).effects["contacts"]
    assert (contacts.verdict, contacts.effect, contacts.extra) == ("no comparable", None, None)
    assert answer.weakest("contacts") is None


def test_the_step_that_is_the_goal_decides_goal_and_time_itself(answer):
    assert not {"goal", "time"} & set(late(answer).effects)


def test_without_a_value_model_there_is_no_money(tmp_path):
    answer = drivers(built(tmp_path, Shop(orders=800), values=None))
    assert "money" not in answer.outcomes and all(one.money is None for one in answer.steps)


def test_a_window_of_no_days_is_refused(log):
    with pytest.raises(BadValue, match="no time in which somebody could order again"):
        drivers(log, within_days=0)


def test_the_command_says_the_same_as_json(log, answer, capsys):
    assert code_of(["drivers", str(log.path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["weakest"]["contacts"] == {"step": "order.delivered", "kind": "late"}
    assert said == json.loads(json.dumps(answer.to_dict()))
    assert np.isfinite(said["months"])


def test_the_table_is_read_by_people_and_refuses_unknown_outcomes(log, capsys):
    assert code_of(["drivers", str(log.path), "--outcome", "contacts"]) == 0
    assert "Weakest link for contacts: order.delivered late" in capsys.readouterr().err
    assert code_of(["drivers", str(log.path), "--outcome", "contact"]) == 2
    assert "contacts" in capsys.readouterr().err
