from __future__ import annotations

from collections import Counter

import pytest

import trayecto
from recorrido.journeys import bridge
from recorrido.journeys.actions import build_now, install_blueprint
from recorrido.journeys.blueprint import read_blueprint
from recorrido.simulator import actions
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.parsing import load_scenario, shipped_names
from recorrido.simulator.scenario import resized
from recorrido.simulator.writer import write_run
from trayecto.designed import build_designed

LEFT_OUT = {"row", "variant", "person", "journey"}  # numbers of their own


def lives(log):
    """How often each course of a journey occurs: its facts, steps, moments and channels."""
    return Counter(
        repr(
            (
                {name: value for name, value in row.items() if name not in LEFT_OUT},
                [(one.step, one.at) if hasattr(one, "step") else one for one in log.steps_of(row["row"])],
                log.values_of(row["row"], "channel"),
            )
        )
        for row in log.journeys().to_pylist()
    )


def file_log(scenario, folder, journeys):
    write_run(scenario=scenario, out=folder)
    blueprint = read_blueprint((folder / "blueprint.yaml").read_text(encoding="utf-8"))
    events = trayecto.read_events(str(folder / "events.parquet"), journey="", tz=blueprint.time_zone)
    return build_designed(events, folder / journeys, blueprint=blueprint, journeys=journeys)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("journeys", ["order", "return"])  # persons are joined otherwise in the ledger
def test_a_log_built_from_the_file_has_the_journeys_of_one_built_from_the_ledger(
    aromo, tmp_path, settings, journeys
):
    settings.RECORRIDO_DATA = tmp_path / "data"
    small = resized(aromo, customers=800)
    actions.feed(scenario=small)
    install_blueprint(source=blueprint_text(small), file_name="blueprint.yaml", actor=None)
    build_now(journey_type=journeys, actor=None)
    log, _plan = file_log(small, tmp_path, journeys)
    assert log.total_journeys > 20
    assert lives(log) == lives(trayecto.JourneyLog.open(bridge.log_folder(journeys)))


@pytest.mark.parametrize("name", shipped_names())
def test_the_blueprint_of_a_run_names_every_event(name, tmp_path):
    scenario = resized(load_scenario(name), customers=1_500)
    _log, plan = file_log(scenario, tmp_path, "purchase")
    assert plan.unmatched == {}


def test_the_log_keeps_the_blueprint_it_was_built_by(aromo, tmp_path):
    log, _plan = file_log(resized(aromo, customers=300), tmp_path, "order")
    opened = trayecto.JourneyLog.open(tmp_path / "order")
    assert opened.texts == {"blueprint": (tmp_path / "blueprint.yaml").read_text(), "journeys": "order"}
    assert opened.version == log.version
