"""``trayecto align`` on a log built from a file: the figures can be counted by hand."""

from __future__ import annotations

import json

import pytest
from tests.trayecto.test_designed_paths import HEAD

from trayecto.cli.app import code_of

JOURNEYS = {
    "1": "order pack invoice send",
    "2": "order invoice pack send",
    "3": "order call send",
    "4": "order pack",
}
PATH = "    path: [order, {any_order: [pack, invoice]}, send]\n"


@pytest.fixture
def events(tmp_path):
    file = tmp_path / "events.csv"
    rows = [
        f"{key},{step},2026-01-0{place}T10:00:00Z\n"
        for key, steps in JOURNEYS.items()
        for place, step in enumerate(steps.split(), 1)
    ]
    file.write_text("order,event,at\n" + "".join(rows), encoding="utf-8")
    return file


def blueprint(tmp_path, *, text=HEAD + PATH):
    file = tmp_path / "blueprint.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def asked(capsys, *arguments):
    code = code_of([*map(str, arguments)])
    said = capsys.readouterr()
    return code, json.loads(said.out) if code == 0 else said.err


@pytest.fixture
def log(tmp_path, events, capsys):
    assert code_of(["build", str(events), "--step", "event", "--blueprint", str(blueprint(tmp_path)), "--out", str(tmp_path / "log")]) == 0  # fmt: skip
    capsys.readouterr()
    return tmp_path / "log"


def test_each_variant_has_its_cheapest_explanation(log, capsys):
    code, said = asked(capsys, "align", log, "--json")
    assert code == 0
    assert (said["journeys"], said["fitting"]) == (4, 2)
    assert {" ".join(one["steps"]): one["cost"] for one in said["variants"]} == {
        "order pack invoice send": 0, "order invoice pack send": 0, "order call send": 3, "order pack": 2,
    }  # fmt: skip
    assert said["fitness"] == pytest.approx((1 + 1 + (1 - 3 / 7) + (1 - 2 / 6)) / 4)
    deviating = next(one for one in said["variants"] if one["steps"] == ["order", "pack"])
    assert [move for move in deviating["moves"] if move["kind"] == "skipped"] == [
        {"kind": "skipped", "step": "invoice"}, {"kind": "skipped", "step": "send"},
    ]  # fmt: skip


def test_the_costs_of_the_blueprint_count(log, tmp_path, capsys):
    dear = blueprint(tmp_path, text=HEAD + PATH + "    costs: {call: 10, invoice: {skipped: 2.5}}\n")
    _, said = asked(capsys, "align", log, "--blueprint", dear, "--json")
    costs = {" ".join(one["steps"]): one["cost"] for one in said["variants"]}
    assert (costs["order call send"], costs["order pack"]) == (13.5, 3.5)


def test_a_cost_of_a_touchpoint_that_no_journey_has_refuses_nothing(log, tmp_path, capsys):
    mail = "  mail: {event: mail, stage: service, owner: shop}\njourneys:"
    text = HEAD.replace("journeys:", mail) + PATH + "    costs: {mail: 10}\n"
    dear = blueprint(tmp_path, text=text)
    code, said = asked(capsys, "align", log, "--blueprint", dear, "--json")
    assert (code, said["fitting"]) == (0, 2)


def test_a_log_that_no_blueprint_built_is_read_by_the_events_of_the_touchpoints(events, tmp_path, capsys):
    assert code_of(["build", str(events), "--journey", "order", "--step", "event", "--out", str(tmp_path / "plain")]) == 0  # fmt: skip
    capsys.readouterr()
    renamed = (HEAD + PATH).replace("  pack: {", "  packing: {").replace("[pack,", "[packing,")
    code, said = asked(
        capsys, "align", tmp_path / "plain", "--blueprint", blueprint(tmp_path, text=renamed), "--json"
    )
    assert code == 0
    assert said["fitting"] == 2


def test_a_blueprint_without_a_path_is_told(log, tmp_path, capsys):
    code, said = asked(capsys, "align", log, "--blueprint", blueprint(tmp_path, text=HEAD))
    assert code == 2
    assert "write journeys.order.path" in said


def test_the_table_tells_deviations_and_variants(log, capsys):
    assert code_of(["align", str(log)]) == 0
    said = capsys.readouterr().out
    assert "2 of 4 journeys (50.0%) go as designed" in said
    assert "order −invoice pack −send" in said
