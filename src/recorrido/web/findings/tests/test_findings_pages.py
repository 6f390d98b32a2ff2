from __future__ import annotations

import csv
import json
import re
from datetime import date
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from recorrido.company.models import AuditEntry, Department
from recorrido.improve.actions import dismiss_finding
from recorrido.improve.models import Finding, FindingStatus, Improvement
from recorrido.improve.tests.looks import look, only, told
from recorrido.journeys.actions import install_blueprint, install_values
from recorrido.journeys.blueprint import find_blueprint
from recorrido.journeys.calendar.actions import import_entries
from recorrido.web.findings.sentences import points

pytestmark = pytest.mark.django_db
PAGE = "/findings/"
LATE = {"step": "order.delivered", "born_at": "order.shipped", "department": "logistics"}


@pytest.fixture(autouse=True)
def company():
    """The demo's blueprint, what things are worth, and a department."""
    source = find_blueprint("aromo").read_text(encoding="utf-8")
    install_blueprint(source=source, file_name="aromo.yaml", actor=None)
    install_values(source="currency: EUR\ncontact: {any: 5}\n", file_name="", actor=None)
    Department.objects.create(slug="logistics", name="Logística")


def text_of(client, address: str = PAGE, **fields) -> str:
    """A page, with plain spaces where a line may not break."""
    return client.get(address, fields).content.decode().replace("\xa0", " ")


def test_findings_are_sentences_with_the_most_money_first(signed_in, analyst):
    look(
        told(**LATE, money=24_000.0), told(step="order.prepared", money=51_000.0), told(step="x", money=None)
    )
    page = signed_in(analyst).get(PAGE)
    assert [one.finding.step for one in page.context["page"].rows] == [
        "order.prepared",
        "order.delivered",
        "x",
    ]
    sentence = page.context["page"].rows[1].sentence.replace("\xa0", " ")
    assert sentence == (
        "«Entregado» llega tarde en el 40 % de los casos con transportista Andes; en casos parecidos, en el 11 %; "
        "40 pedidos al mes; 18–31 mil €."
    )


def test_a_finding_that_says_since_when_names_what_stands_near_in_the_calendar(signed_in, analyst):
    import_entries(actor=None, rows=[{"date": date(2026, 9, 20), "label": "Nuevo sistema de avisos"}])
    look(told(**LATE, since="2026-09-22"))
    (row,) = signed_in(analyst).get(PAGE).context["page"].rows
    assert row.sentence.startswith(
        "Desde el 22 sep 2026, 2 días después de «Nuevo sistema de avisos», «Entregado»"
    )
    assert row.since == "22 sep 2026"
    assert ("Desde", "22 sep 2026, 2 días después de «Nuevo sistema de avisos»") in row.evidence


def test_a_card_names_what_stands_near_where_its_sentence_names_no_day(signed_in, analyst):
    import_entries(actor=None, rows=[{"date": date(2026, 9, 21), "label": "Nueva caja"}])
    look(told(kind="gate", step="identity.requested", since="2026-09-22", evidence={"stopped": 9}))
    assert "desde el 22 sep 2026, un día después de «Nueva caja»" in text_of(signed_in(analyst))


def test_the_calendar_is_asked_once_for_all_findings(signed_in, analyst, django_assert_num_queries):
    look(*(told(f"step.{number}", since="2026-09-22") for number in range(40)))
    client = signed_in(analyst)
    client.get(PAGE)
    with django_assert_num_queries(10):  # as without, and the calendar and the versions of the design
        client.get(PAGE)


def test_the_total_counts_journeys_that_several_share_once(signed_in, analyst):
    one, other = told("a", journeys=100, money=10_000.0), told("b", journeys=100, money=10_000.0)
    both = [{"findings": [one["id"], other["id"]], "journeys": 100}]
    look(one | {"overlaps": [other["id"]]}, other | {"overlaps": [one["id"]]}, atoms=both)
    page = signed_in(analyst).get(PAGE)
    assert page.context["page"].together.expected == pytest.approx(10_000)
    assert page.content.decode().count("se solapa") >= 2


def test_look_alikes_are_grey_with_the_reason(signed_in, analyst):
    look(told(**LATE, discarded=True))
    page = text_of(signed_in(analyst))
    assert "Parece, pero no es" in page and "finding greyed" in page and "31,0" in page


def test_the_list_is_narrowed_by_department_kind_status_and_words(signed_in, analyst):
    look(told(**LATE), told(step="order.prepared", department="warehouse", kind="changed"), told("gone"))
    look(told(**LATE), told(step="order.prepared", department="warehouse", kind="changed"), day=1)
    client = signed_in(analyst)
    for fields, steps in (
        ({}, {"order.delivered", "order.prepared"}),
        ({"department": "warehouse"}, {"order.prepared"}),
        ({"kind": "late"}, {"order.delivered"}),
        ({"status": "gone"}, {"gone"}),
        ({"q": "entregado"}, {"order.delivered"}),
        ({"status": "zebra", "q": "no such words"}, set()),
    ):
        rows = client.get(PAGE, fields).context["page"].rows
        assert {one.finding.step for one in rows} == steps, fields


def test_the_list_needs_as_many_queries_for_many_as_for_one(signed_in, analyst, django_assert_num_queries):
    look(*(told(f"step.{number}", money=1_000.0 + number) for number in range(40)))
    client = signed_in(analyst)
    client.get(PAGE)
    # session, staff, blueprint, findings, improvements, last run, last look; the zone's blueprint
    with django_assert_num_queries(8):
        assert client.get(PAGE).content.decode().count('class="finding"') == 40


def test_one_finding_needs_as_many_queries_whatever_its_company(
    signed_in, analyst, django_assert_num_queries
):
    look(*(told(f"step.{number}") for number in range(40)))
    client, address = signed_in(analyst), f"{PAGE}{Finding.objects.first().id}/"
    client.get(address)
    with django_assert_num_queries(14):
        client.get(address)


def test_the_file_has_a_line_per_finding_with_its_figures(signed_in, analyst):
    look(told(**LATE), told(step="order.prepared", discarded=True, money=None))
    answer = signed_in(analyst).get(PAGE, {"format": "csv"})
    rows = list(csv.reader(answer.content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row[5] for row in rows[1:]] == ["Entregado", "Pedido preparado"]
    assert rows[1][10:14] == ["18000", "24000", "31000", "EUR"]


def test_whoever_may_not_export_gets_no_file(signed_in, make_staff):
    assert signed_in(make_staff("agent")).get(PAGE, {"format": "csv"}).status_code == 403


def test_a_finding_shows_what_speaks_for_it_and_the_arithmetic_line_by_line(signed_in, analyst):
    look(told(**LATE))
    page = text_of(signed_in(analyst), f"{PAGE}{only().id}/")
    for part in (
        "11–20",
        "4–5,50 €",
        "40–110 €",
        "contrato, 31-10-2026",
        "29,0 puntos (24,0 a 33,0)",
        "31",
    ):
        assert part in page, part
    assert f"sel=finding%3A{only().key}" in page


def test_a_finding_leads_to_what_if_with_the_very_change_that_undoes_it(signed_in, analyst):
    undo = {
        "change": "failure_rate",
        "step": "order.delivered",
        "where": {"carrier": "Andes"},
        "to": "others",
    }
    look(told(**LATE, undo=undo), told(step="order.prepared", undo=None))
    client = signed_in(analyst)
    addresses = [
        link
        for one in Finding.objects.all()
        for link in re.findall(r'href="(/journeys/what-if/[^"]+)"', text_of(client, f"{PAGE}{one.id}/"))
    ]
    (address,) = addresses
    assert json.loads(parse_qs(urlsplit(unescape(address)).query)["change"][0]) == undo


def test_the_same_finding_reads_in_english(signed_in, make_staff):
    look(told(**LATE))
    page = text_of(signed_in(make_staff("cx_lead", language="en")), f"{PAGE}{only().id}/")
    assert (
        "“Delivered” comes late in 40%" in page and "€18–31 thousand" not in page and "18–31 thousand" in page
    )


@pytest.mark.parametrize("kind", ["gate", "late", "failure demand", "changed", "exception", "something else"])
def test_every_kind_is_said_even_with_no_evidence_at_all(signed_in, analyst, kind):
    look(told(kind=kind, evidence={}, cause=None, department=None, money=None, lines=[], effects={}, p=None))
    client = signed_in(analyst)
    assert only().step in text_of(client) or "Reembolso" in text_of(client)
    assert client.get(f"{PAGE}{only().id}/").status_code == 200


def test_a_finding_is_accepted_with_its_owner_and_dates(signed_in, analyst):
    look(told(**LATE))
    client, address = signed_in(analyst), f"{PAGE}{only().id}/"
    owner = Department.objects.get()
    assert f'<option value="{owner.pk}" selected>' in text_of(client, address)
    sent = {"accept-department": owner.pk, "accept-starts_on": "2026-12-01", "accept-ends_on": "2026-12-20"}
    assert client.post(f"{address}accept/", sent).status_code == 302
    assert only().status == FindingStatus.ACCEPTED and Improvement.objects.get().department == owner
    assert "Logística está en eso" in text_of(client)


def test_a_date_before_its_beginning_is_told_at_its_field(signed_in, analyst):
    look(told(**LATE))
    sent = {
        "accept-department": Department.objects.get().pk,
        "accept-starts_on": "2026-12-20",
        "accept-ends_on": "2026-12-01",
    }
    answer = signed_in(analyst).post(f"{PAGE}{only().id}/accept/", sent)
    assert answer.status_code == 422 and "id_accept-ends_on_error" in answer.content.decode()


def test_a_dismissal_without_a_reason_is_told_at_its_field(signed_in, analyst):
    look(told(**LATE))
    answer = signed_in(analyst).post(f"{PAGE}{only().id}/dismiss/", {"dismiss-why": " "})
    assert answer.status_code == 422 and only().status == FindingStatus.NEW


def test_a_dismissed_finding_leaves_the_list_and_can_come_back(signed_in, analyst):
    look(told(**LATE))
    client, address = signed_in(analyst), f"{PAGE}{only().id}/"
    client.post(f"{address}dismiss/", {"dismiss-why": "Ya lo sabíamos"})
    assert client.get(PAGE).context["page"].rows == [] and "Ya lo sabíamos" in text_of(client, address)
    client.post(f"{address}reopen/")
    assert len(client.get(PAGE).context["page"].rows) == 1
    assert AuditEntry.objects.filter(action__in=("finding.dismissed", "finding.reopened")).count() == 2


def test_whoever_may_not_decide_sees_no_buttons_and_is_refused(signed_in, make_staff):
    look(told(**LATE))
    client, address = signed_in(make_staff("store")), f"{PAGE}{only().id}/"
    assert "/accept/" not in text_of(client, address)
    for what in ("accept", "dismiss", "dispute", "reopen"):
        assert client.post(f"{address}{what}/").status_code == 403
    assert client.post(f"{PAGE}ask/").status_code == 403


def test_what_is_gone_says_so_and_offers_nothing(signed_in, analyst):
    look(told(**LATE))
    look(day=1)
    page = text_of(signed_in(analyst), f"{PAGE}{only().id}/")
    assert "message success" in page and "/accept/" not in page and "sel=finding" not in page


def test_the_report_to_print_has_every_finding_and_nothing_around_it(signed_in, analyst):
    look(told(**LATE), told(step="order.prepared", discarded=True))
    page = text_of(signed_in(analyst), f"{PAGE}print/")
    assert "findings-print.css" in page and '<header class="bar">' not in page and "18–31 mil €" in page
    assert "Parece, pero no es" in page


def test_the_history_is_a_picture_once_there_are_three_looks(signed_in, analyst):
    for day in range(3):
        look(told(**LATE, money=20_000.0 + day), day=day)
    client, address = signed_in(analyst), f"{PAGE}{only().id}/"
    assert "history.svg" in text_of(client, address)
    assert client.get(f"{address}history.svg").content.startswith(b"<svg")


def test_before_the_first_look_the_page_says_what_comes(signed_in, analyst):
    page = text_of(signed_in(analyst))
    assert "message" in page and 'class="finding"' not in page


def test_a_dismissed_finding_is_found_by_its_status(signed_in, analyst):
    look(told(**LATE))
    dismiss_finding(actor=analyst, finding_id=only().id, why="x")
    assert len(signed_in(analyst).get(PAGE, {"status": "dismissed"}).context["page"].rows) == 1


def test_there_is_no_page_of_a_finding_that_never_was(signed_in, analyst):
    assert signed_in(analyst).get(f"{PAGE}77/").status_code == 404


def test_points_below_nothing_carry_a_minus_and_no_hyphen():
    assert [points(share) for share in (-0.013, 0.031, None)] == ["−1,3", "3,1", "0,0"]
