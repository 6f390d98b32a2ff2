"""A small version of ``make validate-whatif``: what a log alone tells of a gate and a late carrier, beside the truth."""

from __future__ import annotations

import pytest

import trayecto
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.emit import tell
from recorrido.simulator.model import simulate
from recorrido.simulator.parsing import load_scenario
from recorrido.simulator.scenario import resized
from recorrido.simulator.tables import flat
from recorrido.simulator.truth import totals_of, truth_of
from recorrido.simulator.valuing import values_text
from trayecto.blueprint import read_blueprint
from trayecto.designed import build_designed
from trayecto.whatif import changes_from, what_if

OUTCOMES = ("orders_kept", "contacts", "money")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The truth of the business customers, and their log."""
    scenario, folder = resized(load_scenario("b2b"), customers=3_000), tmp_path_factory.mktemp("b2b")
    world = simulate(scenario)
    trayecto.write_events(folder / "events.parquet", flat(tell(world)))
    blueprint = read_blueprint(blueprint_text(scenario))
    events = trayecto.read_events(str(folder / "events.parquet"), journey="", tz=blueprint.time_zone)
    texts = {"values": values_text(scenario, totals_of(world))}
    log, _ = build_designed(events, folder / "log", blueprint=blueprint, texts=texts)
    return truth_of(scenario, (), world), log


def test_the_truth_lies_in_nearly_all_intervals(company):
    truth, log = company
    held = []
    for fault in truth["faults"].values():
        told = {one.name: one.effect for one in what_if(log, changes_from(fault["undo"])).outcomes}
        held += [told[name].low <= fault["effect"][name] <= told[name].high for name in OUTCOMES]
    assert len(held) == 6 and sum(held) >= 5


def test_every_undoing_is_told_to_be_for_the_better(company):
    truth, log = company
    for fault in truth["faults"].values():
        told = {one.name: one.effect for one in what_if(log, changes_from(fault["undo"]), draws=100).outcomes}
        assert told["orders_kept"].expected > 0 > told["contacts"].expected and told["money"].expected > 0
