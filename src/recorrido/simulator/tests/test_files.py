import gzip
import json

import pytest

from recorrido.simulator.scenario import resized
from recorrido.simulator.writer import write_run


@pytest.fixture(scope="module")
def small(aromo):
    return resized(aromo, customers=400)


def test_the_same_scenario_gives_the_same_bytes(small, tmp_path):
    for name in ("a", "b"):
        write_run(scenario=small, out=tmp_path / name, compress=True)
    for file in ("events.jsonl.gz", "events.parquet", "blueprint.yaml", "truth.json"):
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
