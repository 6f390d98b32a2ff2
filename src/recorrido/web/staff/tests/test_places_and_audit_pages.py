from __future__ import annotations

import pytest

from recorrido.company import actions
from recorrido.company.models import Department, Store

pytestmark = pytest.mark.django_db


def test_a_department_and_a_store_are_made_and_edited(signed_in, admin):
    client = signed_in(admin)
    client.post("/company/departments/new/", {"name": "Riesgo", "slug": "risk"})
    client.post("/company/departments/risk/", {"name": "Riesgos"})
    client.post("/company/stores/new/", {"name": "Centro", "code": "centro"})
    client.post("/company/stores/centro/", {"name": "Centro", "city": "Santiago", "country": "CL"})
    assert Department.objects.get().name == "Riesgos"
    assert Store.objects.get().city == "Santiago"


@pytest.mark.parametrize("page", ["departments", "stores"])
def test_a_code_that_is_taken_is_refused(signed_in, admin, page):
    client, fields = signed_in(admin), {"name": "A", "slug": "a", "code": "a"}
    assert client.post(f"/company/{page}/new/", fields).status_code == 302
    assert client.post(f"/company/{page}/new/", fields).status_code == 422


def test_the_places_list_needs_few_queries_and_is_a_file_too(signed_in, admin, django_assert_num_queries):
    for number in range(20):
        actions.create_store(actor=admin, code=f"t{number}", name=f"Tienda {number}")
    client = signed_in(admin)
    with django_assert_num_queries(4):  # session, signed-in staff, departments, stores
        client.get("/company/places/")
    assert client.get("/company/places/", {"format": "csv"}).content.decode().count("\n") == 21


def write_entries(admin, number: int) -> None:
    for count in range(number):
        actions.audit(actor=admin, action="store.edited", subject="store", subject_id=count)


def test_the_audit_log_shows_who_and_from_and_to(signed_in, admin, analyst):
    actions.edit_staff(actor=admin, staff=analyst, role="cx_lead")
    page = signed_in(admin).get("/company/audit/").content.decode()
    assert all(word in page for word in ("Admin", "staff.edited", "role: analyst", "role: cx_lead"))


def test_the_audit_log_goes_back_page_by_page(signed_in, admin):
    write_entries(admin, 60)
    client = signed_in(admin)
    first = client.get("/company/audit/").context["page"]
    second = client.get("/company/audit/", {"after": first.next_after}).context["page"]
    numbers = [int(entry.subject_id) for entry in first.rows + second.rows]
    assert numbers == list(range(59, -1, -1))


def test_the_audit_log_is_searched(signed_in, admin):
    write_entries(admin, 3)
    actions.create_department(actor=admin, slug="risk", name="Riesgo")
    page = signed_in(admin).get("/company/audit/", {"q": "risk"}).context["page"]
    assert [entry.subject for entry in page.rows] == ["department"]


def test_the_audit_log_needs_three_queries_however_long(signed_in, admin, django_assert_num_queries):
    write_entries(admin, 60)
    client = signed_in(admin)
    with django_assert_num_queries(3):  # session, signed-in staff, the page
        client.get("/company/audit/")


def test_the_audit_log_is_a_file_too(signed_in, admin):
    write_entries(admin, 60)
    text = signed_in(admin).get("/company/audit/", {"format": "csv"}).content.decode()
    assert text.count("store.edited") == 60
