import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorrido.simulator.flow.contacts import GATE, PICKUP, REFUND
from recorrido.simulator.late import adjusted_points
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized
from recorrido.simulator.truth import cost_of, totals_of, truth_of
from trayecto.whatif import read_changes


@pytest.fixture(scope="module")
def truth(aromo, world):
    return truth_of(aromo, (), world)


def contacts(world, reason: int) -> int:
    return int((world.plan.seen(world.contacts.at) & (world.contacts.reason == reason)).sum())


@pytest.mark.parametrize(
    ("fault", "reason"), [("identity_document", GATE), ("weekly_refunds", REFUND), ("silent_pickup", PICKUP)]
)
def test_without_a_fault_its_contacts_vanish(world, fault, reason):
    """But for the rare refund that is late in any company."""
    healed = simulate(world.plan.scenario, [fault])
    assert contacts(world, reason) > 20
    assert contacts(healed, reason) <= contacts(world, reason) * 0.02


def test_every_fault_costs_contacts_orders_and_money(truth):
    for fault in truth["faults"].values():
        cost = fault["cost"]
        assert cost["contacts"] > 0 and cost["margin"] > 0
        assert cost["lost_orders"] >= 0 and cost["total"] == cost["margin"] + cost["contact_cost"]


def test_a_fault_that_is_left_out_costs_nothing(aromo):
    truth = truth_of(aromo, ["ruta_sur"])
    assert truth["without"] == ["ruta_sur"]
    assert "ruta_sur" not in truth["faults"] and not truth["carriers"]["Ruta Sur"]["planted"]


def test_all_faults_left_out_is_the_best_of_worlds(aromo, world):
    healed = simulate(aromo, [fault.key for fault in aromo.faults])
    cost = cost_of(totals_of(world), totals_of(healed))
    assert cost.lost_orders > 0 and cost.contacts > 0 and cost.total > 0


def test_totals_equal_a_count_order_by_order(world):
    orders, plan = world.orders, world.plan
    kept = [
        row
        for row in range(len(orders))
        if plan.start <= orders.placed[row] < plan.end
        and not orders.returned[row]
        and orders.cancelled[row] > 2**61
    ]
    totals = totals_of(world)
    assert (totals.kept, totals.margin) == (len(kept), sum(int(orders.margin[row]) for row in kept))


def test_a_calm_company_has_nothing_to_find():
    assert truth_of(load_scenario("calm"))["faults"] == {}


def test_a_guilty_carrier_is_late_within_regions_too(truth):
    guilty, innocent = truth["carriers"]["Ruta Sur"], truth["carriers"]["Austral"]
    assert guilty["raw_points"] > 12 and innocent["raw_points"] > 9
    assert guilty["adjusted_points"] > 6 and innocent["adjusted_points"] < 5


def slow_adjusted(late, mine, region) -> float | None:
    top = bottom = 0.0
    for place in set(region):
        ours = [was_late for was_late, m, r in zip(late, mine, region, strict=True) if r == place and m]
        theirs = [was_late for was_late, m, r in zip(late, mine, region, strict=True) if r == place and not m]
        if ours and theirs:
            weight = len(ours) * len(theirs) / (len(ours) + len(theirs))
            top += weight * (sum(ours) / len(ours) - sum(theirs) / len(theirs))
            bottom += weight
    return round(100 * top / bottom, 2) if bottom else None


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 3)), min_size=1, max_size=60))
def test_the_adjusted_difference_equals_its_slow_twin(parcels):
    late, mine, region = zip(*parcels, strict=True)
    fast = adjusted_points(np.array(late), np.array(mine), np.array(region))
    assert fast == pytest.approx(slow_adjusted(late, mine, region), abs=0.011)


def test_every_fault_names_the_change_that_undoes_it_and_what_that_changes(aromo):
    truth = truth_of(resized(aromo, customers=2_000))
    for fault in truth["faults"].values():
        assert read_changes(json.dumps(fault["undo"]))
        cost = fault["cost"]
        wanted = {
            "orders_kept": cost["lost_orders"],
            "contacts": -cost["contacts"],
            "value_kept": cost["revenue"],
            "money": cost["total"],
        }
        assert fault["effect"] == wanted
