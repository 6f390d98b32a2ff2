"""``trayecto cohorts``, ``compare``, ``sankey`` and ``object-map`` as a shell sees them."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from tests.trayecto.event_tables import events_of

import trayecto
from trayecto.cli.app import code_of
from trayecto.units import to_microseconds

START = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    days = [
        (number, step, START + timedelta(days=number + later))
        for number in range(60)
        for later, step in enumerate(("order", "ship"))
    ]
    rows = [(f"o{number}", step, to_microseconds(at)) for number, step, at in days]
    folder = tmp_path_factory.mktemp("logs") / "orders.log"
    trayecto.build(events_of(rows, person=[f"p{number % 40}" for number, _step, _at in days]), folder)
    return str(folder)


def asked(capsys, *words):
    assert code_of([*words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_cohorts_say_who_came_back(log, capsys):
    told = asked(capsys, "cohorts", log, "--step", "order", "--by", "month")
    assert (told["persons"], told["orders"]) == (40, 60)
    assert [one["start"] for one in told["cohorts"]] == ["2026-01-01", "2026-02-01"]


def test_a_log_without_a_blueprint_asks_for_the_step_of_an_order(log, capsys):
    assert code_of(["cohorts", log]) == 2
    assert "--step" in capsys.readouterr().err


def test_compare_puts_two_filters_side_by_side(log, capsys):
    told = asked(
        capsys, "compare", log, "--a", "started_between('2026-01-01', '2026-02-01')", "--b", "has('ship')"
    )
    assert (told["a"]["journeys"], told["b"]["journeys"], told["both"]) == (27, 60, 27)


def test_sankey_follows_paths(log, capsys):
    told = asked(
        capsys, "sankey", log, "--around", "order", "--before", "0", "--after", "1", "--within", "2d"
    )
    assert told["bands"] == [{"level": 0, "source": "order", "target": "ship", "journeys": 60}]


def test_pictures_are_written(log, tmp_path, capsys):
    for words in (
        ["sankey", log, "--around", "order"],
        ["compare", log, "--a", "has('order')", "--b", "has('ship')"],
    ):
        assert code_of([*words, "--svg", str(tmp_path / "one.svg")]) == 0
        assert (tmp_path / "one.svg").read_text().startswith("<svg")


OCEL = {
    "objectTypes": [{"name": "order", "attributes": []}], "eventTypes": [{"name": "place", "attributes": []}],
    "objects": [{"id": "o1", "type": "order"}],
    "events": [
        {"id": "e1", "type": "place", "time": "2026-01-01T00:00:00Z", "relationships": [{"objectId": "o1", "qualifier": ""}]},
        {"id": "e2", "type": "ship", "time": "2026-01-02T00:00:00Z", "relationships": [{"objectId": "o1", "qualifier": ""}]},
    ],
}  # fmt: skip


def test_object_map_reads_ocel(tmp_path, capsys):
    path = tmp_path / "log.jsonocel"
    path.write_text(json.dumps(OCEL))
    told = asked(capsys, "object-map", str(path))
    assert told["flows"][0] == {
        "type": "order", "source": "place", "target": "ship", "events": 1, "objects": 1, "total": 1,
        "seconds": {"mean": 86400.0, "median": 86400.0, "p90": 86400.0, "min": 86400.0, "max": 86400.0},
    }  # fmt: skip


def test_a_file_that_is_not_there_is_told_in_one_sentence(capsys):
    assert code_of(["object-map", "nothing.jsonocel"]) == 2
    assert "no file nothing.jsonocel" in capsys.readouterr().err
