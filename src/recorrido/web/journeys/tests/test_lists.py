"""Lists of journeys: pages, search, files, who may, and how many questions they ask the database."""

from __future__ import annotations

import pytest
from django.test import Client

from recorrido.web.tests.links import body, links_from, read, rows_of_csv, total_of

pytestmark = pytest.mark.django_db
LIST = "/journeys/behind/?type=purchase&sel=all&from=2026-10-01&to=2026-10-31"
FILES = {
    "/journeys/?type=purchase&mode=time": "journey-map",
    "/journeys/where-it-hurts/?type=purchase": "where-it-hurts",
    "/journeys/variants/?type=purchase": "variants",
    "/journeys/funnel/?type=purchase&step=order.placed&step=order.delivered": "funnel",
    "/journeys/behind/?type=purchase&sel=lost": "journeys",
}
BAD = {
    "/journeys/?type=purchase&from=yesterday": "2026-10-31",
    "/journeys/?type=purchase&has=order.placd": "order.placed",
    "/journeys/?type=purchase&where=nonsense(": "nonsense",
    "/journeys/?type=purchase&where=regoin='X'": "region",
    "/journeys/?type=purchase&path=sideways": "regular",
    "/journeys/behind/?type=purchase&sel=nonsense:1": "nonsense",
    "/journeys/behind/?type=purchase&sel=variant:many": "variant",
    "/journeys/step/order.placd/?type=purchase": "order.placed",
}


@pytest.fixture
def reader(aromo) -> Client:
    return signed_in_as(aromo["analyst"])


def signed_in_as(staff) -> Client:
    client = Client()
    client.force_login(staff)
    return client


def address_of(client: Client, page: str) -> str:
    return client.get(page, follow=True).redirect_chain[-1][0]


def test_the_pages_of_a_list_hold_every_row_once(reader):
    address, seen = address_of(reader, LIST), []
    total = total_of(reader, address)
    while address:
        seen += links_from(reader, address, "/journeys/journey/")
        following = [link for link in links_from(reader, address, "/journeys/behind/") if "after=" in link]
        address = following[0] if following else ""
    assert len(seen) == len(set(seen)) == total > 50


def test_a_damaged_page_mark_shows_the_first_page(reader):
    address = address_of(reader, LIST)
    first = links_from(reader, address, "/journeys/journey/")
    assert links_from(reader, f"{address}&after=%C2%B2", "/journeys/journey/") == first


def test_a_search_finds_a_journey_and_says_of_how_many(reader):
    address = address_of(reader, LIST)
    one = rows_of_csv(reader, address)[5][0]
    page = read(body(reader, f"{address}&q={one.replace('#', '%23')}"))
    assert len([link for link in page.addresses if link.startswith("/journeys/journey/")]) >= 1
    assert page.total == total_of(reader, address)


@pytest.mark.parametrize("page", FILES)
def test_every_list_is_a_file_too(reader, page):
    answer = reader.get(f"{page}&format=csv", follow=True)
    assert answer["Content-Disposition"] == f'attachment; filename="{FILES[page]}.csv"'
    text = (b"".join(answer) if answer.streaming else answer.content).decode("utf-8-sig")
    assert len(text.splitlines()) > 1


@pytest.mark.parametrize("page", FILES)
def test_an_agent_looks_and_takes_no_file(aromo, page):
    agent = signed_in_as(aromo["agent"])
    assert "format=csv" not in body(agent, page)
    assert agent.get(f"{page}&format=csv", follow=True).status_code == 403


@pytest.mark.parametrize("page", BAD)
def test_what_cannot_be_read_is_refused_with_its_reason(reader, page):
    answer = reader.get(page, follow=True)
    assert answer.status_code == 400
    assert BAD[page] in answer.content.decode()


def test_a_journey_that_is_not_there_is_not_found(reader):
    assert reader.get("/journeys/journey/99999999/", follow=True).status_code == 404


def test_a_journey_type_that_is_not_there_is_not_found(reader):
    assert reader.get("/journeys/?type=nonsense").status_code == 404


@pytest.mark.parametrize("path", ["all", "regular"])
def test_a_page_asks_as_few_queries_whatever_it_shows(reader, django_assert_num_queries, path):
    address = address_of(reader, f"{LIST}&path={path}")
    reader.get(address)
    # session, staff; the blueprint in force and the newest build; three journey types, two questions each; is the past
    # being read differently, or was it since the build
    with django_assert_num_queries(13):
        reader.get(address)


def test_the_searches_keep_every_field_of_the_address(reader):
    page = body(reader, "/journeys/variants/?type=purchase&has=order.placed&has=order.delivered&top=30")
    form = page[page.index('<form class="search"') :]
    fields = form[: form.index("</form>")]
    assert fields.count('name="has"') == 2
    assert 'name="top" value="30"' in fields


def test_htmx_gets_the_content_alone_with_fresh_links(reader):
    address = address_of(reader, "/journeys/?type=purchase&channel=web")
    answer = reader.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in answer
    assert "<title>" in answer
    assert "hx-swap-oob" in answer
