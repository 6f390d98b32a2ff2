from collections import defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest

from recorrido.events.records import CHANNELS
from recorrido.journeys.blueprint import read_blueprint

SANTIAGO = ZoneInfo("America/Santiago")
FLOW = {
    "order.placed": 0, "payment.approved": 1, "order.prepared": 2, "order.shipped": 3, "delivery.failed": 4,
    "order.delivered": 5, "pickup.ready": 3, "pickup.notified": 4, "order.picked_up": 5, "return.requested": 6,
    "return.received": 7, "return.inspected": 8, "refund.paid": 9,
}  # fmt: skip


def local(row) -> datetime:
    return row[2].astimezone(SANTIAGO)


def of_type(rows, *types) -> list:
    return [row for _, row in rows if row[1] in types]


def test_events_come_in_time_order_within_the_period(rows, aromo):
    moments = [row[2] for _, row in rows]
    assert moments == sorted(moments)
    assert moments[0].astimezone(SANTIAGO).date() >= aromo.first_day
    assert moments[-1].astimezone(SANTIAGO).date() <= aromo.period.end


def test_message_ids_are_unique_within_their_source(rows):
    assert len({(source, row[0]) for source, row in rows}) == len(rows)


def test_channels_are_those_of_the_ledger_and_everybody_is_somebody(rows):
    assert {row[3] for _, row in rows} <= {None, *CHANNELS}
    assert all(row[4] for _, row in rows)


def test_eight_systems_tell_what_happened(rows):
    assert {source for source, _ in rows} == {
        "shop", "pos", "erp", "carrier", "desk", "marketplace", "ads", "survey",
    }  # fmt: skip


def test_each_order_goes_forward(rows):
    steps = defaultdict(list)
    for row in of_type(rows, *FLOW):
        steps[dict(row[5])["order"]].append(FLOW[row[1]])
    assert all(order == sorted(order) for order in steps.values())


def test_stores_work_in_their_hours_and_are_shut_on_the_national_days(rows):
    visits = [
        local(row)
        for row in of_type(rows, "store.visited", "order.picked_up", "return.requested")
        if row[3] == "store"
    ]
    assert min(visit.hour for visit in visits) >= 9 and max(visit.hour for visit in visits) <= 21
    assert not {date(2026, 9, 18), date(2026, 9, 19)} & {visit.date() for visit in visits}


def test_warehouse_and_carriers_rest_on_weekends_and_holidays(rows):
    free = holidays.country_holidays("CL", years=[2026])
    days = {local(row).date() for row in of_type(rows, "order.prepared", "order.shipped", "order.delivered")}
    assert all(day.weekday() < 5 and day not in free for day in days)


def test_refunds_of_store_returns_leave_in_one_weekly_run(rows):
    at_store = {dict(row[5])["return"] for row in of_type(rows, "return.received") if row[3] == "store"}
    runs = {local(row).date() for row in of_type(rows, "refund.paid") if dict(row[5])["return"] in at_store}
    free = holidays.country_holidays("CL", years=[2026])
    assert all(day.weekday() == 3 or (day - timedelta(1)) in free for day in runs)


def test_the_pickup_notice_falls_silent_on_the_day_of_the_release(rows):
    notices = [local(row).date() for row in of_type(rows, "pickup.notified")]
    assert max(notices) <= date(2026, 9, 22)
    assert any(local(row).date() > date(2026, 9, 22) for row in of_type(rows, "pickup.ready"))


def test_the_web_sleeps_at_night(rows):
    hours = [local(row).hour for row in of_type(rows, "product.viewed")]
    night = sum(2 <= hour < 6 for hour in hours)
    assert night / len(hours) < 0.03


def test_the_last_weeks_have_open_orders(rows):
    placed = {dict(row[5])["order"] for row in of_type(rows, "order.placed") if row[3] == "web"}
    ended = {
        dict(row[5])["order"]
        for row in of_type(rows, "order.delivered", "order.picked_up", "order.cancelled")
    }
    assert 0 < len(placed - ended) < len(placed) / 10


def test_the_shipped_blueprint_knows_every_event_of_the_demo(rows):
    from importlib.resources import files

    source = (files("recorrido.journeys") / "blueprints" / "aromo.yaml").read_text(encoding="utf-8")
    known = {touchpoint.event for touchpoint in read_blueprint(source).touchpoints}
    assert {row[1] for _, row in rows} <= known


@pytest.mark.parametrize("type_", ["contact.received", "case.resolved"])
def test_every_contact_says_why(rows, type_):
    reasons = {row[6]["reason"] for row in of_type(rows, type_)}
    assert reasons == {"general", "where_is_my_order", "refund", "wrong_item", "pickup", "identity"}
