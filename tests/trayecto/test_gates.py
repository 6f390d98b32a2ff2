"""Gates against companies whose truth is known: counts to the last one, contacts and money within their intervals."""

from __future__ import annotations

import json

import numpy as np
import pytest
import yaml
from tests.trayecto.simulated import simulated

from trayecto.cli.app import code_of
from trayecto.gates import gates
from trayecto.gates.visits import REJECTED

VARIED = {
    "as shipped": ("aromo", {}),
    "every channel, every order, quick": (
        "aromo",
        {"channels": ("web", "whatsapp", "phone"), "first_orders": False, "amount_over": 45_000, "wait_hours": (1, 8), "give_up": 0.15, "reject": 0.03},
    ),
    "slow and asked about": ("aromo", {"amount_over": 50_000, "wait_hours": (20, 70), "contact": 0.4, "reject": 0.02}),
    "approved after a week or two": ("aromo", {"amount_over": 50_000, "wait_hours": (120, 300), "contact": 0.3}),
    "counters and a marketplace": (
        "aromo",
        {"channels": ("store", "marketplace"), "amount_over": 40_000, "first_orders": False, "reject": 0.08, "give_up": 0.02},
    ),
    "credit of companies": ("b2b", {}),
    "hard credit": ("b2b", {"amount_over": 450_000, "reject": 0.15, "give_up": 0.1, "contact": 0.3}),
}  # fmt: skip


@pytest.fixture(scope="module", params=VARIED)
def company(request, tmp_path_factory):
    name, changes = VARIED[request.param]
    customers = 12_000 if name == "aromo" else 5_000
    return simulated(tmp_path_factory.mktemp("gate"), name, customers=customers, **changes)


@pytest.fixture(scope="module")
def gate(company):
    (found,) = gates(company.log)
    return found


def test_every_stop_and_every_rejection_is_counted(company, gate):
    counts, told = company.fault("gate")["counts"], gate.to_dict()
    assert told["reached"] == counts["stopped"]
    # The truth knows what was decided after the last day of the log: those are open here.
    assert told["rejected"] <= counts["rejected"] <= told["rejected"] + told["open"]
    assert told["gave_up"] <= counts["gave_up"] <= told["gave_up"] + told["open"]
    assert told["passed"] <= counts["approved"] <= told["passed"] + told["open"]
    assert told["open"] <= 0.08 * told["reached"]


def test_the_contacts_a_gate_causes_lie_in_their_interval(company, gate):
    contacts = gate.extra.contacts
    assert contacts.low <= company.fault("gate")["counts"]["contacts"] <= contacts.high


def test_what_a_gate_costs_a_month_lies_in_its_interval(company, gate):
    monthly = company.fault("gate")["cost"]["total"] / gate.months
    assert gate.money.low <= monthly <= gate.money.high
    assert gate.money.expected == pytest.approx(monthly, rel=0.25)


def test_those_compared_are_alike_once_weighted(gate):
    assert gate.extra.alike.ones >= 30 and gate.extra.alike.others >= 30
    assert max(one.after for one in gate.extra.alike.balance) < 0.1
    assert max(one.before for one in gate.extra.alike.balance) > 0.1


def test_money_of_every_option_is_its_lines_summed(gate):
    for option in gate.options:
        by_hand = sum(line.quantity.expected * line.each.expected for line in option.lines)
        assert option.money.expected == pytest.approx(by_hand, abs=1)
        assert option.money.low <= option.money.expected <= option.money.high


def small(tmp_path, **changes):
    (found,) = gates(simulated(tmp_path, "aromo", customers=6_000, **changes).log)
    return found


def test_a_gate_that_seldom_rejects_is_named_as_such(tmp_path):
    found = small(tmp_path, reject=0.002, give_up=0.2)
    assert "rejects_seldom" in found.reasons and found.rejection_share < 0.01
    assert found.verdict == "only for exceptions"  # it guards a risk


def test_a_gate_that_nobody_demands_and_that_seldom_rejects_is_removed(tmp_path):
    assert small(tmp_path, origin="custom", reject=0.002, give_up=0.2).verdict == "remove"


def test_the_law_keeps_a_gate(tmp_path):
    found = small(tmp_path, origin="law", reject=0.0, give_up=0.3, contact=0.5)
    assert found.verdict == "simplify" and "demanded_by_law" in found.reasons


def test_a_gate_without_values_has_no_money(tmp_path):
    found = small(tmp_path, values=False).to_dict()
    assert found["money"] is None and found["extra_contacts"] is not None
    assert [one["money"] for one in found["options"]] == [None] * 4


def test_where_everybody_is_stopped_nothing_is_comparable(tmp_path):
    everywhere = ("web", "store", "marketplace", "whatsapp", "phone")
    found = small(tmp_path, channels=everywhere, first_orders=False, amount_over=0).to_dict()
    assert (found["extra_contacts"], found["money"], found["comparable"]) == (None, None, "no comparable")
    assert found["reached"] > 1_000 and found["options"] == []


def test_what_rejections_avoid_counts_against_removing(tmp_path):
    log = simulated(tmp_path, "aromo", customers=6_000, reject=0.05).log
    design = yaml.safe_load(log.texts["blueprint"])
    design["touchpoints"]["identity.requested"]["gate"]["avoids"] = 2_000_000
    (plain,), (guarded,) = (
        gates(log),
        gates(log.with_texts(blueprint=yaml.safe_dump(design, sort_keys=False))),
    )
    monthly = guarded.visits.count(REJECTED) * 2_000_000 / guarded.months
    assert guarded.loss_avoided == pytest.approx(monthly, abs=0.1)
    assert guarded.money.expected == pytest.approx(plain.money.expected - monthly)
    assert guarded.verdict != "remove"


def test_where_nobody_is_in_view_nothing_is_found(tmp_path):
    log = simulated(tmp_path, "aromo", customers=600).log
    (found,) = gates(log.where("region = 'Nowhere'"))
    assert (found.to_dict()["reached"], found.money, found.verdict) == (0, None, "keep")


def test_the_command_says_the_same_as_json(company, gate, capsys):
    assert code_of(["gates", str(company.log.path), "--json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    wanted = ["step", "origin", "reached", "rejected", "gave_up", "extra_contacts", "money", "verdict"]
    assert list(told)[: len(wanted)] == wanted
    assert told["reached"] == len(gate.visits) and told["money"]["per"] == "month"


def slow_outcomes(visits):
    """Each stop by a walk through its person's events."""
    log, events = visits.facts.log, visits.facts.units.events
    base = visits.gate.key.rpartition(".")[0]
    found = []
    for place in visits.event.tolist():
        outcome = None
        for later in range(place + 1, len(events.step)):
            step = log.step_names[events.step[later]]
            if events.person[later] != events.person[place] or step == visits.gate.key:
                break
            month = events.at[later] - events.at[place] <= 30 * 86_400_000_000
            if step == f"{base}.rejected":
                outcome = "rejected"
            elif step == f"{base}.approved" or (step in visits.facts.anchors and month):
                outcome = "passed"
            if outcome:
                break
        waits = visits.facts.end - events.at[place] <= visits.limit
        found.append(outcome or ("open" if waits else "gave_up"))
    return found


def test_outcomes_equal_a_walk_through_every_life(gate):
    fast = np.array(["passed", "rejected", "open", "gave_up"])[gate.visits.outcome]
    assert fast.tolist() == slow_outcomes(gate.visits)
