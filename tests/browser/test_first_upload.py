"""A new user with a spreadsheet: from the empty installation to a map and one true sentence."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from playwright.sync_api import expect
from tests.browser.steps import follow

from recorrido.connectors.files.models import Upload
from recorrido.connectors.files.tests import sheets
from recorrido.connectors.files.uploads import actions
from recorrido.journeys.actions import run_build
from recorrido.journeys.models import JourneyBuild

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("data_folder")]
ROWS = sheets.orders(300)


@pytest.fixture(autouse=True)
def empty_queue(db):
    """Jobs are in tables that are not emptied between tests; one that waits keeps the next of its kind away."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_events")
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.fixture
def export(tmp_path):
    """A cp1252 export with semicolons, decimal commas and dates without a time of day."""
    file = tmp_path / "pedidos de enero.csv"
    file.write_bytes(sheets.text_file(ROWS))
    return file


def looks_right(page, serious_problems) -> bool:
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return (serious_problems(page), wide) == ([], 0)


def upload(page, file):
    page.set_input_files("#file", file)
    page.click("form.drop button.primary")
    page.wait_for_url("**/written/")


def say_the_country(page):
    """Nobody has said yet where the file comes from; its country brings zone and currency along, to be seen."""
    page.select_option("select[name=country]", "CL")
    expect(page.locator("select[name=zone]")).to_have_value("America/Santiago")


def do_the_workers_part():
    """What the worker would do meanwhile."""
    waiting = Upload.objects.order_by("-id").first()
    if waiting.moving:
        actions.work_on_upload(upload=waiting)
    for build in JourneyBuild.objects.filter(state="queued"):
        run_build(build=build)


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (360, "dark")])
def test_a_spreadsheet_becomes_a_map_with_one_true_sentence(
    open_signed_in, serious_problems, admin, export, width, scheme
):
    page = open_signed_in(admin, "/", width=width, color_scheme=scheme)
    follow(page, "text=Subir un archivo")
    assert looks_right(page, serious_problems)
    upload(page, export)
    assert looks_right(page, serious_problems)
    page.click("text=Está escrito así: continuar")
    page.wait_for_url("**/columns/")
    assert looks_right(page, serious_problems)
    say_the_country(page)
    page.click("text=Está bien: revisar el archivo entero")
    page.wait_for_url("**/check/")
    assert looks_right(page, serious_problems)
    page.click("main button[value=import]")
    do_the_workers_part()
    page.wait_for_url("**/import/")
    assert looks_right(page, serious_problems)
    page.click("text=Proponer un diseño")
    page.wait_for_url("**/drafts/*/")
    assert looks_right(page, serious_problems)
    page.click("text=Instalar y dibujar el mapa")
    page.wait_for_url("**/build/")
    do_the_workers_part()
    page.wait_for_url("**/journeys/?*")
    there = sum(row[5] is not None for row in ROWS)
    sentence = page.locator(".sentence").inner_text()
    assert f"De {len(ROWS)} pedidos" in sentence
    assert f"llegó a la meta ({there})" in sentence
    assert looks_right(page, serious_problems)
    slower = page.locator(".sentence a").last
    count, days = int(slower.inner_text()), int(re.search(r"(\d+) días o más", sentence)[1])
    assert count == sum(row[5] is not None and (row[5] - row[2]).days >= days for row in ROWS)
    slower.click()
    assert page.locator("[data-total]").get_attribute("data-total") == str(count)


def test_another_choice_shows_the_file_read_anew_without_a_button(open_signed_in, admin, export):
    page = open_signed_in(admin, "/data/upload/")
    upload(page, export)
    page.check("input[name=encoding][value=cp850]")
    expect(page.locator(".rows")).not_to_contain_text("Ñuñoa")
    page.check("input[name=delimiter][value='|']")
    expect(page.locator(".rows thead th")).to_have_count(2)
    page.check("input[name=encoding][value=cp1252]")
    page.check("input[name=delimiter][value=';']")
    expect(page.locator(".rows")).to_contain_text("Ñuñoa")


def test_the_way_works_without_javascript(open_signed_in, admin, export):
    page = open_signed_in(admin, "/data/upload/", java_script_enabled=False)
    upload(page, export)
    page.click("text=Mostrar de nuevo")
    page.click("text=Está escrito así: continuar")
    page.check("input[name=shape][value=persons]")
    follow(page, "text=Mostrar de nuevo")
    assert page.locator("text=Su número está en").count() == 0
    page.check("input[name=shape][value=dates]")
    page.select_option("select[name=country]", "CL")
    page.click("text=Mostrar de nuevo")
    page.click("text=Está bien: revisar el archivo entero")
    page.click("main button[value=import]")
    do_the_workers_part()
    follow(page, "text=Mirar de nuevo")
    assert "Se registraron" in page.locator(".total").inner_text()
