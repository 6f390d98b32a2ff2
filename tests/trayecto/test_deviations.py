"""How journeys leave their design: counted by hand on a small shop, and the comparison against a plain twin."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto.twins_deviations import beside_twin

from trayecto.cli.app import code_of
from trayecto.deviations.beside import LEAST, Sample, beside, share

BLUEPRINT = """\
blueprint: shop
departments: {shop: {}, depot: {}, money: {}}
touchpoints:
  order: {event: order, stage: checkout, owner: shop}
  pack: {event: pack, stage: delivery, owner: depot, promise: {within: 24h, since: order}}
  send: {event: send, stage: delivery, owner: depot}
  back: {event: back, stage: return, owner: depot}
  refund: {event: refund, stage: return, owner: money}
  call: {event: call, stage: service, owner: shop, nature: support}
journeys:
  order:
    key: order
    goal: send
    path: [order, pack, send]
    exceptions: {returned: [order, pack, send, back, refund]}
    rules:
      - {step: refund, never_before: back}
      - {step: send, within: 2d, since: pack}
      - {step: send, needs: pack}
"""
DAYS = {  # journey → steps, one a day unless told
    "fits": "order0 pack1 send2",
    "returned": "order0 pack1 send2 back3 refund4",
    "late": "order0 pack2 send3",
    "slow": "order0 pack1 send9",
    "called": "order0 pack1 call1.5 send2",
    "unpacked": "order0 send1",
    "swapped": "order0 send1 pack1.1",
    "paid first": "order0 pack1 send2 refund3 back4",
    "lost": "order0 pack1",
    "open": "order59 pack60",
}


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deviations")
    rows = ["order,event,at"]
    for journey, steps in DAYS.items():
        for told in steps.split():
            name = told.rstrip("0123456789.")
            seconds = round(float(told[len(name) :]) * 86_400)
            rows.append(f"{journey},{name},{np.datetime64('2026-01-01T00:00:00') + seconds}Z")
    (folder / "events.csv").write_text("\n".join(rows) + "\n")
    (folder / "shop.yaml").write_text(BLUEPRINT)
    arguments = [
        "build",
        folder / "events.csv",
        "--step",
        "event",
        "--blueprint",
        folder / "shop.yaml",
        "--out",
        folder / "log",
    ]
    assert code_of([*map(str, arguments)]) == 0
    return folder / "log"


@pytest.fixture
def said(log, capsys):
    capsys.readouterr()
    assert code_of(["deviations", str(log), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_open_journeys_are_not_judged(said):
    assert (said["journeys"], said["open"], said["conforming"]) == (9, 1, 2)


def test_a_step_that_is_missing_long_after_the_log_began_was_skipped_and_not_left_unrecorded(said):
    assert said["began_before"] == 0 and said["began_within_days"] > 0


def test_deviations_by_kind_have_their_step_their_rule_and_their_department(said):
    found = {
        (d["kind"], d["step"], d["rule"], d["other"]): (d["journeys"], d["department"])
        for d in said["deviations"]
    }
    swapped = {found.pop(("out of order", step, None, None), None) for step in ("pack", "send")}
    assert swapped == {(1, "depot"), None}  # either explains it
    assert found == {
        ("skipped", "pack", None, None): (1, "depot"),
        ("skipped", "send", None, None): (1, "depot"),
        ("inserted", "call", None, None): (1, "shop"),
        ("inserted", "back", None, None): (1, "depot"),
        ("inserted", "refund", None, None): (1, "money"),
        ("late", "pack", "promise", "order"): (2, "depot"),
        ("late", "send", "within", "pack"): (
            3,
            "depot",
        ),  # sent late, never sent, never sent after it was packed
        ("forbidden", "refund", "never_before", "back"): (1, "money"),
        ("forbidden", "send", "needs", "pack"): (2, "depot"),
    }


def test_journeys_count_once_for_a_department_and_once_for_a_kind(said):
    departments = {one["department"]: one["journeys"] for one in said["by_department"]}
    assert departments == {"depot": 6, "shop": 1, "money": 1}
    assert next(one for one in said["by_kind"] if one["kind"] == "forbidden")["journeys"] == 3


def test_too_few_journeys_are_compared_with_nobody(said):
    assert all(one["delay_days"] is None for one in said["deviations"])


def test_fitness_is_told_of_every_journey(said):
    assert sum(one["journeys"] for one in said["fitness_of_journeys"]) == 9
    exact = said["fitness_of_journeys"][-1]
    assert (exact["low"], exact["journeys"]) == (1.0, said["fitting"])


def test_the_table_names_what_deviates(log, capsys):
    assert code_of(["deviations", str(log)]) == 0
    assert "forbidden refund never_before back" in capsys.readouterr().out


@st.composite
def samples(draw):
    size = draw(st.integers(2 * LEAST, 80))
    chance = np.random.default_rng(draw(st.integers(0, 10_000)))
    values = np.where(chance.random(size) < 0.1, np.nan, chance.integers(0, 20, size).astype(float))
    sample = Sample(
        chance.integers(0, 3, size), chance.integers(0, size, size), chance.integers(1, 4, size).astype(float)
    )
    kinds = chance.integers(0, 3, size)
    return values, sample, kinds == 0, kinds == 1


@settings(max_examples=80, deadline=None)
@given(samples())
def test_the_comparison_is_that_of_a_plain_loop_over_strata_and_persons(told):
    found, expected = beside(*told), beside_twin(*told)
    assert (found is None) == (expected is None)
    if found is not None:
        measured = (
            found.compared,
            found.deviating,
            found.conforming,
            found.difference.low,
            found.difference.high,
        )
        assert measured == pytest.approx(expected)


def test_the_interval_holds_a_true_difference_nine_times_in_ten():
    chance, held = np.random.default_rng(3), 0
    for _trial in range(200):
        persons = chance.integers(0, 150, 400)
        strata, own = chance.integers(0, 3, 400), chance.normal(size=150)
        deviating = chance.random(400) < 0.3 + 0.1 * strata
        values = 2.0 * deviating + strata + own[persons] + chance.normal(size=400)
        found = beside(values, Sample(strata, persons, np.ones(400)), deviating, ~deviating)
        held += found.difference.low <= 2.0 <= found.difference.high
    assert 170 <= held <= 194


def test_a_share_stays_within_nothing_and_everything():
    sample = Sample(np.zeros(40, np.int64), np.arange(40), np.ones(40))
    all_of_them = np.ones(40, bool)
    assert share(all_of_them, all_of_them, sample).to_dict() == {"low": 1.0, "expected": 1.0, "high": 1.0}
    assert share(all_of_them, ~all_of_them, sample).expected == 0
