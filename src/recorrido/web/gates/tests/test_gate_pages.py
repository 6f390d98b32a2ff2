"""Requirements: what was worked out is shown with its reasons, and every count leads to its journeys."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.queries import open_study
from recorrido.web.journeys.tests.conftest import aromo  # noqa: F401
from recorrido.web.tests.links import body, figures_on, links_from, read, total_of

pytestmark = pytest.mark.django_db
LIST = "/journeys/gates/?type=purchase"
GATE = "/journeys/gates/identity.requested/?type=purchase"


def reader_of(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def worked_out(aromo):  # noqa: F811
    request = request_analysis(study=open_study("purchase"), kind="gates", actor=None)
    carry_out(request.id)
    request.refresh_from_db()
    return request


@pytest.fixture
def reader(aromo, worked_out):  # noqa: F811
    return reader_of(aromo["analyst"])


def test_before_it_is_worked_out_the_page_offers_to(aromo):  # noqa: F811
    page = body(reader_of(aromo["analyst"]), LIST)
    assert 'name="kind" value="gates"' in page and "<table" not in page


def test_a_gate_has_its_counts_and_its_verdict(reader, worked_out):
    (told,) = worked_out.result["gates"]
    page = body(reader, LIST)
    assert told["reached"] > 30 and f'data-count="{told["journeys"]["stopped"]}"' in page
    assert "tag verdict" in page and "/journeys/gates/identity.requested/" in page


@pytest.mark.parametrize("page", [LIST, GATE])
def test_every_count_leads_to_as_many_journeys(reader, page):
    shown = {(one.address, one.count) for one in figures_on(reader, page)}
    assert shown and all(total_of(reader, address) == count for address, count in shown)


def test_the_page_of_a_gate_shows_options_reasons_and_balance(reader, worked_out):
    (told,) = worked_out.result["gates"]
    page = body(reader, GATE)
    assert page.count("<li>") >= len(told["reasons"])
    assert (page.count('<th scope="row">') >= len(told["balance"])) and "tag verdict" in page


def test_an_unknown_gate_is_not_found(reader):
    assert reader.get("/journeys/gates/order.placed/?type=purchase", follow=True).status_code == 404


def test_a_link_to_an_unknown_outcome_is_refused(reader):
    answer = reader.get("/journeys/behind/?type=purchase&sel=gate:identity.requested,sideways", follow=True)
    assert answer.status_code == 400 and "sideways" in answer.content.decode()


def test_journeys_without_gates_say_so(aromo):  # noqa: F811
    request = request_analysis(study=open_study("return"), kind="gates", actor=None)
    carry_out(request.id)
    page = body(reader_of(aromo["analyst"]), "/journeys/gates/?type=return")
    assert "message" in page and "<table" not in page


def test_the_list_is_a_file_for_who_may_take_it(aromo, reader):  # noqa: F811
    answer = reader.get(f"{LIST}&format=csv", follow=True)
    assert answer["Content-Disposition"] == 'attachment; filename="gates.csv"'
    assert reader_of(aromo["agent"]).get(f"{LIST}&format=csv", follow=True).status_code == 403


def test_the_bar_leads_to_the_requirements(reader):
    assert links_from(reader, "/journeys/drivers/?type=purchase", "/journeys/gates/")
    assert read(body(reader, LIST)).addresses


def test_the_list_needs_as_many_queries_whatever_it_shows(reader, django_assert_num_queries):
    address = reader.get(LIST, follow=True).redirect_chain[-1][0]
    reader.get(address)
    # As a list of journeys has, and two probes for the analysis with the values in force.
    with django_assert_num_queries(14):
        reader.get(address)
