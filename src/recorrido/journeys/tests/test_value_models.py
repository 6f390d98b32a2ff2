"""What things are worth: versions that never change, told to logs and analyses without a build."""

from __future__ import annotations

import pytest

from recorrido.company.errors import Forbidden
from recorrido.company.models import AuditEntry
from recorrido.journeys.actions import install_values
from recorrido.journeys.errors import ValuesInvalid
from recorrido.journeys.models import ValueModelVersion
from recorrido.journeys.queries import open_study, valued, values_in_force
from recorrido.journeys.tests import ledgers
from recorrido.journeys.tests.conftest import SHOP

pytestmark = pytest.mark.django_db
CHEAP, DEAR = "currency: CLP\ncontact: {any: 2100}\n", "currency: CLP\ncontact: {any: 2900}\n"


def install(source: str, actor=None) -> ValueModelVersion:
    return install_values(source=source, file_name="values.yaml", actor=actor)


def test_the_newest_version_is_in_force_and_the_others_stay(make_staff):
    lead = make_staff("cx_lead")
    first, second = install(CHEAP, lead), install(DEAR, lead)
    assert (first.number, second.number, values_in_force()) == (1, 2, second)
    assert first.read().contact().expected == 2100
    assert AuditEntry.objects.filter(action="values.installed", actor=lead).count() == 2


def test_what_is_in_force_already_is_not_installed_again():
    assert install(CHEAP) == install(CHEAP) and ValueModelVersion.objects.count() == 1


def test_a_mistake_is_told_with_its_place_and_changes_nothing():
    with pytest.raises(ValuesInvalid, match=r"values.yaml.* 2.* 10"):
        install("currency: CLP\ncontact: [a]\n")
    assert not ValueModelVersion.objects.exists()


@pytest.mark.parametrize("role", ["analyst", "agent", "store", "department_head"])
def test_only_leads_and_administrators_say_what_things_are_worth(make_staff, role):
    with pytest.raises(Forbidden):
        install(CHEAP, make_staff(role))


@pytest.mark.django_db(transaction=True)
def test_a_log_is_built_with_the_values_in_force_and_worth_what_a_newer_version_says(data_folder):
    install(CHEAP)
    ledgers.record(*ledgers.order(1, start=0, steps=iter([("order.placed", 0.0), ("order.shipped", 1.0)])))
    ledgers.build(SHOP.read_text(), "order")
    study, newer = open_study("order"), install(DEAR)
    assert study.log.texts["values"] == CHEAP
    now = valued(study, newer.number)
    assert now.log.texts["values"] == DEAR and now.version == study.version
    assert now.log.where("has('shipped')").texts["values"] == DEAR
