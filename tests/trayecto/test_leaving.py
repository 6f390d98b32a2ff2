"""The score of open journeys: nothing later than the moment moves it, and what it says is what happens."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from tests.trayecto.simulated import simulated

from trayecto.cli.app import code_of
from trayecto.errors import BadValue
from trayecto.flat import Flat
from trayecto.leaving import LEFT, LIKELY, Scorecard, Watcher, fit, leaving
from trayecto.leaving.scorecard import quality_of
from trayecto.regular import Standing

DAY = 86_400_000_000


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """Whose south is far late, and asked about: something to foresee."""
    return simulated(tmp_path_factory.mktemp("leaving"), "b2b", customers=5_000)


@pytest.fixture(scope="module")
def card(company):
    return fit(company.log)


@pytest.fixture(scope="module")
def watcher(company):
    return Watcher(Standing.of(company.log))


@pytest.fixture(scope="module")
def moment(watcher):
    end = int(watcher.standing.flat.times.max())
    return end - 40 * DAY


def with_another_future(watcher, at, seed):
    """The same journeys; every step after the moment becomes another one, at another time after it."""
    flat, luck = watcher.standing.flat, np.random.default_rng(seed)
    later = flat.times > at
    steps, times = flat.steps.copy(), flat.times.copy()
    steps[later] = luck.integers(0, len(watcher.standing.log.step_names), later.sum())
    times[later] = at + 1 + np.sort(luck.integers(0, 200 * DAY, later.sum()))
    # Within a journey times go on ascending: those after the moment are sorted over all journeys, in their order.
    return Watcher(replace(watcher.standing, flat=Flat(flat.log, flat.offsets, steps, times)))


@pytest.mark.parametrize("seed", range(3))
def test_another_future_moves_no_score(watcher, card, moment, seed):
    rows = watcher.under_way(moment)
    other = with_another_future(watcher, moment, seed)
    assert len(rows) > 50
    assert (
        card.scores(watcher.known(moment, rows)).tolist() == card.scores(other.known(moment, rows)).tolist()
    )
    assert card.reasons(watcher.known(moment, rows)) == card.reasons(other.known(moment, rows))


def test_what_is_known_equals_a_walk_through_the_steps_so_far(watcher, moment):
    rows, log = watcher.under_way(moment)[:60], watcher.standing.log
    known = watcher.known(moment, rows)
    names, places = known.columns["last step"]
    for place, row in enumerate(rows.tolist()):
        so_far = [step for step, at in log.steps_of(row) if at.timestamp() * 1e6 <= moment]
        assert names[places[place]] == so_far[-1]
        told, codes = known.columns["promise of order.delivered"]
        assert (told[codes[place]] == "–") == ("order.placed" not in so_far)


def test_an_attribute_is_not_known_before_the_step_that_tells_it(watcher, moment):
    rows = watcher.under_way(moment)
    names, places = watcher.known(moment, rows).columns["carrier"]
    shipped = watcher.standing.flat.first(["order.shipped"])[rows] <= moment
    told = np.array([name != "not yet" for name in names])[places]
    assert (told == shipped).all() and not shipped.all()


def test_only_journeys_on_the_path_and_short_of_the_goal_are_scored(watcher, moment):
    standing, rows = watcher.standing, watcher.under_way(moment)
    assert (standing.begins[rows] <= moment).all()
    assert (standing.leaves[rows] > moment).all() and (standing.arrives[rows] > moment).all()


def test_the_score_is_better_than_the_usual_share_and_calibrated_on_later_time(card):
    quality = card.quality
    assert quality.journeys > 500 and quality.auc > 0.52
    assert quality.brier <= quality.base_brier
    said = np.average(
        [one.said for one in quality.calibration], weights=[b.journeys for b in quality.calibration]
    )
    assert said == pytest.approx(quality.share, abs=0.03)


def test_a_score_goes_to_json_and_back(card, watcher, moment):
    again = Scorecard.from_dict(json.loads(json.dumps(card.to_dict())))
    known = watcher.known(moment, watcher.under_way(moment))
    assert again.scores(known).tolist() == card.scores(known).tolist()
    with pytest.raises(BadValue, match="fit it anew"):
        Scorecard.from_dict({"format": 0})


def test_every_journey_listed_is_open_and_says_why(company, card):
    found = leaving(company.log, card)
    open_ = Standing.of(company.log).open
    assert found.journeys and all(open_[one.row] for one in found.journeys)
    for one in found.journeys:
        assert one.step if one.state == LEFT else (one.state == LIKELY and one.score >= card.likely)
        assert len(one.reasons) <= 3


def test_the_measures_of_a_score_can_be_counted_by_hand():
    scores, left = np.array([0.1, 0.1, 0.4, 0.8]), np.array([False, False, True, True])
    quality = quality_of(scores, left, bins=2)
    assert quality.brier == pytest.approx((0.01 + 0.01 + 0.36 + 0.04) / 4)
    assert (quality.auc, quality.share, quality.base_brier) == (1.0, 0.5, 0.25)
    assert [(one.said, one.happened) for one in quality.calibration] == [
        (0.1, 0.0),
        (pytest.approx(0.6), 1.0),
    ]


def test_too_short_a_past_is_refused_with_what_is_needed(tmp_path):
    small = simulated(tmp_path, "b2b", customers=60)
    with pytest.raises(BadValue, match="Too few journeys"):
        fit(small.log)


def test_the_command_prints_the_calibration(company, capsys):
    assert code_of(["leaving", str(company.log.path)]) == 0
    assert "happened" in capsys.readouterr().out
