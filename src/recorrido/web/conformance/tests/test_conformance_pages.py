"""Design and reality, and reconciliation, as pages."""

from __future__ import annotations

import re

import pytest

from recorrido.company.models import Department
from recorrido.journeys.analyses.actions import carry_out, request_analysis
from recorrido.journeys.conformance import KIND
from recorrido.journeys.queries import open_study
from recorrido.web.conformance.tests.designed_shop import CALLED, EARLIER, FINE, LATE, UNSENT

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("designed")]
PAGE, OTHER = "/journeys/conformance/", "/journeys/reconciliation/"


@pytest.fixture
def visitor(signed_in, admin):
    return signed_in(admin)


@pytest.fixture
def worked_out(admin):
    carry_out(request_analysis(study=open_study("order"), kind=KIND, actor=admin).id)


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_it_was_worked_out_the_page_offers_to_do_so(visitor):
    assert 'name="kind" value="deviations"' in shown(visitor, PAGE)


def test_the_page_shows_how_many_go_as_designed_and_what_the_others_do(visitor, worked_out):
    page = shown(visitor, PAGE)
    assert f'data-count="{FINE}"' in page
    told = {"Llamada": CALLED, "Despacho": LATE, "Entrega": UNSENT}
    assert all(name in page and f'data-count="{count}"' in page for name, count in told.items())
    assert "sin «Despacho» antes" in page
    assert page.count("<svg") == 2


def test_journeys_that_began_before_the_data_are_a_figure_apart(visitor, worked_out):
    page = shown(visitor, PAGE)
    assert "Empezaron antes de los datos" in page and f'data-count="{EARLIER}"' in page
    assert (
        "saltado"
        not in page.partition('table class="deviations')[2].partition("Pedido<")[2].partition("</tr>")[0]
    )


def test_each_figure_leads_to_exactly_its_journeys(visitor, worked_out):
    links = re.findall(r'class="figure" href="([^"]+)" data-count="(\d+)"', shown(visitor, PAGE))
    assert len(links) >= 6
    for address, count in links:
        listed = visitor.get(address.replace("&amp;", "&"))
        assert listed.context["found"].total.count == int(count)


def test_a_drawn_variant_leads_to_its_journeys(visitor, worked_out):
    (address, *_others) = re.findall(r'href="([^"]+sel=aligned[^"]+)"', shown(visitor, PAGE))
    assert visitor.get(address.replace("&amp;", "&")).context["found"].total.count == CALLED


def test_the_list_is_searched_narrowed_and_exported(visitor, worked_out):
    assert (
        "Llamada"
        not in shown(visitor, f"{PAGE}?q=bodega")
        .partition("<tbody")[2]
        .rpartition("<h2>")[0]
        .partition("deviations")[2]
    )
    assert "sin «Despacho» antes" not in shown(visitor, f"{PAGE}?kind=late")
    rows = visitor.get(f"{PAGE}?format=csv").content.decode().splitlines()
    assert any(row.startswith("se agrega;Llamada;Tienda;12;") for row in rows)


def test_the_page_asks_the_same_number_of_queries_for_many(
    visitor, worked_out, django_assert_max_num_queries
):
    visitor.get(PAGE)
    with django_assert_max_num_queries(14):
        visitor.get(PAGE)


def test_reconciliation_names_what_each_side_does_not_know(visitor, django_assert_max_num_queries):
    Department.objects.create(slug="shop", name="Tienda")
    Department.objects.create(slug="legal", name="Legal")
    with django_assert_max_num_queries(20):
        page = shown(visitor, OTHER)
    sections = re.split(r"<h2>", page)[1:]
    told = dict(zip(("unused", "real", "idle", "unowned", "unmeasured"), sections, strict=True))
    assert "Regalo" in told["unused"] and "gift.wrapped" in told["unused"]
    assert "box.weighed" in told["real"] and "Llamada" in told["real"]
    assert "Sin pasos" in told["idle"] and "Legal" in told["idle"]
    assert "Bodega" in told["unowned"] and "Tienda" not in told["unowned"]
    assert "Embalaje" in told["unmeasured"]


def test_strangers_must_sign_in_and_agents_take_no_file_away(client, signed_in, make_staff, worked_out):
    assert {client.get(PAGE).status_code, client.get(OTHER).status_code} == {302}
    agent = signed_in(make_staff(role="agent"))
    assert (agent.get(PAGE).status_code, agent.get(f"{PAGE}?format=csv").status_code) == (200, 403)
