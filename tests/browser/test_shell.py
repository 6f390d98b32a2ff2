from __future__ import annotations

import pytest
from tests.browser.steps import follow

pytestmark = pytest.mark.django_db(transaction=True)
PAGES = [
    "/company/staff/",
    "/company/staff/new/",
    "/company/places/",
    "/company/audit/",
    "/data/keys/",
    "/data/keys/new/",
    "/account/password/",
]
LOOKS = [("light", 1440), ("light", 360), ("dark", 1440), ("dark", 360)]


def overflow(page) -> int:
    """Pixels by which the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


def test_one_signs_in_with_the_keyboard_alone(open_page, admin):
    page = open_page("/account/sign-in/")
    page.keyboard.type(admin.email)
    page.keyboard.press("Tab")
    page.keyboard.type("un-secreto-largo")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "sign-in" not in url)
    assert page.locator(".menu summary").inner_text() == "Admin"


def test_the_bar_never_scrolls_up_and_down(open_signed_in, admin):
    page = open_signed_in(admin, "/company/audit/")
    bars = page.locator(".areas, .places").evaluate_all(
        "all => all.map(one => getComputedStyle(one).overflowY)"
    )
    assert bars == ["hidden", "hidden"]


def test_a_wrong_password_is_told_in_words(open_page, admin):
    page = open_page("/account/sign-in/")
    page.fill("[name=email]", admin.email)
    page.fill("[name=password]", "wrong")
    page.click("button.primary")
    assert "no es correcto" in page.locator("[role=alert]").inner_text()


def test_the_language_changes_and_stays(open_signed_in, admin):
    page = open_signed_in(admin, "/company/staff/")
    page.click(".menu summary")
    follow(page, "button[name=language][value=en]")
    assert page.locator("h1").inner_text() == "Staff"
    page.goto("/company/audit/")
    assert page.locator("h1").inner_text() == "Audit log"


def test_the_theme_changes_the_colours_against_the_device(open_signed_in, admin):
    page = open_signed_in(admin, "/company/staff/", color_scheme="light")
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.click(".menu summary")
    follow(page, "button[name=theme][value=dark]")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != before


def test_the_first_tab_leads_past_the_bar(open_signed_in, admin):
    page = open_signed_in(admin, "/company/staff/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_pages_work_without_javascript(open_signed_in, admin):
    page = open_signed_in(admin, "/company/departments/new/", java_script_enabled=False)
    page.fill("[name=name]", "Riesgo")
    page.fill("[name=slug]", "risk")
    follow(page, "main button.primary")
    assert page.locator(".tiles").inner_text() == "Riesgo"


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_pages_fit_and_axe_finds_nothing_serious(open_signed_in, serious_problems, admin, scheme, width):
    page = open_signed_in(admin, "/company/staff/", width=width, color_scheme=scheme)
    page.click(".menu summary")
    assert (serious_problems(page), overflow(page)) == ([], 0)
    for path in PAGES:
        page.goto(path)
        assert (path, serious_problems(page), overflow(page)) == (path, [], 0)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_sign_in_page_fits_and_axe_finds_nothing_serious(open_page, serious_problems, db, scheme, width):
    page = open_page("/account/sign-in/", width=width, color_scheme=scheme)
    assert (serious_problems(page), overflow(page)) == ([], 0)
