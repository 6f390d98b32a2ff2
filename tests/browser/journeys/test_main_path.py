"""From the map to the customers behind it, as a CX lead walks it."""

from __future__ import annotations

import pytest
from tests.browser.steps import follow

pytestmark = pytest.mark.django_db  # the database is there; the pages read what is committed
MONTH = "/journeys/?from=2026-10-01&to=2026-10-31"


def panel_of(page):
    page.wait_for_selector("#panel h1")
    return page.locator("#panel")


def figure_of(locator) -> int:
    return int(locator.get_attribute("data-count"))


def test_from_where_it_hurts_to_the_persons_timeline(visit):
    page = visit(MONTH)
    name = page.locator(".worst .where").first.inner_text()
    page.locator(".worst .where").first.click()
    panel = panel_of(page)
    assert panel.locator("h1").inner_text() == name
    shown = figure_of(panel.locator("a.figure").first)
    panel.locator("a.button").first.click()
    page.wait_for_url("**/behind/**")
    assert int(page.locator("[data-total]").get_attribute("data-total")) == shown
    page.locator("table.journeys tbody th a").first.click()
    page.wait_for_url("**/journey/**")
    page.locator(".head a.button").click()
    page.wait_for_url("**/people/**")
    assert page.locator(".timeline li").count() > 1


def test_a_click_on_a_step_of_the_picture_opens_its_panel_and_keeps_the_map(visit):
    page = visit(MONTH)
    before = page.url
    page.locator(".picture svg a[href*='/step/order.placed/']").first.click()
    assert panel_of(page).locator("h1").inner_text() == "Pedido"
    assert (page.url, page.title()) == (before, "Mapa del recorrido · Recorrido")


def test_a_click_on_a_flow_of_the_picture_opens_its_panel(visit):
    page = visit(MONTH)
    page.locator(".picture svg a[href*='/flow/']").first.focus()
    page.keyboard.press("Enter")
    assert "→" in panel_of(page).locator("h1").inner_text()


def test_the_keyboard_alone_reaches_a_panel_and_comes_back(visit):
    page = visit(MONTH)
    link = page.locator(".worst .where").first
    link.focus()
    page.keyboard.press("Enter")
    panel_of(page)
    page.wait_for_function("document.activeElement.matches('#panel h1')")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('.worst .where')")
    assert page.locator("#panel h1").count() == 0


def test_a_channel_narrows_the_map_and_stays_in_the_address(visit):
    page = visit(MONTH)
    before = figure_of(page.locator("a.figure").first)
    page.select_option("#f-channel", "phone")
    page.wait_for_url("**channel=phone**")
    assert 0 < figure_of(page.locator("a.figure").first) < before
    assert page.input_value("#f-channel") == "phone"
    assert "channel=phone" in page.locator(".places a", has_text="Variantes").get_attribute("href")


def test_a_period_is_one_click(visit):
    page = visit(MONTH)
    page.locator(".periods a", has_text="septiembre 2026").click()
    page.wait_for_url("**from=2026-09-01**")
    assert page.input_value("#f-from") == "2026-09-01"


def test_modes_and_the_regular_path_change_the_picture(visit):
    page = visit(MONTH)
    pictures = [page.locator(".picture svg").inner_html()]
    for name in ("Cuánto demora", "Dónde se pierden", "Camino regular"):
        page.locator(".switch a", has_text=name).click()
        page.wait_for_selector(f".switch a[aria-current]:has-text('{name}')")
        pictures.append(page.locator(".picture svg").inner_html())
    assert len(set(pictures)) == 4


def test_a_funnel_is_built_by_picking_steps(visit):
    page = visit("/journeys/funnel/")
    for number, step in enumerate(["product.viewed", "cart.filled", "order.placed"]):
        page.locator("select[name=step]").nth(number).select_option(step)
        page.wait_for_function("n => document.querySelectorAll('tbody tr').length === n", arg=number + 1)
    counts = [figure_of(cell) for cell in page.locator("tbody td:nth-child(4) a.figure").all()]
    assert counts == sorted(counts, reverse=True)
    page.locator(".picture svg a[href*='sel=funnel']").first.click()
    page.wait_for_url("**/behind/**")
    assert int(page.locator("[data-total]").get_attribute("data-total")) == counts[0]


def test_a_variant_of_the_picture_leads_to_its_journeys(visit):
    page = visit("/journeys/variants/")
    shown = figure_of(page.locator("tbody a.figure").first)
    page.locator(".picture svg a").first.click()
    page.wait_for_url("**/behind/**")
    assert int(page.locator("[data-total]").get_attribute("data-total")) == shown


def test_the_map_works_without_javascript(visit):
    page = visit(MONTH, java_script_enabled=False)
    page.locator(".picture svg a[href*='/step/order.placed/']").first.click()
    assert page.locator("article.chosen h1").inner_text() == "Pedido"
    follow(page, page.locator("a.button", has_text="Ver los recorridos"))
    assert page.locator("table.journeys tbody tr").count() > 0


def test_filters_work_without_javascript(visit):
    page = visit(MONTH, java_script_enabled=False)
    page.select_option("#f-channel", "phone")
    follow(page, page.locator(".filters button[type=submit]").first)
    assert "channel=phone" in page.url
    assert "s.region=&" not in page.url


def test_what_was_chosen_is_seen_beside_its_panel(visit):
    page = visit(MONTH, width=1024)
    page.locator(".picture svg a[href*='/step/refund.paid/']").first.focus()
    page.keyboard.press("Enter")
    panel_of(page)
    page.wait_for_function("document.activeElement.matches('#panel h1')")
    chosen = page.locator(".picture svg a[href*='/step/refund.paid/']").first.bounding_box()
    frame = page.locator(".picture").bounding_box()
    assert frame["x"] <= chosen["x"] <= frame["x"] + frame["width"]
