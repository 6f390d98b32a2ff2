"""The regular path: shares and branches by a walk through every journey, and what is planted told apart."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tests.trayecto.simulated import simulated

from trayecto.cli.app import code_of
from trayecto.regular import regular


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    return simulated(tmp_path_factory.mktemp("regular"), "aromo", customers=5_000)


@pytest.fixture(scope="module")
def found(company):
    return regular(company.log)


def slow_facts(found):
    """Name → (journeys that take it, journeys that leave by it), by a walk through every decided journey."""
    standing, taken, first = found.standing, {}, {}
    for row in np.flatnonzero(standing.decided).tolist():
        steps = [step for step, _at in standing.log.steps_of(row)]
        off = [step for step in steps if step in standing.off_path]
        for step in set(off):
            taken[step] = taken.get(step, 0) + 1
        if off:
            first[off[0]] = first.get(off[0], 0) + 1
        elif not set(steps) & set(standing.goal):
            taken["lost"] = first["lost"] = taken.get("lost", 0) + 1
    return taken, first


def test_branches_equal_a_walk_through_every_journey(found):
    taken, first = slow_facts(found)
    assert {one.name: one.journeys for one in found.branches} == taken
    assert sum(one.first for one in found.branches) >= sum(first.values())
    assert found.regular + sum(first.values()) == found.decided


def test_the_share_stands_in_its_interval_beside_the_target(found):
    assert found.share.low <= found.regular / found.decided <= found.share.high
    assert found.share.expected == found.regular / found.decided and found.target == 0.8


def test_who_calls_has_a_contact_more_than_regular_journeys(found):
    call = next(one for one in found.branches if one.name == "call")
    more = call.differences["contacts"].more
    assert more.low >= 0.9 and call.owner == "service" and call.method == "adjusted"


def test_what_is_planted_is_told_apart_before_the_branch(found):
    """The gate stops first orders above an amount: value and first order tell those journeys apart."""
    groups = [one for one in found.apart_by_branch["identity.requested"].groups if one.verdict == "cause"]
    names = {name for name, _value in groups[0].conditions}
    assert "value" in names and names & {"first_order", "tenure", "order_channel"}
    assert not any("identity" in name for name in names)


def test_who_returns_goods_differs_in_what_came_before_only(found):
    looked_at = {
        name
        for apart in [found.apart, *found.apart_by_branch.values()]
        for one in apart.groups
        for name, _value in one.conditions
    }
    late = {"carrier", "score", "contacts", "refund.paid"}
    assert not looked_at & late


def test_the_command_prints_a_table_and_json(company, capsys):
    assert code_of(["regular", str(company.log.path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert {"decided", "regular", "share", "target", "branches", "apart"} <= set(told)
    assert all(one["share"]["low"] <= one["share"]["high"] for one in told["branches"])
