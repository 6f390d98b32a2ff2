"""Failure demand on logs small enough to trace by hand, and against a slow twin."""

from __future__ import annotations

import json
from math import inf

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trayecto import twins_demand as twin
from tests.trayecto.twins_demand import DAY, HOUR

import trayecto
from trayecto.attempts.facts import facts_of
from trayecto.blueprint import BlueprintInvalid, read_blueprint
from trayecto.cli.app import code_of
from trayecto.demand import failure_demand
from trayecto.demand.contacts import contacts_of
from trayecto.demand.controls import Lift, controls_of
from trayecto.designed import blueprint_of, build_designed

SHOP = """\
blueprint: shop
departments: {shop: {}, carriers: {}, it: {}, service: {}}
touchpoints:
  order: {event: order, stage: checkout, owner: shop}
  ready: {event: ready, stage: delivery, owner: shop, nature: internal}
  notice: {event: notice, stage: delivery, owner: it, nature: advice, direction: outbound, promise: {within: 4h, since: ready}}
  sent: {event: sent, stage: delivery, owner: carriers, nature: internal, promise: {within: 48h, since: order}}
  call: {event: call, stage: service, owner: service, nature: support, cost: 10}
journeys:
  purchase:
    key: person
    goal: sent
    boundaries: {anchor: order, before: 30d, close: sent, after: 60d, gap: 30d}
"""
RULES = """\
demand:
  - {when: {reason: [wrong, broken]}, born_at: ready}
  - {late: sent}
  - {not_sent: notice}
  - {after: ready, within: 6h, born_at: order}
"""
START = 1_780_000_000


def built(folder, lives, text=SHOP + RULES, **more):
    """``lives``: per person a list of (step, seconds, reason)."""
    rows = [(person, *event) for person, life in enumerate(lives) for event in life]
    persons, steps, at, reasons = zip(*rows, strict=True)
    table = pa.table(
        {
            "person": [f"p{one}" for one in persons],
            "event": list(steps),
            "at": pa.array([(START + one) * 1_000_000 for one in at], pa.timestamp("us", "UTC")),
            "reason": pa.array(list(reasons), pa.string()),
            "channel": ["phone"] * len(rows),
        }
    )
    events = trayecto.read_events(table, journey="", step="event", at="at")
    return build_designed(events, folder, blueprint=read_blueprint(text), **more)[0]


def traced(log):
    """(kind, step) of the cause of each contact, by person and time."""
    found = failure_demand(log)
    causes = [(one.kind, one.step) for one in found.explanations] + [None]
    return [causes[place] for place in found.cause.tolist()]


@pytest.mark.parametrize(
    ("life", "cause"),
    [
        ([("order", 0, None), ("call", 3 * HOUR, "wrong")], ("said", "ready")),
        ([("order", 0, None), ("call", 50 * HOUR, None)], ("late", "sent")),
        ([("order", 0, None), ("sent", 60 * HOUR, None), ("call", 100 * HOUR, None)], ("late", "sent")),
        ([("order", 0, None), ("sent", 40 * HOUR, None), ("call", 100 * HOUR, None)], None),
        ([("order", 0, None), ("ready", HOUR, None), ("call", 20 * HOUR, None)], ("not sent", "notice")),
        ([("order", 0, None), ("ready", 30 * HOUR, None), ("call", 32 * HOUR, None)], ("after", "order")),
        ([("call", 0, None), ("order", HOUR, None)], None),
        ([("call", 0, "broken")], ("said", "ready")),
    ],
)  # fmt: skip
def test_a_contact_has_the_first_rule_that_fits(tmp_path, life, cause):
    others = [
        [("order", 0, None), ("ready", HOUR, None), ("notice", 2 * HOUR, None), ("sent", 30 * HOUR, None)]
    ]
    assert traced(built(tmp_path / "log", [life, *others])) == [cause]


def test_a_contact_may_be_about_the_attempt_before(tmp_path):
    life = [
        ("order", 0, None),
        ("order", 49 * HOUR, None),
        ("sent", 60 * HOUR, None),
        ("call", 70 * HOUR, None),
    ]
    assert traced(built(tmp_path / "log", [life])) == [("late", "sent")]


@st.composite
def lives(draw):
    """A few persons whose events never share a moment."""
    found = []
    for _ in range(draw(st.integers(1, 4))):
        moments = draw(st.lists(st.integers(0, 200), min_size=1, max_size=9, unique=True))
        life = [
            (
                draw(st.sampled_from(["order", "order", "ready", "notice", "sent", "call", "call"])),
                moment * HOUR,
                draw(st.sampled_from([None, "wrong", "chat"])),
            )
            for moment in sorted(moments)
        ]
        found.append(life)
    return found


def twin_rules(lives):
    """RULES in plain Python."""
    end = max(at for life in lives for _, at, _ in life)
    notices = [
        attempt for life in lives for attempt in attempts(life) if twin.first(attempt, {"notice"}) < inf
    ]
    nobody_waits = set() if notices else {"sent"}

    def said(_attempts, _mine, contact):
        return contact[2] in {"wrong", "broken"}

    def late(attempts, mine, contact):
        return any(
            twin.is_overdue(attempts, one, contact[1], "sent", "order", 48 * HOUR, end, set()) for one in mine
        )

    def not_sent(attempts, mine, contact):
        return any(
            twin.is_overdue(attempts, one, contact[1], "notice", "ready", 4 * HOUR, end, nobody_waits)
            for one in mine
        )

    def after(attempts, mine, contact):
        begun = [twin.first(attempts[one], {"ready"}) for one in mine]
        return any(one <= contact[1] < one + 6 * HOUR for one in begun)

    return [said, late, not_sent, after]


def attempts(life):
    plain = [(step, at) for step, at, _ in life]
    return twin.attempts_of(plain, {"order"}, {"ready", "notice", "sent"})


def twin_cause(life, place, rules):
    plain = [(step, at) for step, at, _ in life]
    cut = attempts(life)
    before = len(plain) - sum(map(len, cut))
    own = sum(before + sum(map(len, cut[:number])) <= place for number in range(len(cut))) - 1
    mine = [own - back for back in range(twin.BACK + 1) if own - back >= 0] if own >= 0 else []
    return next((number for number, rule in enumerate(rules) if rule(cut, mine, life[place])), None)


@settings(max_examples=40)
@given(lives())
def test_tracing_equals_the_slow_twin(tmp_path_factory, lives):
    lives = [*lives, [("order", 0, None), ("sent", HOUR, None)]]
    if not any(step == "call" for life in lives for step, _, _ in life):
        return
    rules, names = (
        twin_rules(lives),
        [("said", "ready"), ("late", "sent"), ("not sent", "notice"), ("after", "order")],
    )
    expected = [
        None if (number := twin_cause(life, place, rules)) is None else names[number]
        for life in lives
        for place, (step, _, _) in enumerate(life)
        if step == "call"
    ]
    assert traced(built(tmp_path_factory.mktemp("random") / "log", lives)) == expected


def company(seed, *, persons=900, told=True, **rates):
    """Orders of a month, of which some are late, some get no notice; who is late or untold calls, and others now and then."""
    random = np.random.default_rng(seed)
    lives = []
    for _ in range(persons):
        at = int(random.integers(0, 60 * DAY))
        late, silent = random.random() < rates.get("late", 0.15), random.random() < rates.get("silent", 0.0)
        sent = at + (
            int(random.integers(3 * DAY, 6 * DAY)) if late else int(random.integers(30 * HOUR, 47 * HOUR))
        )
        life = [("order", at, None), ("ready", at + 4 * HOUR, None), ("sent", sent, None)]
        life += [] if silent else [("notice", at + 5 * HOUR, None)]
        for happens, moment, reason in (
            (late, at + 48 * HOUR + int(random.integers(HOUR, 20 * HOUR)), "where"),
            (silent, at + 4 * HOUR + int(random.integers(8 * HOUR, 24 * HOUR)), "when"),
        ):
            if happens and random.random() < 0.5:
                life.append(("call", moment, reason if told else None))
        if random.random() < 0.1:
            life.append(("call", at + int(random.integers(HOUR, 5 * DAY)), "chat" if told else None))
        lives.append(sorted(life, key=lambda event: event[1]))
    return lives


SAYING = "demand:\n  - {when: {reason: [wrong]}, born_at: ready}\n"


@pytest.fixture(scope="module")
def late_and_silent(tmp_path_factory):
    return built(tmp_path_factory.mktemp("company") / "log", company(3, silent=0.3), SHOP + SAYING)


def by_reason(log):
    found = failure_demand(log)
    steps = [one.step for one in found.explanations] + [None]
    pairs = zip(found.contacts.said("reason"), found.cause.tolist(), strict=True)
    return [(reason, steps[place]) for reason, place in pairs]


def test_promises_explain_the_contacts_they_make_and_not_those_that_come_anyway(late_and_silent):
    found = by_reason(late_and_silent)
    assert {step for reason, step in found if reason == "when"} == {"notice"}
    where = [step for reason, step in found if reason == "where"]
    assert where.count("sent") > 0.95 * len(where)
    assert {step for reason, step in found if reason == "chat"} == {None}


def test_without_a_promise_the_missing_step_is_learnt_from_comparable_attempts(tmp_path):
    text = (SHOP + SAYING).replace(", promise: {within: 4h, since: ready}", "")
    log = built(tmp_path / "log", company(4, silent=0.3, late=0.0), text)
    found = by_reason(log)
    assert {step for reason, step in found if reason == "when"} == {"notice"}
    assert {step for reason, step in found if reason == "chat"} == {None}
    assert next(one.method for one in failure_demand(log).by_cause) == "adjusted"


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_blamed_where_contacts_come_anyway(tmp_path, seed):
    text = (SHOP + SAYING).replace(", promise: {within: 48h, since: order}", "")
    log = built(tmp_path / "log", company(seed, late=0.0, persons=1_500), text)
    assert failure_demand(log).explained == 0


def test_shares_sum_to_one_by_department_and_by_cause_and_each_contact_counts_once(late_and_silent):
    found = failure_demand(late_and_silent)
    for rows in (found.by_department, found.by_cause):
        assert sum(one.share.expected for one in rows) == pytest.approx(1)
        assert sum(one.contacts for one in rows) == len(found.contacts)
    assert sorted(int(place) for one in found.by_cause for place in one.places) == list(
        range(len(found.contacts))
    )


def test_where_a_contact_is_born_and_where_it_is_felt_are_both_kept(late_and_silent):
    found = failure_demand(late_and_silent).by_cause
    assert {(one.born_at, one.department, one.felt_at) for one in found} == {
        ("sent", "carriers", "call"), ("notice", "it", "call"), (None, None, "call"),
    }  # fmt: skip


def test_the_share_lies_in_an_interval_that_narrows_with_the_log(tmp_path, late_and_silent):
    large = failure_demand(late_and_silent).by_department[0].share
    few = built(tmp_path / "log", company(3, silent=0.3, persons=200), SHOP + SAYING)
    small = failure_demand(few).by_department[0].share
    assert small.low <= small.expected <= small.high
    assert small.high - small.low > 1.5 * (large.high - large.low)


def test_money_is_contacts_a_month_times_the_cost_of_one(late_and_silent):
    cause = failure_demand(late_and_silent).by_cause[0]
    (line,) = cause.lines
    assert (line.what, line.each.expected) == ("phone", 10)
    assert cause.money.expected == pytest.approx(10 * cause.monthly.expected)
    assert cause.money.low < cause.money.expected < cause.money.high


def test_the_value_model_says_the_cost_by_channel(tmp_path):
    values = "currency: EUR\ncontact: {any: 2, phone: {low: 3, expected: 4, high: 6}}\n"
    log = built(
        tmp_path / "log", company(3, silent=0.3, persons=300), SHOP + SAYING, texts={"values": values}
    )
    cause = failure_demand(log).by_cause[0].to_dict()
    assert cause["money"]["currency"] == "EUR"
    assert cause["money"]["high"] == pytest.approx(6 * cause["monthly"]["high"])


def test_controls_are_moments_equally_late_in_attempts_that_compare(late_and_silent):
    facts = facts_of(late_and_silent, *blueprint_of(late_and_silent))
    contacts = contacts_of(facts)
    controls = controls_of(facts, contacts)
    ages = contacts.at[controls.of] - facts.units.ordered[contacts.unit[controls.of]]
    assert (controls.at - facts.units.ordered[controls.unit] == ages).all()
    assert (controls.at <= facts.end).all()
    month = facts.units.ordered // (30 * DAY * 1_000_000)
    assert (month[controls.unit] == month[contacts.unit[controls.of]]).all()


def test_a_lift_subtracts_what_would_have_come_anyway():
    lift = Lift(contacts=100, fitting=60, share=0.2, controls=400)
    assert lift.expected == pytest.approx(20) and lift.excess == pytest.approx(60 - 40 * 0.2 / 0.8)
    assert lift.ratio == pytest.approx((60.5 * 320.5) / (40.5 * 80.5)) and lift.surety > 6
    assert Lift(100, 20, 0.2, 400).ratio == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("rule", "place"),
    [
        ("{late: ready}", "demand.1.late:"),
        ("{not_sent: sent, since: order}", "demand.1.not_sent:"),
        ("{after: ready}", "demand.1.after:"),
        ("{born_at: ready}", "demand.1:"),
        ("{late: sent, after: ready, within: 3d}", "demand.1:"),
        ("{late: snet}", "demand.1.late: .snet"),
        ("{when: {reason: a, topic: b}, born_at: ready}", "demand.1.when:"),
        ("{when: {reason: a}}", "demand.1:"),
    ],
)
def test_a_mistake_in_a_rule_is_told_with_its_place(rule, place):
    with pytest.raises(BlueprintInvalid, match=place):
        read_blueprint(SHOP + f"demand:\n  - {rule}\n")


def test_the_command_prints_what_was_agreed(late_and_silent, capsys):
    assert code_of(["failure-demand", str(late_and_silent.path), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert list(said) == ["contacts", "explained", "by_department", "by_cause"]
    assert next(list(one) for one in said["by_department"]) == ["department", "contacts", "share"]
    assert [one["department"] for one in said["by_department"]][-1] is None
    assert code_of(["failure-demand", str(late_and_silent.path)]) == 0


def test_a_design_without_support_is_refused(tmp_path):
    text = SHOP.replace("nature: support", "nature: advice")
    log = built(tmp_path / "log", [[("order", 0, None), ("sent", HOUR, None)]], text)
    with pytest.raises(trayecto.BadValue, match="nature 'support'"):
        failure_demand(log)


def test_a_log_without_an_order_has_contacts_nobody_explains(tmp_path):
    log = built(tmp_path / "log", [[("call", 0, None)], [("call", HOUR, None)]])
    found = failure_demand(log)
    assert (len(found.contacts), found.explained) == (2, 0)
