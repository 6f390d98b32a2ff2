import gzip
import json

import pytest

from recorrido.journeys.blueprint import read_blueprint
from recorrido.simulator.dated import calendar_text
from recorrido.simulator.designs import blueprint_text
from recorrido.simulator.parsing import load_scenario, shipped_names
from recorrido.simulator.scenario import resized
from recorrido.simulator.writer import write_run
from trayecto.changes import read_calendar


@pytest.fixture(scope="module")
def small(aromo):
    return resized(aromo, customers=400)


def test_the_same_scenario_gives_the_same_bytes(small, tmp_path):
    for name in ("a", "b"):
        write_run(scenario=small, out=tmp_path / name, compress=True)
    for file in ("events.jsonl.gz", "events.parquet", "blueprint.yaml", "calendar.yaml", "truth.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_each_line_is_one_event_with_its_source(small, tmp_path):
    report = write_run(scenario=small, out=tmp_path)
    lines = [json.loads(line) for line in report.events_path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == report.events
    assert {"source", "message_id", "type", "at", "identifiers"} <= set(lines[0])


def test_compressed_events_are_the_same_events(small, tmp_path):
    plain = write_run(scenario=small, out=tmp_path).events_path.read_bytes()
    packed = write_run(scenario=small, out=tmp_path, compress=True).events_path.read_bytes()
    assert gzip.decompress(packed) == plain
    assert not (tmp_path / "events.jsonl").exists()


def test_progress_ends_at_all_events(small, tmp_path):
    told = []
    report = write_run(scenario=small, out=tmp_path, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (report.events, report.events)


def test_the_calendar_has_promotions_and_what_people_wrote_and_never_the_day_of_a_fault_by_its_name(tmp_path):
    for name in shipped_names():
        scenario = load_scenario(name)
        file = tmp_path / "calendar.yaml"
        file.write_text(calendar_text(scenario), encoding="utf-8")
        told = {(one.date, one.label) for one in read_calendar(file)}
        assert {(one.starts, one.name) for one in scenario.demand.promotions} < told
        faults = {word for fault in (*scenario.faults, *scenario.gates) for word in (fault.key, fault.name)}
        assert not faults & {label for _day, label in told}


def test_what_the_calendar_names_is_in_the_blueprint():
    for name in shipped_names():
        scenario = load_scenario(name)
        blueprint = read_blueprint(blueprint_text(scenario))
        for entry in scenario.calendar:
            assert entry.department in blueprint.departments
            assert entry.touchpoint in {"", *(one.key for one in blueprint.touchpoints)}
