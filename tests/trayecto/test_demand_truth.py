"""Failure demand and advice against simulated companies, whose truth is known."""

from __future__ import annotations

import pytest
from validation.companies import log_of, scenario_of
from validation.demand import LIMIT, compare

from recorrido.simulator.echoes import demand_of
from recorrido.simulator.flow.contacts import PICKUP
from recorrido.simulator.model import simulate
from trayecto.demand import advice_effects, failure_demand

COMPANIES = {"calm": 6_000, "silent half": 6_000, "b2b": 1_500}


@pytest.fixture(scope="module", params=COMPANIES)
def company(request, tmp_path_factory):
    world = simulate(scenario_of(request.param, seed=11, customers=COMPANIES[request.param]))
    return request.param, world, log_of(world, tmp_path_factory.mktemp("company") / "log")


def test_shares_by_department_are_within_five_points_of_the_truth(company):
    _name, world, log = company
    held = compare(failure_demand(log).to_dict(), demand_of(world))
    assert held.worst <= LIMIT


def test_contacts_that_come_anyway_are_hardly_blamed_on_anybody(company):
    _name, _world, log = company
    found = failure_demand(log)
    general = [
        place
        for said, place in zip(found.contacts.said("reason"), found.cause.tolist(), strict=True)
        if said == "general"
    ]
    assert sum(place >= 0 for place in general) <= 0.03 * len(general)


def test_only_a_notice_that_is_not_sent_is_said_to_save_contacts(company):
    name, world, log = company
    told = {one.step: one.effect.expected for one in advice_effects(log) if one.verdict in {"fewer", "more"}}
    assert set(told) == ({"pickup.notified"} if name == "silent half" else set())
    if told:
        silent = int((world.plan.seen(world.orders.ready) & world.orders.silent).sum())
        called = int((world.plan.seen(world.contacts.at) & (world.contacts.reason == PICKUP)).sum())
        assert told["pickup.notified"] == pytest.approx(-called / silent, abs=0.06)


def test_the_truth_names_the_departments_that_own_the_steps_in_the_blueprint():
    scenario = scenario_of("all at once", seed=3, customers=1_500)
    truth = demand_of(simulate(scenario))
    owners = {fault.owner for fault in scenario.faults}
    assert owners - {"logistics"} <= set(truth["by_department"]) <= owners | {"warehouse"}
