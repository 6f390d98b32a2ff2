"""Which advice saves contacts, what contact is for, who leaves how much: on logs whose answer is known."""

from __future__ import annotations

import json

import pytest
from tests.trayecto.test_failure_demand import SAYING, SHOP, built, company
from tests.trayecto.twins_demand import DAY, HOUR

import trayecto
from trayecto.cli.app import code_of
from trayecto.demand import advice_effects, contact_split
from trayecto.profit import profit


def notice_of(log):
    (found,) = advice_effects(log)
    return found


@pytest.fixture(scope="module")
def half_silent(tmp_path_factory):
    return built(
        tmp_path_factory.mktemp("half") / "log", company(5, silent=0.5, persons=1_200), SHOP + SAYING
    )


def test_advice_that_was_not_sent_precedes_the_contacts_it_would_have_saved(half_silent):
    found = notice_of(half_silent)
    assert (found.step, found.since, found.department, found.verdict) == ("notice", "ready", "it", "fewer")
    assert found.effect.low <= -0.5 <= found.effect.high  # every second untold person calls
    assert found.contacts.expected == pytest.approx(
        found.effect.expected * found.missed / months(half_silent)
    )


def months(log):
    started = log.attributes["started"].to_numpy().min().astype("datetime64[us]").astype(int)
    return (log.as_of.timestamp() * 1e6 - started) / (365.25 / 12 * DAY * 1e6)


def test_its_money_is_the_contacts_saved_times_the_cost_of_one(half_silent):
    found = notice_of(half_silent)
    assert found.line.total.expected == pytest.approx(-10 * found.contacts.expected)


def test_both_sides_are_alike_in_what_was_known_before(half_silent):
    balance = {one.of: one for one in notice_of(half_silent).balance}
    assert abs(balance["month"].compared) < 0.15 and abs(balance["later order"].compared) < 0.1


@pytest.mark.parametrize("seed", range(3))
def test_advice_that_changes_nothing_is_never_said_to_save_or_to_make_contacts(tmp_path, seed):
    lives = [
        [event for event in life if event[0] != "call" or event[2] != "when"]
        for life in company(seed, silent=0.5, persons=800)
    ]
    found = notice_of(built(tmp_path / "log", lives, SHOP + SAYING))
    assert found.verdict in {"no difference", "perhaps chance"} and abs(found.effect.expected) < 0.1


@pytest.mark.parametrize("silent", [0.0, 1.0])
def test_without_anybody_to_compare_with_there_is_no_figure(tmp_path, silent):
    found = notice_of(built(tmp_path / "log", company(5, silent=silent, persons=300), SHOP + SAYING))
    assert found.verdict == "no comparable" and found.effect is None and found.line is None


def test_who_got_it_in_another_month_compares_with_nobody(tmp_path):
    told = company(1, silent=0.0, persons=150)
    untold = [
        [(step, at + 90 * DAY, why) for step, at, why in life] for life in company(2, silent=1.0, persons=150)
    ]
    assert notice_of(built(tmp_path / "log", [*told, *untold], SHOP + SAYING)).verdict == "no comparable"


def test_contacts_are_split_by_purpose_with_what_support_costs(half_silent):
    split = contact_split(half_silent)
    advice, support = split.purposes
    assert advice.contacts + support.contacts == split.contacts and advice.cost is None
    assert support.cost.expected == pytest.approx(10 * support.contacts / split.months)
    assert {(row.touchpoint.key, row.touchpoint.nature, row.channel) for row in split.rows} == {
        ("notice", "advice", "phone"), ("call", "support", "phone"),
    }  # fmt: skip


VALUES = """\
currency: EUR
margin: {share: {low: 0.3, expected: 0.4, high: 0.5}}
contact: {any: 5}
return: 7
delay_day: 2
"""
SALES = (
    SHOP.replace(
        "journeys:", "  back: {event: back, stage: return, owner: shop, nature: internal}\njourneys:"
    )
    + """\
    attributes:
      amount: {total: amount, of: order}
      shop: {first: channel, segment: yes}
    value: amount
"""
)


def sold(folder, text=SALES, values=VALUES):
    """One who kept an order of 100 sent a day late and called twice, one who brought 50 back, one who only called."""
    rows = [
        ("a", "order", 0, 100, "web"), ("a", "sent", 3 * 24, None, None), ("a", "call", 80, None, "phone"), ("a", "call", 90, None, "phone"),
        ("b", "order", 0, 50, "store"), ("b", "sent", 24, None, None), ("b", "back", 100, None, "store"),
        ("c", "call", 50, None, "phone"),
    ]  # fmt: skip
    table = trayecto.read_events(_table(rows), journey="", step="event", at="at")
    from trayecto.blueprint import read_blueprint
    from trayecto.designed import build_designed

    texts = {"values": values} if values else {}
    return build_designed(table, folder, blueprint=read_blueprint(text), texts=texts)[0]


def _table(rows):
    import pyarrow as pa

    persons, events, hours, amounts, channels = zip(*rows, strict=True)
    at = pa.array([hour * HOUR * 1_000_000 for hour in hours], pa.timestamp("us", "UTC"))
    return pa.table(
        {
            "person": persons,
            "event": events,
            "at": at,
            "amount": pa.array(amounts, pa.int64()),
            "channel": channels,
        }
    )


def test_what_each_customer_leaves_can_be_added_up_by_hand(tmp_path):
    found = profit(sold(tmp_path / "log"), ["person"])
    left = {one.name: one.total.expected for one in found.dimensions[0].most}
    assert left == {"a": 100 * 0.4 - 2 * 5 - 1 * 2, "c": -5, "b": -7}
    assert found.whole.total.expected == pytest.approx(28 - 5 - 7)
    assert found.dimensions[0].losing == 2


def test_only_the_amounts_make_the_interval(tmp_path):
    (a, *_rest) = profit(sold(tmp_path / "log"), ["person"]).dimensions[0].most
    assert (a.total.low, a.total.high) == (pytest.approx(30 - 12), pytest.approx(50 - 12))
    assert [(line.what, line.quantity.expected) for line in a.lines] == [
        ("margin", 100), ("contacts phone", -2), ("delays", pytest.approx(-1)),
    ]  # fmt: skip


def test_channels_add_up_to_the_whole(tmp_path):
    found = profit(sold(tmp_path / "log"))
    assert [one.by for one in found.dimensions] == ["person", "shop"]
    for dimension in found.dimensions:
        assert sum(one.total.expected for one in dimension.most) == pytest.approx(found.whole.total.expected)


def test_the_least_come_first_among_the_least(tmp_path):
    found = profit(sold(tmp_path / "log"), ["person"], top=1).dimensions[0]
    assert [one.name for one in found.most] == ["a"] and [one.name for one in found.least] == ["b"]


def test_products_have_margins_of_their_own(tmp_path):
    text = SALES.replace("shop: {first: channel, segment: yes}", "product: {first: channel, of: order}")
    values = "currency: EUR\nmargin: {per_order: 1, products: {web: 30}}\n"
    found = profit(sold(tmp_path / "log", text, values), ["product"]).dimensions[0]
    assert [(one.name, one.total.expected) for one in found.most] == [("web", 30 - 2 * 10), ("store", 0)]


def test_what_nobody_values_is_refused(tmp_path):
    log = sold(tmp_path / "log", SALES.replace(", cost: 10", ""), values="")
    with pytest.raises(trayecto.BadValue, match="--values"):
        profit(log)
    with pytest.raises(trayecto.UnknownAttribute, match="shop"):
        profit(sold(tmp_path / "other"), ["shpo"])


@pytest.mark.parametrize("command", ["contacts", "advice", "profit"])
def test_the_commands_print_json_alone_or_tables(half_silent, capsys, command):
    assert code_of([command, str(half_silent.path), "--json"]) == 0
    assert isinstance(json.loads(capsys.readouterr().out), dict)
    assert code_of([command, str(half_silent.path)]) == 0
    assert capsys.readouterr().out
