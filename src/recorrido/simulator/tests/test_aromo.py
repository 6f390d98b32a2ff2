"""The demo at full size yields what the scenario promises, within a tenth (docs/simulator.md prints the run)."""

import numpy as np
import pytest

from recorrido.simulator.emit import tell
from recorrido.simulator.late import carriers
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.truth import truth_of

TENTH = 0.1


@pytest.fixture(scope="module")
def demo():
    return simulate(load_scenario("aromo"))


@pytest.fixture(scope="module")
def truth(demo):
    return truth_of(demo.plan.scenario, (), demo)


def monthly(truth, fault: str) -> dict:
    return truth["faults"][fault]["counts"]["per_month"]


def near(target: float, tolerance: float = TENTH):
    return pytest.approx(target, rel=tolerance)


def test_about_fifteen_thousand_orders_a_month_of_42000_pesos(demo, truth):
    placed = demo.plan.seen(demo.orders.placed)
    amount, margin = demo.orders.amount[placed], demo.orders.margin[placed]
    assert truth["totals"]["orders"] / 5 == near(15_000)
    assert amount.mean() == near(42_000)
    assert margin.sum() / amount.sum() == near(0.38)


def test_about_1800_contacts_in_the_last_month(truth):
    assert truth["by_month"]["2026-10"]["contacts"] == near(1_800)


def test_the_identity_document_stops_2100_of_whom_189_give_up_and_378_ask(truth):
    found = monthly(truth, "identity_document")
    assert (found["stopped"], found["gave_up"], found["contacts"]) == (near(2_100), near(189), near(378))
    assert 6 <= found["rejected"] <= 10


def test_weekly_refunds_take_six_and_a_half_working_days_and_cost_the_next_purchase(truth):
    found = truth["faults"]["weekly_refunds"]["counts"]
    assert found["working_days"] == near(6.4)
    assert (found["repurchase_without"], found["repurchase"]) == (near(0.58, 0.05), near(0.41, 0.05))
    assert (
        monthly(truth, "weekly_refunds")["store_returns"],
        monthly(truth, "weekly_refunds")["contacts"],
    ) == (
        near(1_240),
        near(420),
    )


def test_the_silent_pickup_message_causes_300_contacts_a_month(demo):
    october = demo.contacts.at >= demo.plan.end - 31 * 86_400
    reasons = demo.contacts.reason[october & demo.plan.seen(demo.contacts.at)]
    assert np.count_nonzero(reasons == 4) == near(300)


def test_ruta_sur_is_guilty_and_austral_is_not(truth):
    guilty, innocent = truth["carriers"]["Ruta Sur"], truth["carriers"]["Austral"]
    assert (guilty["raw_points"], guilty["adjusted_points"]) == (near(19), near(11))
    assert innocent["raw_points"] == near(16)
    assert innocent["adjusted_points"] == pytest.approx(1, abs=1)


def test_austral_is_as_innocent_where_nobody_is_guilty(truth):
    mended = simulate(load_scenario("aromo"), truth["faults"])
    assert carriers(mended)["Austral"]["raw_points"] > 14
    assert carriers(mended)["Austral"]["adjusted_points"] < 3


def test_the_demo_has_about_a_million_events(demo):
    assert 950_000 <= sum(len(block) for block in tell(demo)) <= 1_400_000
