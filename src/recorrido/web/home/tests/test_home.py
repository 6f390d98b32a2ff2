from __future__ import annotations

import pytest

from recorrido.improve.tests.looks import look, only, told
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.models import BlueprintVersion, BuildState, JourneyBuild
from recorrido.journeys.watch.models import Incident
from recorrido.shared import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def built():
    """A blueprint whose first journeys were built."""
    source = find_blueprint("aromo").read_text(encoding="utf-8")
    install_blueprint(source=source, file_name="aromo.yaml", actor=None)
    JourneyBuild.objects.create(
        journey_type="purchase",
        blueprint=BlueprintVersion.objects.get(),
        state=BuildState.DONE,
        log_version="v0",
    )


def test_home_opens_with_one_sentence_and_three_figures_that_lead_on(signed_in, analyst, built):
    look(told(), journey_type="purchase")
    page = signed_in(analyst).get("/").content.decode().replace("\xa0", " ")
    assert "62 %" in page and "71 %" in page and "18–31 mil €" in page
    assert 'href="/findings/"' in page and "from=2026-10-01" in page
    assert "entre 58 % y 66 %" in page
    assert "entre 70 % y 72 %, de 4.000 recorridos del 1 oct al 31 oct" in page


def test_home_lists_what_costs_most(signed_in, analyst, built):
    look(*(told(f"step.{number}", money=1_000.0 * number) for number in range(1, 9)))
    page = signed_in(analyst).get("/")
    assert [one.finding.step for one in page.context["home"].top] == [
        f"step.{number}" for number in range(8, 3, -1)
    ]
    assert page.context["home"].more == 3


def test_home_shows_open_incidents_and_how_the_data_is_doing(signed_in, analyst, built):
    now = clock.now()
    Incident.objects.create(
        kind="surge", subject="touchpoint:refused", touchpoint="refused", source="shop", owner="finance",
        label_es="Pago rechazado", label_en="Payment refused", first_minute=now, seen=40, expected=2.5, minutes=5,
        peak=11, persons=38, series=[],
    )  # fmt: skip
    page = signed_in(analyst).get("/").content.decode()
    assert "Pago rechazado" in page and "/data/health/" in page


def test_before_the_first_look_home_says_what_comes(signed_in, analyst, built):
    page = signed_in(analyst).get("/")
    assert (
        page.status_code == 200
        and page.context["home"].figures == []
        and "/journeys/" in page.content.decode()
    )


def test_an_empty_installation_keeps_showing_what_to_do_first(signed_in, analyst):
    page = signed_in(analyst).get("/", follow=True)
    assert page.redirect_chain == [("/journeys/", 302)] and "/data/upload/" in page.content.decode()


def test_home_needs_as_many_queries_for_many_findings_as_for_one(
    signed_in, analyst, built, django_assert_num_queries
):
    look(*(told(f"step.{number}") for number in range(40)))
    client = signed_in(analyst)
    client.get("/")
    # session, staff, blueprint (4: ready, names, zone twice), build, findings, improvements, run, look, incidents, alarms
    with django_assert_num_queries(12):
        client.get("/")


def test_after_signing_in_people_land_on_home(client, analyst, built):
    answer = client.post("/account/sign-in/", {"email": analyst.email, "password": "un-secreto-largo"})
    assert answer.headers["Location"] == "/"


def test_the_bar_marks_home_on_home_and_nowhere_else(signed_in, analyst, built):
    look(told())
    client = signed_in(analyst)
    home, finding = (client.get(page).content.decode() for page in ("/", f"/findings/{only().id}/"))
    assert 'href="/" aria-current="page"' in home
    assert (
        'href="/findings/" aria-current="page"' in finding and 'href="/" aria-current="page"' not in finding
    )
    assert "aria-current" not in client.get("/account/password/").content.decode().split("</header>")[0]
