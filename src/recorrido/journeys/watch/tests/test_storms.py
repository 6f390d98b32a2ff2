"""Much that happens at once: what is told, to whom, and how often."""

from __future__ import annotations

from datetime import timedelta

import pytest

from recorrido.company.models import Department, Mail
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.models import BlueprintVersion
from recorrido.journeys.watch.models import ClosedBy, HourCount, Incident
from recorrido.journeys.watch.tests.shops import BLUEPRINT, START, TYPES, Shop

pytestmark = pytest.mark.django_db(transaction=True)  # the horizon waits for open transactions


def test_trouble_that_is_back_minutes_after_it_was_over_opens_at_once():
    shop = Shop()
    shop.pass_usual(6)
    shop.pass_minutes(4, placed=5, refused=8)
    shop.pass_usual(13)
    assert shop.open() == []
    shop.pass_minutes(3, placed=5, refused=8)
    assert shop.open() == ["touchpoint:refused"]


def test_trouble_that_comes_and_goes_must_stay_away_for_longer_each_time():
    shop = Shop()
    shop.pass_usual(6)
    for _ in range(5):
        shop.pass_minutes(4, placed=5, refused=8)
        shop.pass_usual(14)
    first, second = Incident.objects.order_by("id")
    assert first.closed_at - first.first_minute < timedelta(minutes=20)
    assert second.first_minute < START + timedelta(minutes=30) and second.is_open
    shop.pass_usual(10)
    assert Incident.objects.get(pk=second.pk).closed_by == ClosedBy.ITSELF


def test_a_source_that_tells_five_minutes_late_is_watched_as_well():
    shop = Shop()
    HourCount.objects.update(prompt=0)
    for minute in range(20):
        shop.pass_minutes(1)
        if minute % 5 == 4:  # it hands over what happened from nine to five minutes ago
            for back in range(5, 10):
                at = shop.now - timedelta(minutes=back)
                shop.record(at, placed=5, refused=8 if at >= START else 1)
    (incident,) = Incident.objects.filter(kind="surge")
    assert (incident.first_minute, incident.is_open) == (START, True)


def test_all_sources_falling_silent_are_one_trouble_and_one_mail(make_staff):
    make_staff("admin")
    shop = Shop(usual={"placed": 20}, beside=("erp", "carrier", "desk"))
    shop.pass_usual(6)
    shop.pass_minutes(32)
    assert shop.open() == ["source:carrier", "source:desk", "source:erp", "source:shop"]
    assert Incident.objects.filter(leader=None).count() == Mail.objects.count() == 1


def test_the_head_of_a_department_that_is_drawn_in_later_is_told_too_and_nobody_twice(make_staff):
    departments = {slug: Department.objects.create(slug=slug, name=slug) for slug in ("finance", "shop")}
    make_staff("admin")
    for slug, department in departments.items():
        make_staff("department_head", email=f"{slug}@example.com", department=department)
    shop = Shop()
    shop.pass_usual(4)
    shop.pass_minutes(4, placed=5, refused=12)
    assert set(Mail.objects.values_list("to", flat=True)) == {"admin@example.com", "finance@example.com"}
    shop.pass_minutes(4, placed=5, refused=12, failed=12)
    assert sorted(Mail.objects.values_list("to", flat=True)) == [
        "admin@example.com", "finance@example.com", "shop@example.com",
    ]  # fmt: skip


def test_ten_touchpoints_of_one_cause_are_one_trouble_and_one_mail(make_staff):
    make_staff("admin")
    shop = Shop()
    extra = "".join(
        f"  t{n}: {{event: t{n}.failed, stage: checkout, owner: shop, watch: {{kind: surge}}}}\n"
        for n in range(10)
    )
    text = BLUEPRINT.replace("journeys:", extra + "journeys:")
    install_blueprint(source=text, file_name="w.yaml", actor=None)
    shop.version = BlueprintVersion.objects.newest()
    TYPES.update({f"t{n}": f"t{n}.failed" for n in range(10)})
    shop.look(shop.now)
    shop._write_history()
    shop.pass_usual(4)
    shop.pass_minutes(4, placed=5, **{f"t{n}": 4 for n in range(10)})
    assert (Incident.objects.count(), Mail.objects.count()) == (10, 1)
    assert "and 9 more" in Mail.objects.get().subject or "y 9 más" in Mail.objects.get().subject
