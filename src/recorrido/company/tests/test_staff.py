from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from conftest import PASSWORD
from recorrido.company import actions
from recorrido.company.errors import Forbidden, PasswordRefused, WrongCredentials
from recorrido.company.models import AuditEntry, Staff

pytestmark = pytest.mark.django_db


def last_entry() -> AuditEntry:
    return AuditEntry.objects.latest("id")


def test_an_administrator_makes_staff_and_it_is_written_down(admin):
    made = actions.create_staff(
        actor=admin, email=" Ana@Example.com ", password=PASSWORD, name="Ana", role="agent"
    )
    entry = last_entry()
    assert made.email == "ana@example.com"
    assert (entry.actor, entry.action, entry.subject_id) == (admin, "staff.created", str(made.pk))


def test_an_analyst_may_not_make_staff(analyst):
    with pytest.raises(Forbidden):
        actions.create_staff(
            actor=analyst, email="a@example.com", password=PASSWORD, name="Ana", role="agent"
        )


def test_two_members_of_staff_cannot_share_an_address(admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.create_staff(
            actor=admin, email=admin.email.upper(), password=PASSWORD, name="B", role="agent"
        )


def test_an_edit_records_only_what_changed(admin, analyst):
    actions.edit_staff(actor=admin, staff=analyst, name=analyst.name, role="cx_lead")
    assert last_entry().detail == {"from": {"role": "analyst"}, "to": {"role": "cx_lead"}}


def test_an_edit_that_changes_nothing_leaves_no_entry(admin, analyst):
    actions.edit_staff(actor=admin, staff=analyst, role="analyst")
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("fields", [{"role": "agent"}, {"is_active": False}])
def test_administrators_cannot_take_away_their_own_access(admin, fields):
    with pytest.raises(Forbidden):
        actions.edit_staff(actor=admin, staff=admin, **fields)


def test_only_a_fresh_installation_makes_its_first_administrator(admin):
    with pytest.raises(Forbidden):
        actions.create_first_admin(email="b@example.com", name="B", password=PASSWORD)


def test_a_password_changes_only_with_the_old_one(analyst):
    with pytest.raises(WrongCredentials):
        actions.change_password(staff=analyst, old="wrong", new="otra-clave-larga")
    actions.change_password(staff=analyst, old=PASSWORD, new="otra-clave-larga")
    assert Staff.objects.get(pk=analyst.pk).check_password("otra-clave-larga")


@pytest.mark.parametrize("weak", ["corta", "1234567890123", "analyst@example"])
def test_a_weak_password_is_refused_with_reasons(analyst, weak):
    with pytest.raises(PasswordRefused) as refusal:
        actions.change_password(staff=analyst, old=PASSWORD, new=weak)
    assert refusal.value.sentences


def test_a_reset_password_works_and_the_audit_log_does_not_hold_it(admin, analyst):
    password = actions.reset_password(actor=admin, staff=analyst)
    assert Staff.objects.get(pk=analyst.pk).check_password(password)
    assert password not in str(last_entry().detail)


def test_a_store_keeps_its_history_in_the_audit_log(admin):
    store = actions.create_store(actor=admin, code="centro", name="Centro", city="Santiago")
    actions.edit_store(actor=admin, store=store, city="Valparaíso")
    assert last_entry().detail == {"from": {"city": "Santiago"}, "to": {"city": "Valparaíso"}}


def test_a_department_is_renamed_not_remade(admin):
    department = actions.create_department(actor=admin, slug="risk", name="Riesgo")
    actions.edit_department(actor=admin, department=department, name="Riesgos")
    assert last_entry().detail == {"from": {"name": "Riesgo"}, "to": {"name": "Riesgos"}}
