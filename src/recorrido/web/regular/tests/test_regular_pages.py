"""The regular path, its branches, and the open journeys that leave it."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.analyses.models import Analysis, AnalysisState
from recorrido.journeys.queries import count, open_study
from recorrido.journeys.queries.filters import Filters
from recorrido.journeys.queries.selections import Selection
from recorrido.web.journeys.tests.conftest import aromo  # noqa: F401
from recorrido.web.tests.links import body, figures_on, links_from, rows_of_csv, total_of

pytestmark = pytest.mark.django_db
PATH = "/journeys/regular-path/?type=purchase"
LEAVING = "/journeys/regular-path/leaving/?type=purchase"


def reader_of(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def reader(aromo):  # noqa: F811
    return reader_of(aromo["analyst"])


@pytest.fixture
def regular(aromo):  # noqa: F811
    request = request_analysis(study=open_study("purchase"), kind="regular", actor=None)
    carry_out(request.id)
    request.refresh_from_db()
    return request.result


def at_risk(person: int, **told) -> dict:
    reasons = [{"feature": "promise of order.delivered", "value": "1–1.5 ×", "points": 0.4}]
    return {
        "row": 0, "journey": f"{person}#1", "person": str(person), "state": "likely", "score": 0.42,
        "last_step": "order.prepared", "owner": "warehouse", "step": None, "reasons": reasons,
    } | told  # fmt: skip


@pytest.fixture
def leaving(aromo):  # noqa: F811
    """A stored result with two open journeys, so that pages do not depend on what is foreseen."""
    study = open_study("purchase")
    person = int(next(one for one in study.log.values("person").to_pylist() if one))
    quality = {"journeys": 90, "share": 0.2, "brier": 0.15, "base_brier": 0.16, "auc": 0.6, "calibration": []}
    journeys = [
        at_risk(person),
        at_risk(person + 1, state="left", step="call", score=None, owner="service", reasons=[]),
    ]
    result = {
        "open": 9, "listed": 2, "owners": {"warehouse": 1, "service": 1}, "journeys": journeys,
        "score": {"days": 21.0, "likely": 0.4, "quality": quality},
    }  # fmt: skip
    row = request_analysis(study=study, kind="leaving", actor=None)
    Analysis.objects.filter(id=row.id).update(state=AnalysisState.DONE, result=result, as_of=study.log.as_of)
    return person


def test_the_share_equals_that_of_the_map(reader, regular):
    study = open_study("purchase")
    whole = (
        count(study, Filters(), Selection("regular")).count,
        count(study, Filters(), Selection("decided")).count,
    )
    assert (regular["regular"], regular["decided"]) == whole
    assert f'data-count="{whole[0]}"' in body(reader, PATH)


def test_every_count_leads_to_as_many_journeys(reader, regular):
    shown = {(one.address, one.count) for one in figures_on(reader, PATH)}
    assert len(shown) > 5 and all(total_of(reader, address) == count for address, count in shown)


def test_branches_are_a_file_too(reader, regular):
    address = reader.get(PATH, follow=True).redirect_chain[-1][0]
    assert len(rows_of_csv(reader, address)) == len(regular["branches"])


def test_open_journeys_are_listed_by_department_with_their_reasons(reader, leaving):
    page = body(reader, f"{LEAVING}&owner=warehouse")
    assert (
        f"{leaving}#1" in page
        and f"{leaving + 1}#1" not in page
        and total_of(reader, f"{LEAVING}&owner=warehouse") == 1
    )
    assert links_from(reader, f"{LEAVING}&owner=warehouse", f"/people/{leaving}/")


def test_a_search_finds_one_of_the_open_journeys(reader, leaving):
    assert total_of(reader, f"{LEAVING}&q={leaving + 1}") == 1


def test_the_list_of_open_journeys_is_a_file_for_who_may_take_it(aromo, reader, leaving):  # noqa: F811
    address = reader.get(LEAVING, follow=True).redirect_chain[-1][0]
    assert len(rows_of_csv(reader, address)) == 2
    assert reader_of(aromo["agent"]).get(f"{LEAVING}&format=csv", follow=True).status_code == 403


def test_a_person_whose_open_journey_is_likely_to_leave_is_marked(aromo, leaving):  # noqa: F811
    agent = reader_of(aromo["agent"])
    assert "message warning" in body(agent, f"/people/{leaving}/")
    persons = {int(one) for one in open_study("purchase").log.values("person").to_pylist() if one}
    other = max(persons - {leaving, leaving + 1})
    assert "message warning" not in body(agent, f"/people/{other}/")


def test_too_short_a_past_is_said_and_no_score_shown(reader):
    study = open_study("purchase")
    row = request_analysis(study=study, kind="leaving", actor=None)
    carry_out(row.id)
    row.refresh_from_db()
    assert row.state == AnalysisState.DONE
    page = body(reader, LEAVING)
    assert ("<table" in page) == (row.result["score"] is not None)


@pytest.mark.parametrize("page", [PATH, LEAVING])
def test_a_page_asks_as_few_queries_whatever_it_shows(
    reader, regular, leaving, page, django_assert_max_num_queries
):
    address = reader.get(page, follow=True).redirect_chain[-1][0]
    reader.get(address)
    with django_assert_max_num_queries(19):
        reader.get(address)
