from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company.models import Department, Mail
from recorrido.events.consumers import move_bookmark
from recorrido.events.models import Event
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch import actions
from recorrido.journeys.watch.models import (
    ClosedBy,
    HourCount,
    Incident,
    MinuteCount,
    Sensitivity,
    WatchSetting,
)
from recorrido.journeys.watch.queries import affected_persons
from recorrido.journeys.watch.tests.shops import BLUEPRINT, START, Shop

pytestmark = pytest.mark.django_db(transaction=True)  # the horizon waits for open transactions
REFUSED = "touchpoint:refused"


def types_recorded() -> list[str]:
    return list(
        Event.objects.filter(source__name="recorrido").order_by("id").values_list("type__name", flat=True)
    )


def test_a_surge_opens_one_incident_with_its_owner_and_the_persons_it_touches():
    shop = Shop()
    shop.pass_usual(6)
    shop.pass_minutes(4, placed=5, refused=8)
    (incident,) = Incident.objects.all()
    assert (incident.subject, incident.kind, incident.owner) == (REFUSED, "surge", "finance")
    assert incident.first_minute == START + timedelta(minutes=6)
    assert incident.opened_at <= START + timedelta(minutes=9)
    assert incident.persons == len(affected_persons(incident, now=shop.now)) == incident.seen
    assert types_recorded() == ["incident.opened"]


def test_the_incident_closes_itself_when_the_rate_returns():
    shop = Shop()
    shop.pass_usual(10)
    shop.pass_minutes(6, placed=5, refused=8)
    shop.pass_usual(15)
    (incident,) = Incident.objects.all()
    assert incident.closed_by == ClosedBy.ITSELF
    assert timedelta(minutes=5) < incident.closed_at - (START + timedelta(minutes=16)) < timedelta(minutes=15)
    assert types_recorded() == ["incident.opened", "incident.closed"]


def test_a_campaign_that_triples_all_traffic_is_no_incident():
    shop = Shop(usual={"placed": 30, "refused": 3, "failed": 1})
    shop.pass_usual(8)
    shop.pass_usual(20, times=3.0)
    assert not Incident.objects.exists()


def test_a_late_import_of_old_data_is_no_incident_and_fills_the_rhythm():
    shop = Shop()
    shop.pass_usual(10)
    for minute in range(60):
        shop.record(START - timedelta(days=2, minutes=minute), refused=10)
    shop.pass_usual(5)
    assert not Incident.objects.exists()


def test_a_source_that_falls_silent_is_an_incident_until_it_speaks_again():
    shop = Shop(usual={"placed": 20})
    shop.pass_usual(6)
    shop.pass_minutes(12)
    assert shop.open() == ["source:shop"]
    shop.pass_usual(8)
    (incident,) = Incident.objects.filter(source="shop", kind="silence")
    assert (incident.closed_by, incident.persons) == (ClosedBy.ITSELF, None)


def test_silence_while_nobody_looked_is_no_incident():
    shop = Shop(usual={"placed": 20})
    shop.pass_usual(4)
    shop.now += timedelta(hours=2)  # the whole installation was down
    shop.pass_usual(10)
    assert not Incident.objects.exists()


def test_a_source_that_never_was_live_may_be_silent():
    shop = Shop(usual={"placed": 20})
    shop.pass_usual(3)
    HourCount.objects.update(fresh=0, prompt=0)
    shop.pass_minutes(20)
    assert not Incident.objects.exists()


def test_one_customer_who_tries_a_card_again_and_again_is_no_incident():
    shop = Shop()
    shop.pass_usual(3)
    for _ in range(5):
        shop.record(shop.now, same_person=True, refused=8)
        shop.pass_minutes(1, placed=5)
    assert not Incident.objects.exists()


def test_related_incidents_are_told_in_one_mail_and_their_end_in_another(make_staff):
    Department.objects.create(slug="finance", name="Finanzas")
    make_staff("admin")
    shop = Shop(usual={"refused": 0.5, "failed": 0.5})
    shop.pass_usual(4)
    shop.pass_minutes(5, placed=5, refused=12, failed=12)
    first, second = Incident.objects.order_by("id")
    assert second.leader == first
    (mail,) = Mail.objects.all()
    assert "Pago rechazado" in mail.text and "Error en caja" in mail.text
    shop.pass_usual(20)
    assert Mail.objects.count() == 2


def test_mails_go_to_leads_and_to_the_head_of_the_owner_department_who_want_them(make_staff):
    finance = Department.objects.create(slug="finance", name="Finanzas")
    other = Department.objects.create(slug="shop", name="Tienda")
    make_staff("cx_lead"), make_staff("analyst"), make_staff("agent", alarms=True)
    make_staff("admin", alarms=False)
    make_staff("department_head", department=finance)
    make_staff("department_head", email="other@example.com", department=other)
    shop = Shop()
    shop.pass_minutes(4, placed=5, refused=8)
    assert sorted(Mail.objects.values_list("to", flat=True)) == [
        "cx_lead@example.com",
        "department_head@example.com",
    ]


def test_an_incident_opens_once_however_often_one_looks(make_staff):
    make_staff("admin")
    shop = Shop()
    shop.pass_minutes(4, placed=5, refused=8)
    for second in range(5):
        shop.look(shop.now + timedelta(seconds=second))
    assert (Incident.objects.count(), Mail.objects.count()) == (1, 1)


def test_closed_by_hand_it_rests_for_an_hour_though_the_rate_stays(admin):
    shop = Shop()
    shop.pass_minutes(4, placed=5, refused=8)
    (incident,) = Incident.objects.all()
    actions.judge_incident(actor=admin, incident_id=incident.pk, verdict="false_alarm", calmer=True)
    Incident.objects.update(closed_at=shop.now)  # the test's clock, not the machine's
    shop.pass_minutes(12, placed=5, refused=8)
    assert Incident.objects.count() == 1
    assert WatchSetting.objects.get(subject=REFUSED).sensitivity == Sensitivity.CALM


def test_what_staff_switched_off_is_not_watched():
    shop = Shop()
    WatchSetting.objects.create(subject=REFUSED, watched=False)
    shop.pass_minutes(5, placed=5, refused=8)
    assert not Incident.objects.exists()


def test_a_shop_whose_rhythm_is_not_known_yet_has_no_incidents():
    shop = Shop()
    HourCount.objects.filter(hour__lt=START - timedelta(days=4)).delete()
    shop.pass_minutes(5, placed=5, refused=20)
    assert not Incident.objects.exists()


def test_a_bookmark_set_back_counts_nothing_twice():

    shop = Shop()
    shop.pass_minutes(2, placed=5)
    move_bookmark(consumer="watch", position=0)
    shop.look(shop.now)
    assert set(MinuteCount.objects.values_list("events", flat=True)) == {5}


def test_a_new_blueprint_has_everything_counted_anew():
    shop = Shop()
    shop.pass_minutes(2, placed=5)
    install_blueprint(
        source=BLUEPRINT.replace("placed:", "ordered:")
        .replace("of: placed", "of: ordered")
        .replace("goal: placed", "goal: ordered"),
        file_name="b.yaml",
        actor=None,
    )
    shop.version = BlueprintVersion.objects.newest()
    shop.look(shop.now)
    assert set(MinuteCount.objects.filter(touchpoint="ordered").values_list("events", flat=True)) == {5}
    assert not MinuteCount.objects.filter(touchpoint="placed").exists()
