"""The pages of contacts: what they show is what was worked out, and every figure leads to its contacts."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from recorrido.journeys.analyses.models import Analysis
from recorrido.journeys.demand import profits, queries, working
from recorrido.journeys.queries import journey_detail, open_study
from recorrido.journeys.queries.filters import Filters
from recorrido.people.queries import names_of

pytestmark = pytest.mark.django_db
PAGES = ["/journeys/failure-demand/", "/journeys/contacts/", "/journeys/profit/"]


def page(staff, address):
    client = Client()
    client.force_login(staff)
    return client.get(address, follow=True)


def text(staff, address):
    answer = page(staff, address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def result(kind):
    return Analysis.objects.get(kind=kind).result


@pytest.mark.parametrize(
    "address", [*PAGES, "/journeys/failure-demand/cause/0/", "/journeys/profit/?by=region"]
)
def test_every_page_opens_with_what_was_worked_out(aromo, address):
    assert "analysis-ask" not in text(aromo["analyst"], address)


@pytest.mark.parametrize("address", PAGES)
def test_a_page_whose_figures_are_not_worked_out_offers_to_do_it(aromo, address):
    assert "analysis-ask" in text(aromo["analyst"], f"{address}?type=return")


@pytest.mark.parametrize("address", PAGES)
def test_who_may_not_export_gets_no_file(aromo, address):
    assert page(aromo["store"], f"{address}?format=csv").status_code == 403
    assert "format=csv" not in text(aromo["store"], address)


def test_the_sentence_says_contacts_a_month_and_the_share_born_inside(aromo):
    found = result(working.FAILURE_DEMAND)
    view = queries.demand_view(open_study("purchase"), found)
    assert view.monthly == pytest.approx(found["contacts"] / found["months"])
    assert view.inside.expected == pytest.approx(found["explained"] / found["contacts"])
    assert str(round(view.monthly)) in text(aromo["analyst"], PAGES[0])


def test_shares_by_department_and_by_cause_add_up(aromo):
    view = queries.demand_view(open_study("purchase"), result(working.FAILURE_DEMAND))
    for rows in (view.departments, view.causes):
        assert sum(one.share.expected for one in rows) == pytest.approx(1)
    assert view.unexplained is view.causes[-1]


def test_the_contacts_of_a_cause_are_steps_of_the_journeys_they_lead_to(aromo):
    study, found = open_study("purchase"), result(working.FAILURE_DEMAND)
    causes = queries.demand_view(study, found).causes
    for contact in queries.sampled_contacts(study, found, causes[:1])[:5]:
        steps = journey_detail(study, Filters(), contact.row).steps
        assert (contact.label, contact.at) in [(step.label, step.at) for step in steps]


def test_a_cause_lists_as_many_contacts_as_it_counted(aromo):
    found = result(working.FAILURE_DEMAND)
    for place, cause in enumerate(found["by_cause"]):
        assert len(found["samples"][place]) == min(cause["contacts"], working.SAMPLED)
    shown = text(aromo["analyst"], "/journeys/failure-demand/cause/0/")
    assert len(re.findall(r"/journeys/journey/\d+/", shown)) == min(50, found["by_cause"][0]["contacts"])


def test_the_total_of_a_department_leads_to_the_contacts_of_all_its_causes(aromo):
    view = queries.demand_view(open_study("purchase"), result(working.FAILURE_DEMAND))
    shown = text(aromo["analyst"], PAGES[0])
    for one in view.departments:
        causes = [cause for cause in view.causes if cause.slug == one.slug]
        where = f"department/{one.slug}" if one.slug else f"cause/{view.unexplained.place}"
        assert one.contacts == sum(cause.contacts for cause in causes)
        assert f"/journeys/failure-demand/{where}/?" in shown
        listed = page(aromo["analyst"], f"/journeys/failure-demand/{where}/?format=csv").content
        kept = sum(min(cause.contacts, working.SAMPLED) for cause in causes)
        assert len(listed.decode().splitlines()) == 1 + kept
    assert page(aromo["analyst"], "/journeys/failure-demand/department/none/").status_code == 404


def test_a_search_narrows_the_contacts_and_a_cause_that_is_not_there_is_not_found(aromo):
    assert (
        re.findall(
            r"/journeys/journey/\d+/", text(aromo["analyst"], "/journeys/failure-demand/cause/0/?q=zzz")
        )
        == []
    )
    assert page(aromo["analyst"], "/journeys/failure-demand/cause/99/").status_code == 404


def test_who_is_not_signed_in_sees_none_of_it(aromo):
    for address in [*PAGES, "/journeys/failure-demand/cause/0/"]:
        assert Client().get(address)["Location"].startswith("/account/sign-in/")


@pytest.mark.parametrize("picture", ["failure-demand/departments.svg", "contacts/channels.svg"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_are_drawn_for_light_and_dark(aromo, picture, theme):
    answer = page(aromo["analyst"], f"/journeys/{picture}?theme={theme}")
    assert answer["Content-Type"] == "image/svg+xml" and b"<svg" in answer.content


@pytest.mark.parametrize("address", [*PAGES, "/journeys/failure-demand/cause/0/"])
def test_every_table_leaves_as_a_file(aromo, address):
    answer = page(aromo["analyst"], f"{address}?format=csv")
    assert answer["Content-Type"].startswith("text/csv")
    assert len(answer.content.decode().splitlines()) > 2


def test_customers_products_and_channels_lead_to_their_journeys(aromo):
    shown = text(aromo["analyst"], "/journeys/profit/?by=order_channel")
    address = re.search(r'href="(/journeys/behind/\?[^"]*s\.order_channel=web[^"]*)"', shown)
    assert address and page(aromo["analyst"], address[1].replace("&amp;", "&")).status_code == 200


def test_customers_are_called_by_their_names_as_far_as_they_are_known(aromo):
    view = profits.profit_view(open_study("purchase"), result(working.PROFIT))
    shown = text(aromo["analyst"], "/journeys/profit/?by=person")
    persons = [row.person for row in view.tables[0].most]
    names = names_of(persons)
    assert names and all(f'<a href="/people/{one}/">{names.get(one, one)}</a>' in shown for one in persons)


def test_what_customers_leave_adds_up_line_by_line(aromo):
    view = profits.profit_view(open_study("purchase"), result(working.PROFIT))
    for row in [view.whole, *view.tables[0].most]:
        assert row.total.expected == pytest.approx(
            sum(line.quantity * line.each.expected for line in row.lines)
        )


@pytest.mark.parametrize("address", [*PAGES, "/journeys/failure-demand/cause/0/"])
def test_a_page_asks_the_database_little(aromo, address, django_assert_max_num_queries):
    client = Client()
    client.force_login(aromo["analyst"])
    pinned = client.get(address)["Location"]
    with django_assert_max_num_queries(14):
        assert client.get(pinned).status_code == 200
