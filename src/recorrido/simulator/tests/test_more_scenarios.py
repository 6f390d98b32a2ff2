"""The scenarios besides the demo, at full size, yield what docs/simulator.md says of them, within a tenth."""

from __future__ import annotations

import numpy as np
import pytest

from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.truth import truth_of

TENTH = 0.1
ORDERS_A_MONTH = {"moda": 5_270, "electro": 5_320, "tarde": 4_530}


@pytest.fixture(scope="module", params=sorted(ORDERS_A_MONTH))
def run(request):
    world = simulate(load_scenario(request.param))
    return request.param, world, truth_of(world.plan.scenario, (), world)


def near(target: float, tolerance: float = TENTH):
    return pytest.approx(target, rel=tolerance)


def test_as_many_orders_a_month_as_promised(run):
    name, _, truth = run
    assert truth["totals"]["orders"] / truth["months"] == near(ORDERS_A_MONTH[name])


def test_every_fault_and_gate_costs_orders_contacts_and_money(run):
    _, _, truth = run
    for fault in truth["faults"].values():
        assert fault["effect"]["orders_kept"] > 0
        assert fault["effect"]["contacts"] < 0
        assert fault["effect"]["money"] > 0


def test_every_fault_and_gate_can_be_undone_by_a_change(run):
    _, _, truth = run
    assert all(fault["undo"] for fault in truth["faults"].values())


def test_the_code_by_telephone_turns_one_in_seven_away():
    truth = truth_of(load_scenario("moda"))
    found = truth["faults"]["phone_code"]["counts"]
    assert (found["gave_up"] + found["rejected"]) / found["stopped"] == near(0.146)
    wrong = truth["faults"]["wrong_size"]["counts"]
    assert wrong["wrong"] / wrong["prepared"] == near(0.053)


def test_three_in_five_notices_are_not_sent_since_august():
    world = simulate(load_scenario("electro"))
    since = (
        world.orders.ready >= (np.datetime64("2026-08-03") - np.datetime64("1970-01-01")).astype(int) * 86_400
    )
    ready = since & world.plan.seen(world.orders.ready)
    assert world.orders.silent[ready].mean() == near(0.6)


def test_friday_refunds_take_six_working_days_and_cost_the_next_purchase():
    found = truth_of(load_scenario("tarde"))["faults"]["friday_refunds"]["counts"]
    assert found["working_days"] == near(5.94)
    assert (found["repurchase_without"], found["repurchase"]) == (near(0.53), near(0.41))
