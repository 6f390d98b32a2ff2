"""Journeys that began before the log: a log whose first weeks are cut off says of the others what the whole one says."""

from __future__ import annotations

import numpy as np
import pytest

from trayecto.cli.app import code_of
from trayecto.deviations import DeviationsResult, deviations
from trayecto.deviations.began import PART
from trayecto.log.journeylog import JourneyLog

BLUEPRINT = """\
blueprint: shop
departments: {shop: {}, depot: {}}
touchpoints:
  order: {event: order, stage: checkout, owner: shop}
  pack: {event: pack, stage: delivery, owner: depot}
  send: {event: send, stage: delivery, owner: depot}
  call: {event: call, stage: service, owner: shop, nature: support}
journeys:
  order:
    key: order
    goal: send
    path: [order, pack, send]
"""
DAYS, CUT, JOURNEYS, NOT_ORDERED = 200.0, 30.0, 3_000, 0.1
Event = tuple[str, str, float]


def whole(seed: int = 5) -> list[Event]:
    """Journey, step and day: orders packed within three days and sent within three more; one in ten was never ordered, and
    somebody calls about some."""
    chance, events = np.random.default_rng(seed), []
    for number in range(JOURNEYS):
        at = chance.random() * DAYS
        if chance.random() < NOT_ORDERED:
            steps = ["pack", "send"]
        else:
            steps = ["order", "pack", "send"]
        for step in steps:
            events.append((f"j{number}", step, at))
            at += 0.1 + 2.9 * chance.random()
        if chance.random() < 0.2:
            events.append((f"j{number}", "call", at))
    return events


def judged(folder, events: list[Event]) -> DeviationsResult:
    folder.mkdir()
    begin = np.datetime64("2026-01-01T00:00:00")
    rows = [f"{journey},{step},{begin + round(day * 86_400)}Z" for journey, step, day in events]
    (folder / "events.csv").write_text("\n".join(["order,event,at", *rows]) + "\n")
    (folder / "shop.yaml").write_text(BLUEPRINT)
    arguments = ["--step", "event", "--blueprint", folder / "shop.yaml", "--out", folder / "log"]
    assert code_of([str(one) for one in ("build", folder / "events.csv", *arguments)]) == 0
    return deviations(JourneyLog.open(folder / "log"))


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """What is said of the log without its first days, and the journeys that the cut went through."""
    events = whole()
    begun = {journey: day for journey, _step, day in reversed(events)}
    left = [event for event in events if event[2] >= CUT]
    through = {journey for journey, _step, _day in left if begun[journey] < CUT}
    return judged(tmp_path_factory.mktemp("cut") / "shop", left), through


@pytest.fixture(scope="module")
def uncut(tmp_path_factory):
    return judged(tmp_path_factory.mktemp("uncut") / "shop", whole())


def skipping(result: DeviationsResult, step: str) -> float:
    found = (
        one for one in result.deviations if (one.deviation.kind, one.deviation.step) == ("skipped", step)
    )
    return next((one.share.expected for one in found), 0.0)


def test_journeys_that_the_beginning_of_the_log_cut_through_are_counted_apart(cut):
    result, through = cut
    begun_within = NOT_ORDERED * JOURNEYS * result.began_within_days / DAYS
    assert len(through) <= result.began_before <= len(through) + 3 * begun_within
    assert result.began_before + result.judged + result.open <= JOURNEYS


def test_what_is_skipped_is_what_the_whole_log_says(cut, uncut):
    assert skipping(cut[0], "order") == pytest.approx(skipping(uncut, "order"), abs=0.01)
    assert skipping(cut[0], "pack") == 0
    assert cut[0].fitness == pytest.approx(uncut.fitness, abs=0.005)


def test_steps_skipped_later_than_a_journey_may_wait_stay_deviations(uncut):
    assert 2.5 < uncut.began_within_days < 3.1
    assert uncut.began_before < 0.03 * NOT_ORDERED * JOURNEYS + 5
    assert skipping(uncut, "order") == pytest.approx(NOT_ORDERED, abs=0.02)


def test_a_stray_early_date_is_not_the_beginning(cut, tmp_path):
    events = [event for event in whole() if event[2] >= CUT]
    stray = judged(tmp_path / "stray", [("stray", "order", -4_000.0), ("stray", "pack", -3_999.0), *events])
    assert stray.began_before == pytest.approx(cut[0].began_before, abs=3)


def test_where_journeys_wait_for_long_at_most_a_part_of_the_log_is_its_beginning(tmp_path):
    slow = [
        (f"s{n}", step, n / 2 + 90.0 * place)
        for n in range(200)
        for place, step in enumerate(("order", "send"))
    ]
    result = judged(tmp_path / "slow", [*slow, *whole()[:30]])
    assert result.began_within_days == pytest.approx(190 / PART, abs=1)


def test_where_nobody_begins_as_designed_nobody_is_said_to_have_begun_before(tmp_path):
    events = [event for event in whole()[:300] if event[1] != "order"]
    assert judged(tmp_path / "none", events).began_before == 0
