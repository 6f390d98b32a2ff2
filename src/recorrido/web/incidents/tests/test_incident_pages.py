from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from recorrido.company.models import AuditEntry
from recorrido.events.actions import ensure_source, record_events
from recorrido.events.records import NewEvent
from recorrido.journeys.actions import install_blueprint
from recorrido.journeys.watch.models import Incident, WatchSetting
from recorrido.journeys.watch.tests.shops import BLUEPRINT
from recorrido.shared import clock
from recorrido.web.incidents.marks import marked

pytestmark = pytest.mark.django_db
INCIDENTS = "/journeys/incidents/"
BEGIN = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def blueprint():
    install_blueprint(source=BLUEPRINT, file_name="watched.yaml", actor=None)


def make(number: int = 0, **fields) -> Incident:
    minute = int(BEGIN.timestamp()) // 60
    facts = {
        "kind": "surge",
        "subject": f"touchpoint:refused{number or ''}",
        "touchpoint": f"refused{number or ''}",
        "source": "shop",
        "owner": "finance",
        "label_es": f"Pago rechazado {number}",
        "label_en": f"Payment refused {number}",
        "first_minute": BEGIN,
        "seen": 40,
        "expected": 2.5,
        "minutes": 5,
        "peak": 11,
        "persons": 38,
        "series": [[minute + n, 8, 0.5, 1.2] for n in range(-30, 5)],
    }
    return Incident.objects.create(**(facts | fields))


def test_the_list_shows_the_open_ones_first_and_says_what_is_usual(signed_in, analyst):
    make()
    page = signed_in(analyst).get(INCIDENTS).content.decode()
    assert page.count("Pago rechazado 0") >= 3 and "Finanzas" in page


def test_a_search_finds_incidents_by_name(signed_in, analyst):
    make(1), make(2)
    rows = signed_in(analyst).get(INCIDENTS, {"q": "rechazado 2"}).context["page"].rows
    assert [one.touchpoint for one in rows] == ["refused2"]


def test_the_list_needs_as_many_queries_for_many_as_for_one(signed_in, analyst, django_assert_num_queries):
    for number in range(30):
        make(number, closed_at=clock.now(), closed_by="itself")
    client = signed_in(analyst)
    client.get(INCIDENTS)
    with django_assert_num_queries(
        5
    ):  # session, signed-in staff, the page, the open ones, the blueprint in force
        client.get(INCIDENTS)


def test_an_incident_shows_its_chart_in_both_themes(signed_in, analyst):
    found = make()
    client = signed_in(analyst)
    assert "Pago rechazado 0" in client.get(f"{INCIDENTS}{found.pk}/").content.decode()
    for theme in ("light", "dark"):
        chart = client.get(f"{INCIDENTS}{found.pk}/minutes.svg", {"theme": theme})
        assert chart.content.startswith(b"<svg") and chart.headers["Content-Type"] == "image/svg+xml"


def test_there_is_no_page_of_an_incident_that_never_was(signed_in, analyst):
    assert signed_in(analyst).get(f"{INCIDENTS}77/").status_code == 404


def test_the_affected_persons_are_listed_page_by_page(signed_in, analyst):
    events = [
        NewEvent(
            message_id=str(n), type="payment.refused", at=BEGIN + timedelta(seconds=n), identifiers=(("customer", f"C{n}"),)
        )
        for n in range(60)
    ]  # fmt: skip
    record_events(source=ensure_source(name="shop"), events=events)
    found = make(closed_at=BEGIN + timedelta(minutes=5), closed_by="itself")
    client, address = signed_in(analyst), f"{INCIDENTS}{found.pk}/affected/"
    first = client.get(address).context
    second = client.get(address, {"after": first["next_after"]}).context
    assert (len(first["rows"]), len(second["rows"]), second["next_after"]) == (50, 10, "")


def test_a_member_of_a_store_sees_incidents_and_does_nothing_about_them(signed_in, make_staff):
    found = make()
    client = signed_in(make_staff("store"))
    assert client.get(f"{INCIDENTS}{found.pk}/").status_code == 200
    for what in ("acknowledge", "close", "judge"):
        assert client.post(f"{INCIDENTS}{found.pk}/{what}/").status_code == 403


def test_somebody_looks_after_it_with_a_note(signed_in, analyst):
    found = make()
    signed_in(analyst).post(f"{INCIDENTS}{found.pk}/acknowledge/", {"note": "El banco ya lo sabe."})
    found.refresh_from_db()
    assert (found.acknowledged_by, found.note) == (analyst, "El banco ya lo sabe.")
    assert AuditEntry.objects.get(action="incident.acknowledged").subject_id == str(found.pk)


def test_a_false_alarm_is_closed_and_its_subject_needs_more_proof(signed_in, analyst):
    found = make()
    signed_in(analyst).post(f"{INCIDENTS}{found.pk}/judge/", {"verdict": "false_alarm", "calmer": "on"})
    found.refresh_from_db()
    assert (found.verdict, found.closed_by) == ("false_alarm", "staff")
    assert WatchSetting.objects.get(subject=found.subject).sensitivity == "calm"


def test_what_is_watched_is_listed_and_changed(signed_in, make_staff, analyst):
    lead = make_staff("cx_lead")
    page = signed_in(lead).get(f"{INCIDENTS}watched/").content.decode()
    assert "Pago rechazado" in page
    address = f"{INCIDENTS}watched/touchpoint:refused/"
    assert signed_in(lead).post(address, {"sensitivity": "keen", "at_least": "12"}).status_code == 302
    setting = WatchSetting.objects.get(subject="touchpoint:refused")
    assert (setting.watched, setting.sensitivity, setting.at_least) == (False, "keen", 12)
    assert signed_in(analyst).get(address).status_code == 403


def test_a_subject_that_is_not_watched_cannot_be_changed(signed_in, admin):
    assert signed_in(admin).post(f"{INCIDENTS}watched/touchpoint:zebra/", {}).status_code == 404


def test_the_bar_says_how_many_are_open(signed_in, analyst):
    make(1), make(2), make(3, closed_at=clock.now(), closed_by="itself")
    assert ">2<" in signed_in(analyst).get(f"{INCIDENTS}open/").content.decode()


def test_the_map_is_marked_at_the_touchpoint_and_nowhere_else():
    svg = (
        '<svg><g class="jm-node plain" data-step="placed"><circle class="jm-body" cx="10" cy="20" r="4"/></g>'
        '<a class="jm-node pain-1" href="#" data-step="refused"><circle class="jm-body" cx="50" cy="60" r="8"/></a></svg>'
    )
    found = marked(svg, {"refused": make(), "elsewhere": make(2)})
    assert found.count('class="incident-mark"') == 1 and '<circle cx="59" cy="51" r="9"/>' in found
