"""``trayecto findings`` against companies whose truth is known."""

from __future__ import annotations

import json
from contextlib import redirect_stdout
from datetime import UTC, datetime
from io import StringIO

import numpy as np
import pytest
from msgspec.structs import replace

import trayecto
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.faults import SilentMessage
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of, truth_of
from recorrido.simulator.valuing import values_text
from trayecto.blueprint import read_blueprint
from trayecto.cli.app import code_of
from trayecto.designed import build_designed
from trayecto.findings import findings, union_of
from trayecto.money import total_of
from trayecto.whatif import changes_from, what_if

DRAWS = 40


def log_of(world, folder, edited=iter):
    blueprint = read_blueprint(blueprint_text(world.plan.scenario))
    trayecto.write_events(folder / "events.parquet", edited(flat(tell(world))))
    events = trayecto.read_events(str(folder / "events.parquet"), journey="", tz=blueprint.time_zone)
    texts = {"values": values_text(world.plan.scenario, totals_of(world))}
    return build_designed(events, folder / "log", blueprint=blueprint, texts=texts)[0]


@pytest.fixture(scope="module")
def log(world, tmp_path_factory):
    """The demo at a tenth of its size: four faults, and one carrier that only seems late."""
    return log_of(world, tmp_path_factory.mktemp("aromo"))


@pytest.fixture(scope="module")
def result(log):
    return findings(log, draws=DRAWS)


def at(result, step):
    return next(one for one in result.standing if one.born_at == step)


def test_what_costs_most_comes_first_and_it_is_the_gate_then_the_refunds(result):
    first, second = result.findings[:2]
    assert (first.kind, first.step, first.department) == ("gate", "identity.requested", "risk")
    assert (second.kind, second.step, second.department) == ("late", "refund.paid", "finance")


def test_a_finding_costs_what_what_if_says_of_the_change_that_undoes_it(result, log):
    undone = [one for one in result.standing if one.undo is not None]
    assert {one.undo.to_dict()["change"] for one in undone} >= {"remove_gate", "failure_rate", "fix"}
    for one in undone:
        answer = what_if(log, changes_from(one.to_dict()["undo"]), draws=DRAWS)
        money = next(outcome.effect for outcome in answer.outcomes if outcome.name == "money")
        told = (one.money.low, one.money.expected, one.money.high)
        said = (money.low, money.expected, money.high)
        assert [end * one.months for end in told] == pytest.approx(said)


def test_the_message_that_fell_silent_is_dated_and_felt_at_the_telephone(result):
    silent = at(result, "pickup.notified")
    assert (silent.kind, silent.department, silent.felt_at) == ("failure demand", "it", "call")
    assert silent.since.isoformat() in {"2026-09-22", "2026-09-23", "2026-09-24"}


def test_the_carrier_of_far_regions_is_never_blamed(result):
    blamed = [(one.cause.value, one.discarded) for one in result.findings if one.cause]
    assert ("Austral", False) not in blamed


def test_the_late_carrier_is_blamed_by_name(result):
    late = at(result, "order.delivered")
    assert (late.cause.attribute, late.cause.value, late.method) == ("carrier", "Ruta Sur", "adjusted")


def test_every_journey_of_a_finding_has_its_step(result, log):
    gate = result.findings[0]
    steps = [{name for name, _ in log.steps_of(row)} for row in gate.rows[:50].tolist()]
    assert all(gate.step in taken for taken in steps) and gate.journeys == len(set(gate.rows.tolist()))
    assert len(gate.sample) == 20 and set(gate.sample) <= set(log.attributes["journey"].to_pylist())


def test_money_is_what_its_lines_add_up_to(result):
    for one in result.standing:
        summed = total_of(one.lines)
        assert one.money.expected == pytest.approx(summed.expected, rel=1e-6)
        assert one.money.low <= one.money.expected <= one.money.high


def test_together_findings_cost_less_than_their_sum_and_more_than_the_first(result):
    summed = sum(one.money.expected for one in result.standing)
    assert result.findings[0].money.expected < result.total.expected <= summed
    assert union_of(result.standing).to_dict() == result.total.to_dict()


def test_the_same_log_gives_the_same_findings_with_the_same_ids(result, log):
    again = findings(log, draws=DRAWS)
    assert [one.to_dict() for one in again.findings] == [one.to_dict() for one in result.findings]


def test_the_command_prints_a_list_with_the_fields_that_others_read(log):
    printed = StringIO()
    with redirect_stdout(printed):
        code = code_of(["findings", str(log.path), "--draws", "20", "--json"])
    first = json.loads(printed.getvalue())[0]
    assert code == 0
    assert {"kind", "step", "cause", "felt_at", "born_at", "department", "journeys", "method"} <= set(first)
    assert (
        set(first["money"]) == {"low", "expected", "high", "currency", "per"}
        and first["money"]["per"] == "month"
    )


def test_without_a_value_model_findings_have_no_money(log, tmp_path):
    texts = {name: text for name, text in log.texts.items() if name != "values"}
    blueprint = read_blueprint(texts["blueprint"])
    events = trayecto.read_events(str(log.path.parent / "events.parquet"), journey="", tz=blueprint.time_zone)
    bare, _ = build_designed(events, tmp_path / "log", blueprint=blueprint)
    found = findings(bare, draws=20)
    assert found.standing and all(
        one.money is None and one.to_dict()["money"] is None for one in found.standing
    )
    assert found.total is None


@pytest.mark.parametrize("seed", [11, 12])
def test_nothing_is_found_where_nothing_is_planted(seed, tmp_path):
    calm = resized(load_scenario("calm"), customers=5_000, seed=seed)
    assert findings(log_of(simulate(calm), tmp_path), draws=DRAWS).standing == ()


def test_a_fault_with_a_first_day_is_dated(tmp_path):
    shop = resized(load_scenario("one_fault"), customers=8_000)
    found = findings(log_of(simulate(shop), tmp_path), draws=DRAWS).standing
    assert [(one.kind, one.born_at, one.department) for one in found] == [
        ("failure demand", "order.prepared", "warehouse")
    ]
    assert found[0].since.isoformat()[:7] == "2026-09"


def without_a_notice(**felt):
    """A company in which no pickup notice was ever sent."""
    fault = SilentMessage(key="silent", name="Sin aviso", owner="it", share=1, **felt)
    return replace(resized(load_scenario("calm"), customers=9_000, seed=13), faults=(fault,))


def test_a_message_nobody_was_ever_sent_is_told_by_those_who_ask(tmp_path):
    world = simulate(without_a_notice(contact=0.15, cancel=0.02))
    (found,) = findings(log_of(world, tmp_path), draws=DRAWS).standing
    assert (found.kind, found.born_at, found.department) == ("failure demand", "pickup.notified", "it")
    assert (found.undo, found.method) == (None, "association")
    truth = truth_of(world.plan.scenario, (), world)["faults"]["silent"]["effect"]
    contacts = found.effects["contacts"]
    assert contacts.low <= truth["contacts"] / found.months <= contacts.high


def test_a_message_nobody_was_ever_sent_and_nobody_misses_is_no_finding(tmp_path):
    missed = simulate(without_a_notice(contact=0.0, cancel=0.0, score_drop=0.0, repurchase=1.0))
    assert findings(log_of(missed, tmp_path), draws=DRAWS).standing == ()


def asking_more(blocks):
    """Since 7 September one in eight who order asks something the day after, and nothing says why."""
    day = int(datetime(2026, 9, 7, tzinfo=UTC).timestamp() * 1e6)
    for block in blocks:
        yield block
        if block["event"][0] == "order.placed":
            asks = (np.arange(len(block["at"])) % 8 == 0) & (block["at"] >= day)
            some = {name: np.array(block[name])[asks] for name in ("id", "at", "person", "order_id")}
            told = {"event": "contact.received", "channel": "phone", "source": "desk", "reason": "general"}
            yield (
                some
                | {"at": some["at"] + 86_400_000_000}
                | {name: np.full(asks.sum(), one) for name, one in told.items()}
            )


def test_what_more_people_ask_after_a_step_since_a_day_is_dated(tmp_path):
    world = simulate(resized(load_scenario("calm"), customers=8_000, seed=13))
    (found,) = findings(log_of(world, tmp_path, asking_more), draws=DRAWS).standing
    assert found.kind == "changed" and "2026-09-05" <= found.since.isoformat() <= "2026-09-09"
    assert found.evidence["after"] > 3 * found.evidence["before"] > 0


def late_in_one_month(blocks):
    """Every fourth parcel of one carrier that arrives in August comes eight days later."""
    first, last = (datetime(2026, *day, tzinfo=UTC).timestamp() * 1e6 for day in ((8, 5), (9, 2)))
    mine: set[str] = set()
    for block in blocks:
        if block["event"][0] == "order.shipped":
            mine |= set(np.array(block["order_id"])[np.array(block["carrier"]) == "Paso Andino"].tolist())
        if block["event"][0] == "order.delivered":
            at = block["at"]
            held = (
                np.isin(block["order_id"], list(mine))
                & (at >= first)
                & (at < last)
                & (np.arange(len(at)) % 4 == 0)
            )
            block["at"] = at + held * 8 * 86_400_000_000
        yield block


def test_a_carrier_that_was_late_in_one_month_is_told_though_no_change_says_the_month(tmp_path):
    world = simulate(resized(load_scenario("calm"), customers=9_000, seed=13))
    (found,) = findings(log_of(world, tmp_path, late_in_one_month), draws=DRAWS).standing
    assert (found.cause.value, found.undo) == ("Paso Andino", None)
    assert ["period", "0"] in found.evidence["conditions"]
