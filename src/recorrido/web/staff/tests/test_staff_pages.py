from __future__ import annotations

import pytest

from conftest import PASSWORD
from recorrido.company.models import Staff
from recorrido.web.paging import encode

pytestmark = pytest.mark.django_db
NEW = {
    "name": "Ana Díaz",
    "email": "ana@example.com",
    "password": PASSWORD,
    "role": "agent",
    "is_active": "on",
}


@pytest.mark.parametrize("path", ["staff/", "staff/new/", "places/", "stores/new/", "audit/"])
def test_an_analyst_may_not_see_the_pages_of_administrators(signed_in, analyst, path):
    assert signed_in(analyst).get(f"/company/{path}").status_code == 403


def test_an_administrator_makes_a_colleague_who_can_sign_in(signed_in, admin, client):
    assert signed_in(admin).post("/company/staff/new/", NEW).status_code == 302
    assert Staff.objects.get(email="ana@example.com").check_password(PASSWORD)


@pytest.mark.parametrize("wrong", [{"email": "admin@example.com"}, {"password": "corta"}, {"role": "king"}])
def test_a_form_with_a_mistake_comes_back(signed_in, admin, wrong):
    assert signed_in(admin).post("/company/staff/new/", NEW | wrong).status_code == 422


def test_an_edit_changes_the_role(signed_in, admin, analyst):
    fields = {"name": "Ana", "role": "cx_lead", "is_active": "on"}
    signed_in(admin).post(f"/company/staff/{analyst.pk}/", fields)
    analyst.refresh_from_db()
    assert (analyst.name, analyst.role) == ("Ana", "cx_lead")


def test_administrators_who_would_lock_themselves_out_are_told(signed_in, admin):
    response = signed_in(admin).post(f"/company/staff/{admin.pk}/", {"name": "A", "role": "agent"})
    assert response.status_code == 422


def test_a_new_password_is_shown_once(signed_in, admin, analyst):
    client = signed_in(admin)
    client.post(f"/company/staff/{analyst.pk}/reset-password/")
    page = f"/company/staff/{analyst.pk}/"
    shown = [word for word in client.get(page).content.decode().split() if analyst_opens_with(analyst, word)]
    assert len(shown) == 1
    assert shown[0] not in client.get(page).content.decode()


def analyst_opens_with(analyst: Staff, word: str) -> bool:
    analyst.refresh_from_db()
    return len(word) == 21 and analyst.check_password(word)


def test_search_finds_by_name_and_by_address(signed_in, admin, make_staff):
    make_staff("agent", name="Zoila", email="caja@example.com")
    client = signed_in(admin)
    for words in ("zoil", "CAJA@"):
        page = client.get("/company/staff/", {"q": words}).content.decode()
        assert "Zoila" in page and "admin@example.com" not in page.split("<table>")[1]


def test_pages_of_staff_follow_each_other_without_gap_or_repeat(signed_in, admin, make_staff):
    for number in range(120):
        make_staff("agent", name=f"Agente {number % 7}", email=f"a{number}@example.com")
    client, seen, after = signed_in(admin), [], ""
    while True:
        page = client.get("/company/staff/", {"after": after}).context["page"]
        seen += [staff.pk for staff in page.rows]
        after = page.next_after
        if not after:
            break
    assert seen == list(Staff.objects.order_by("name", "id").values_list("pk", flat=True))


@pytest.mark.parametrize("mark", ["x", encode(["Admin", "one"]), encode(["\x00", 1]), encode([1])])
def test_a_damaged_page_mark_shows_the_first_page(signed_in, admin, mark):
    assert signed_in(admin).get("/company/staff/", {"after": mark}).context["page"].rows == [admin]


def test_the_staff_list_needs_as_many_queries_for_many_as_for_one(
    signed_in, admin, make_staff, django_assert_num_queries
):
    client = signed_in(admin)
    for number in range(30):
        make_staff("agent", email=f"a{number}@example.com")
    with django_assert_num_queries(3):  # session, signed-in staff, the page
        client.get("/company/staff/")


def test_the_list_is_a_file_too_and_disarms_formulas(signed_in, admin, make_staff):
    make_staff("agent", name='=HYPERLINK("x")')
    text = signed_in(admin).get("/company/staff/", {"format": "csv"}).content.decode()
    assert "admin@example.com" in text and "\"'=HYPERLINK" in text
