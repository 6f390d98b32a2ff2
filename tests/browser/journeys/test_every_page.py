"""Every journey page: fits its window, axe finds nothing serious, the console says nothing."""

from __future__ import annotations

import pytest
from tests.browser.steps import follow

pytestmark = pytest.mark.django_db  # the database is there; the pages read what is committed
MONTH = "from=2026-10-01&to=2026-10-31"
PAGES = [
    f"/journeys/?{MONTH}",
    f"/journeys/?{MONTH}&mode=time",
    f"/journeys/?{MONTH}&mode=dropoff&path=exceptions",
    f"/journeys/where-it-hurts/?{MONTH}",
    "/journeys/regular-path/",
    "/journeys/regular-path/leaving/",
    "/journeys/gates/",
    f"/journeys/variants/?{MONTH}",
    f"/journeys/funnel/?{MONTH}&step=product.viewed&step=order.placed",
    f"/journeys/behind/?{MONTH}&sel=lost",
    "/journeys/journey/5/",
    f"/journeys/step/order.placed/?{MONTH}",
    f"/journeys/flow/order.placed/payment.approved/?{MONTH}",
    "/journeys/builds/",
    "/journeys/?log=20200101T000000000000-00000000",
    "/people/?q=1",
    "/people/1/",
]


def overflow(page) -> int:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize(
    ("scheme", "width"), [("light", 1440), ("dark", 1024), ("dark", 360), ("light", 360)]
)
def test_pages_fit_and_axe_finds_nothing_serious(visit, serious_problems, scheme, width):
    page = visit("/journeys/builds/", width=width, color_scheme=scheme)
    for path in PAGES:
        page.goto(path)
        assert (path, serious_problems(page), overflow(page)) == (path, [], 0)


def test_an_open_panel_has_no_serious_problem_either(visit, serious_problems):
    page = visit(PAGES[0], color_scheme="dark")
    page.locator(".worst .where").first.click()
    page.wait_for_selector("#panel h1")
    assert serious_problems(page) == []


@pytest.mark.parametrize(("device", "choice"), [("light", "dark"), ("dark", "light")])
def test_the_picture_follows_the_chosen_theme_against_the_device(visit, device, choice):
    ground = "getComputedStyle(document.querySelector('.picture svg')).backgroundColor"
    page = visit(PAGES[0], color_scheme=device)
    before = page.evaluate(ground)
    page.click(".menu summary")
    follow(page, f"button[name=theme][value={choice}]")
    assert page.evaluate(ground) != before
    page.click(".menu summary")
    follow(page, "button[name=theme][value=system]")
    assert page.evaluate(ground) == before


def test_the_map_speaks_english_too(visit):
    page = visit(PAGES[0])
    page.click(".menu summary")
    follow(page, "button[name=language][value=en]")
    assert page.locator("h1").inner_text() == "Journey map"
    assert "journeys" in page.locator(".picture svg").text_content()
    page.click(".menu summary")
    follow(page, "button[name=language][value=es]")
