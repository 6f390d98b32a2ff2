"""The weakest link and changes: what was worked out is shown, and every count leads to its journeys."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client

from recorrido.journeys.analyses.actions import carry_out, request_analysis, request_scheduled
from recorrido.journeys.analyses.queries import analysis_of
from recorrido.journeys.calendar.actions import import_entries
from recorrido.journeys.queries import open_study
from recorrido.web.journeys.tests.conftest import aromo  # noqa: F401
from recorrido.web.tests.links import body, figures_on, links_from, rows_of_csv, total_of

pytestmark = pytest.mark.django_db
WEAKEST = "/journeys/drivers/?type=purchase"
CHANGES = "/journeys/changes/?type=purchase"


def reader_of(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def worked_out(kind):
    request = request_analysis(study=open_study("purchase"), kind=kind, actor=None)
    carry_out(request.id)
    request.refresh_from_db()
    return request


@pytest.fixture
def reader(aromo):  # noqa: F811
    return reader_of(aromo["analyst"])


@pytest.fixture
def weighed(aromo):  # noqa: F811
    return worked_out("drivers")


@pytest.fixture
def changed(aromo):  # noqa: F811
    """A stored result with one change of our own: the small company may have none."""
    request = worked_out("changes")
    request.result["changes"] = [
        {
            "step": "refund.paid", "measure": "time", "department": "finance", "since": "2026-09-14", "earliest": "2026-09-12",
            "latest": "2026-09-20", "before": 86400.0, "after": None, "unit": "seconds", "p": 0.0001, "nearest": None,
            "with_all": False, "weeks": [{"week": "2026-08-01", "value": 90000.0}, {"week": "2026-09-14", "value": 400000.0}],
        }
    ]  # fmt: skip
    type(request).objects.filter(id=request.id).update(result=request.result)
    return request


@pytest.mark.parametrize(("page", "kind"), [(WEAKEST, "drivers"), (CHANGES, "changes")])
def test_before_it_is_worked_out_the_page_offers_to(reader, page, kind):
    shown = body(reader, page)
    assert f'name="kind" value="{kind}"' in shown and "<table" not in shown


def test_every_step_and_slip_of_the_result_is_a_row(reader, weighed):
    shown = body(reader, WEAKEST)
    assert weighed.result["steps"] and shown.count('<th scope="row">') == len(weighed.result["steps"])


def test_every_count_leads_to_as_many_journeys(reader, weighed):
    shown = {(one.address, one.count) for one in figures_on(reader, WEAKEST)}
    assert shown and all(total_of(reader, address) == count for address, count in shown)


def test_another_outcome_can_be_chosen(reader, weighed):
    assert "contacts" in weighed.result["outcomes"]
    assert 'aria-current="true">' in body(reader, f"{WEAKEST}&outcome=contacts")


def test_steps_are_found_by_their_name_or_department(reader, weighed):
    assert body(reader, f"{WEAKEST}&q=zzz").count('<th scope="row">') == 0


def test_a_link_to_an_unknown_slip_is_refused(reader):
    answer = reader.get("/journeys/behind/?type=purchase&sel=slip:order.placed,sideways", follow=True)
    assert answer.status_code == 400 and "sideways" in answer.content.decode()


def test_a_change_stands_with_its_days_sizes_and_picture(reader, changed):
    shown = body(reader, CHANGES)
    assert "14" in shown and "<svg" in shown and "/journeys/step/refund.paid/" in shown


def test_the_entry_that_stands_nearest_is_named_with_its_days_and_drawn(reader, changed):
    changed.result["calendar"] = [
        {"date": day, "label": label, "kind": kind}
        for day, label, kind in (("2026-08-20", "Turnos", "process"), ("2026-09-12", "Caja nueva", "release"))
    ]
    changed.result["changes"][0]["nearest"] = changed.result["calendar"][1] | {"days": -2}
    type(changed).objects.filter(id=changed.id).update(result=changed.result)
    shown = body(reader, CHANGES)
    assert "2 días después de «Caja nueva»" in shown
    assert shown.count("<path") - shown.split("<svg")[0].count("<path") >= 4  # two weeks, two entries
    (line,) = rows_of_csv(reader, reader.get(CHANGES, follow=True).redirect_chain[-1][0])
    assert "Caja nueva" in line and "2026-09-12" in line


def test_what_is_written_into_the_calendar_asks_for_the_changes_anew(reader, changed):
    study = open_study("purchase")
    assert not analysis_of(study, "changes").is_older
    day = datetime.date(2026, 9, 12)
    import_entries(actor=None, rows=[{"date": day, "label": "Caja nueva", "kind": "release"}])
    assert analysis_of(study, "changes").is_older and "/journeys/calendar/" in body(reader, CHANGES)
    (again,) = [one for one in request_scheduled() if (one.kind, one.journey_type) == ("changes", "purchase")]
    carry_out(again.id)
    entry = {"date": "2026-09-12", "label": "Caja nueva", "kind": "release"}
    result = analysis_of(study, "changes").result
    assert entry in result["calendar"] and result["changes"][0]["nearest"] == entry | {"days": -2}


def test_without_changes_the_page_says_that_nothing_changed(reader, changed):
    type(changed).objects.filter(id=changed.id).update(result={"changes": [], "tested": 3, "days": 90})
    assert "<table" not in body(reader, CHANGES) and "90" in body(reader, CHANGES)


def test_the_lists_are_files_for_who_may_take_them(aromo, reader, weighed, changed):  # noqa: F811
    whole = {page: reader.get(page, follow=True).redirect_chain[-1][0] for page in (WEAKEST, CHANGES)}
    assert len(rows_of_csv(reader, whole[WEAKEST])) == len(weighed.result["steps"])
    assert len(rows_of_csv(reader, whole[CHANGES])) == 1
    for page in (WEAKEST, CHANGES):
        assert reader_of(aromo["agent"]).get(f"{page}&format=csv", follow=True).status_code == 403


def test_the_bar_leads_to_both_pages(reader):
    """From the map to the causes, and there from one to the other."""
    assert links_from(reader, "/journeys/?type=purchase", "/journeys/drivers/")
    assert links_from(reader, WEAKEST, "/journeys/changes/")


def test_the_list_needs_as_many_queries_whatever_it_shows(reader, weighed, django_assert_num_queries):
    address = reader.get(WEAKEST, follow=True).redirect_chain[-1][0]
    reader.get(address)
    with django_assert_num_queries(14):
        reader.get(address)
