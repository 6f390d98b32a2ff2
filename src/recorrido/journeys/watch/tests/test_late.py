"""What comes late, early or all at once: no silence is seen where somebody spoke, and no flood of alarms follows."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company.models import Mail
from recorrido.events.actions import ensure_source, record_events
from recorrido.journeys.watch.models import HourCount, Incident, MinuteCount
from recorrido.journeys.watch.tests.shops import START, Shop
from recorrido.shared import clock

pytestmark = pytest.mark.django_db(transaction=True)  # the horizon waits for open transactions


def pass_unseen(shop: Shop, minutes: int, **events: int) -> None:
    """Events are recorded, and nobody counts or looks."""
    for minute in range(minutes):
        shop.record(shop.now, **{step: count for step, count in events.items() if minute % 2 == 0})
        shop.now += timedelta(minutes=1)


def test_a_worker_that_was_stopped_for_an_hour_catches_up_without_an_alarm():
    shop = Shop()
    shop.pass_usual(6)
    pass_unseen(shop, 60, placed=10, refused=1)
    shop.pass_usual(12)
    assert not Incident.objects.exists()
    assert sum(MinuteCount.objects.filter(touchpoint="placed").values_list("events", flat=True)) == 390


def test_trouble_that_was_over_before_the_worker_came_back_is_no_incident_any_more():
    shop = Shop()
    shop.pass_usual(6)
    pass_unseen(shop, 10, placed=10, refused=16)
    pass_unseen(shop, 40, placed=10, refused=1)
    shop.pass_usual(3)
    assert not Incident.objects.exists()


def test_trouble_that_goes_on_when_the_worker_comes_back_opens_at_its_first_look(make_staff):
    make_staff("admin")
    shop = Shop()
    shop.pass_usual(6)
    pass_unseen(shop, 30, placed=10, refused=16)
    shop.pass_minutes(1, placed=5, refused=8)
    (incident,) = Incident.objects.all()
    assert (incident.subject, Mail.objects.count()) == ("touchpoint:refused", 1)


def test_an_import_of_three_years_of_history_raises_nothing():
    shop = Shop(usual={"placed": 20})
    shop.pass_usual(8)
    for day in range(2, 40):
        shop.record(shop.now - timedelta(days=day * 27), placed=50, refused=50, failed=50)
    shop.pass_usual(12)
    assert not Incident.objects.exists()


def test_an_import_does_not_hide_that_its_source_is_silent():
    shop = Shop(usual={"placed": 20})
    shop.pass_usual(6)
    for _ in range(15):
        shop.record(shop.now - timedelta(days=9), placed=30)
        shop.pass_minutes(1)
    assert shop.open() == ["source:shop"]


@pytest.mark.parametrize("shift", [-30, -3, 1, 5, 90])
def test_a_source_whose_clock_is_wrong_by_minutes_is_not_silent(shift):
    shop = Shop(usual={"placed": 10})
    shop.pass_usual(6)
    for minute in range(20):
        at = shop.now + timedelta(minutes=shift)
        with clock.frozen(shop.now):
            events = [shop._event("order.placed", at, False) for _ in range(10)]
            record_events(source=shop.source, events=events)
        shop.pass_minutes(1, refused=minute % 2)
    assert not Incident.objects.exists()


def test_what_was_as_quiet_a_week_ago_is_a_pause_and_not_silence():
    shop = Shop(usual={"placed": 20})
    week = timedelta(days=7)
    for minutes, events in ((-30, 20), (5, 20)):  # it spoke until ten past, and no longer
        minute = START - week + timedelta(minutes=minutes)
        MinuteCount.objects.create(minute=minute, touchpoint="placed", source=shop.source, events=events)
    shop.pass_usual(6)
    shop.pass_minutes(14)
    assert not Incident.objects.exists()
    MinuteCount.objects.bulk_create(
        MinuteCount(
            minute=START - week + timedelta(minutes=m), touchpoint="placed", source=shop.source, events=20
        )
        for m in range(6, 40)
    )
    shop.pass_minutes(2)
    assert shop.open() == ["source:shop"]


def test_a_new_source_that_nobody_knows_yet_raises_nothing():
    shop = Shop()
    shop.pass_usual(4)
    shop.source = ensure_source(name="app")
    shop.pass_minutes(3, placed=30)
    shop.source = ensure_source(name="shop")
    shop.pass_usual(10)
    assert not Incident.objects.exists() and HourCount.objects.filter(source__name="app").exists()
