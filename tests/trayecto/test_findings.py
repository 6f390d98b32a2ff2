from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayecto.attempts.lives import DAY
from trayecto.causes import coded, single_causes
from trayecto.findings import Blamed, Finding, union_of
from trayecto.findings.since import change_of, gains_of
from trayecto.findings.together import marked
from trayecto.money import Interval

START = 20_000 * DAY


def finding(rows, expected, **told):
    money = Interval(expected / 2, expected, expected * 2)
    one = Finding(
        "late", "delivered", None, "delivered", "delivered", "logistics", np.array(rows), (), 1.0, "adjusted",
        money=money, currency="EUR",
    )  # fmt: skip
    return replace(one, **told)


# --- identity and overlaps ---


def test_the_id_is_of_kind_step_cause_and_department_only():
    one = finding([1, 2], 10.0)
    assert one.id == finding([3], 99.0, felt_at="call", since=None).id
    others = [{"kind": "gate"}, {"step": "paid"}, {"cause": Blamed("carrier", "Sur")}, {"department": "it"}]
    assert len({one.id, *(replace(one, **told).id for told in others)}) == 5


def test_findings_that_share_journeys_name_each_other():
    one, other, alone = (
        finding([1, 2, 3], 1.0),
        finding([3, 4], 2.0, step="paid"),
        finding([9], 3.0, step="sent"),
    )
    first, second, third = marked([one, other, alone])
    assert (first.overlaps, second.overlaps, third.overlaps) == ((other.id,), (one.id,), ())


def test_a_shared_journey_counts_once_with_the_finding_that_costs_most_there():
    one, other = finding([1, 2, 3, 4], 40.0), finding([4, 5], 100.0, step="paid")
    assert union_of([one, other]).expected == pytest.approx(3 * 10 + 2 * 50)


def test_look_alikes_and_findings_without_money_count_nothing():
    assert union_of([finding([1], 5.0, discarded=True), finding([2], 5.0, money=None)]) is None


@given(
    st.lists(st.tuples(st.sets(st.integers(0, 30), min_size=1), st.floats(1, 100)), min_size=1, max_size=5)
)
def test_the_union_is_what_a_loop_over_journeys_adds_up(told):
    found = [finding(sorted(rows), money, step=str(place)) for place, (rows, money) in enumerate(told)]
    each = {}
    for one in found:
        for row in one.rows.tolist():
            each[row] = max(each.get(row, 0.0), one.money.expected / one.journeys)
    assert union_of(found).expected == pytest.approx(sum(each.values()))


# --- since when ---


def steps_by_day(rates, each, seed=1):
    random = np.random.default_rng(seed)
    moment = START + np.repeat(np.arange(len(rates)), each) * DAY + 12 * 3_600_000_000
    return moment, random.random(len(moment)) < np.repeat(rates, each)


def test_a_rate_that_rises_is_dated_to_its_day():
    change = change_of(*steps_by_day([0.02] * 50 + [0.2] * 30, 60), "UTC")
    assert change.since == START + 50 * DAY and change.p < 1e-9
    assert change.before == pytest.approx(0.02, abs=0.01) and change.after == pytest.approx(0.2, abs=0.03)


def test_days_are_those_of_the_company():
    change = change_of(*steps_by_day([0.02] * 50 + [0.3] * 30, 60), "America/Bogota")
    assert change.since == START + 50 * DAY + 5 * 3_600_000_000


def test_an_even_rate_is_seldom_dated():
    changes = [change_of(*steps_by_day([0.1] * 90, 40, seed), "UTC") for seed in range(200)]
    assert sum(change is not None and change.p < 0.01 for change in changes) <= 6


def test_a_rate_that_falls_is_no_change_for_the_worse():
    change = change_of(*steps_by_day([0.3] * 40 + [0.05] * 40, 60), "UTC")
    assert change is None or change.p > 0.01


def test_nothing_is_said_of_a_few_days():
    assert change_of(*steps_by_day([0.1] * 10, 60), "UTC") is None
    assert change_of(np.array([], np.int64), np.array([], bool), "UTC") is None


def test_the_gain_of_a_day_is_twice_the_log_likelihood_ratio_of_two_rates_against_one():
    base, count = np.full(20, 10.0), np.array([1.0] * 10 + [4.0] * 10)
    one, two = 50 / 200, (10 / 100, 40 / 100)
    likely = [
        np.log(rate) * k + np.log(1 - rate) * (n - k) for rate, k, n in ((two[0], 10, 100), (two[1], 40, 100))
    ]
    whole = np.log(one) * 50 + np.log(1 - one) * 150
    assert gains_of(base, count)[10] == pytest.approx(2 * (sum(likely) - whole))


# --- single values ---


def carriers(seed, guilty):
    """Three carriers in two regions: the third serves the far one, where everybody is late."""
    random = np.random.default_rng(seed)
    far = random.random(9_000) < 0.4
    carrier = np.where(
        far, random.choice(3, 9_000, p=[0.2, 0.2, 0.6]), random.choice(3, 9_000, p=[0.5, 0.4, 0.1])
    )
    late = random.random(9_000) < 0.05 + 0.2 * far + guilty * (carrier == 1)
    features = [
        coded("region", ("near", "far"), far.astype(int)),
        coded("carrier", ("a", "b", "c"), carrier, 1),
    ]
    return features, late.astype(float), np.arange(9_000) // 2


@pytest.mark.parametrize("seed", range(3))
def test_a_value_is_told_from_one_that_only_serves_the_far_region(seed):
    told = single_causes(*carriers(seed, 0.12), comparable=["region"], blamable=["carrier"], least=30)
    by_value = {one.value: one for one in told}
    assert by_value["b"].p < 1e-6 and by_value["b"].effect.low <= 0.12 <= by_value["b"].effect.high
    assert by_value["c"].raw > 0.02 and by_value["c"].p > 0.01


def test_values_held_constant_are_not_asked_again():
    features, late, persons = carriers(1, 0.12)
    told = single_causes(
        features,
        late,
        persons,
        comparable=["region"],
        blamable=["carrier"],
        least=30,
        beside=[("carrier", "b")],
    )
    assert [one.value for one in told] == ["a", "c"] and min(one.p for one in told) > 0.001
