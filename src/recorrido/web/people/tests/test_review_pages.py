from __future__ import annotations

import pytest

from recorrido.people.actions import NewProposal, propose_links
from recorrido.people.models import BlockedValue, Identifier, Link, PersonChange, Proposal
from recorrido.people.queries import current_person_id, person_of
from recorrido.web.people.tests.telling import held, introduce, merged
from recorrido.web.tests.links import links_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def agent(make_staff):
    return make_staff("agent")


def propose(number):
    for n in range(number):
        introduce((("external", f"p{n}"),), (("external", f"q{n}"),))
    pairs = [(person_of("external", f"p{n}"), person_of("external", f"q{n}")) for n in range(number)]
    why = [{"field": "name", "left": "Ana", "right": "Anna", "level": "close", "weight": 4.0}]
    propose_links(proposals=[NewProposal(*pair, 0.97, why) for pair in pairs])


def text(client, address):
    return client.get(address).content.decode()


def test_a_link_that_waits_shows_both_sides_and_why(signed_in, agent):
    held()
    page = text(signed_in(agent), "/people/review/")
    assert "C0" in page and "casa0-5@x.cl" in page
    assert "más de estos" in page


def test_same_person_joins_and_different_persons_is_kept(signed_in, agent):
    held(2)
    one, other = Link.objects.filter(state="held").order_by("id")
    client = signed_in(agent)
    client.post("/people/review/links/", {"same": one.id, "why": "she told us"})
    client.post("/people/review/links/", {"different": other.id})
    assert person_of("customer", "C0") == person_of("email", "casa0-5@x.cl")
    assert person_of("customer", "C1") != person_of("email", "casa1-5@x.cl")
    assert list(
        Link.objects.filter(id__in=[one.id, other.id]).order_by("id").values_list("state", "note")
    ) == [
        ("connects", "she told us"),
        ("refused", ""),
    ]


def test_many_are_decided_at_once(signed_in, agent):
    held(3)
    rows = list(Link.objects.filter(state="held").values_list("id", flat=True))
    signed_in(agent).post("/people/review/links/", {"different": "ticked", "row": rows})
    assert Link.objects.filter(state="refused").count() == 3


def test_a_value_is_blocked_from_the_review_page(signed_in, agent):
    held()
    leaf = Link.objects.get(state="held").high_id
    signed_in(agent).post("/people/review/links/", {"block": leaf})
    assert BlockedValue.objects.get().pattern == "casa0-5@x.cl"
    assert not Link.objects.filter(state="held").exists()


def test_a_tablet_that_many_used_is_suspected(signed_in, agent):
    introduce(*((("customer", f"c{n}"), ("anonymous", "tablet-7")) for n in range(5)))
    assert "tablet-7" in text(signed_in(agent), "/people/review/").partition("<table")[0]


def test_forged_numbers_change_nothing(signed_in, agent):
    held()
    client = signed_in(agent)
    for form in ({"same": "99999"}, {"different": "x"}, {"block": "7777"}, {"same": "ticked"}, {}):
        assert client.post("/people/review/links/", form).status_code == 302
    assert Link.objects.filter(state="held").count() == 1


def test_who_may_not_resolve_does_not_see_the_review(signed_in, analyst):
    assert signed_in(analyst).get("/people/review/").status_code == 403
    assert signed_in(analyst).post("/people/review/links/", {"same": 1}).status_code == 403


@pytest.mark.parametrize("number", [2, 30])
def test_the_review_asks_as_many_queries_whatever_waits(signed_in, agent, django_assert_num_queries, number):
    held(number)
    client = signed_in(agent)
    client.get("/people/review/")
    with django_assert_num_queries(4):
        client.get("/people/review/")


def test_the_review_goes_on_where_its_page_ended(signed_in, agent):
    held(60)
    client = signed_in(agent)
    (following,) = links_from(client, "/people/review/", "?q=&after=")
    first, second = text(client, "/people/review/"), text(client, f"/people/review/{following}")
    ticks = [page.count('name="row"') for page in (first, second)]
    assert ticks == [50, 10]


def test_the_review_is_searched_by_identifier(signed_in, agent):
    held(3)
    assert text(signed_in(agent), "/people/review/?q=casa1-").count('name="row"') == 1


def test_a_proposal_is_accepted_or_refused_by_a_person(signed_in, agent):
    propose(2)
    one, other = Proposal.objects.order_by("id")
    client = signed_in(agent)
    assert "Anna" in text(client, "/people/review/proposals/")
    client.post("/people/review/proposals/check/", {"same": one.id})
    client.post("/people/review/proposals/check/", {"different": "ticked", "row": [other.id]})
    assert list(Proposal.objects.order_by("id").values_list("state", flat=True)) == ["accepted", "refused"]
    assert PersonChange.objects.count() == 1


@pytest.mark.parametrize("number", [2, 30])
def test_proposals_ask_as_many_queries_whatever_waits(signed_in, agent, django_assert_num_queries, number):
    propose(number)
    client = signed_in(agent)
    client.get("/people/review/proposals/")
    with django_assert_num_queries(4):
        client.get("/people/review/proposals/")


def test_a_separation_is_shown_before_it_is_made(signed_in, agent):
    older, younger = merged()
    link, client = Link.objects.get(), signed_in(agent)
    page = text(client, f"/people/link/{link.id}/unmerge/")
    assert all(word in page for word in ("L1", "ana@x.cl", str(older), str(younger)))
    assert current_person_id(younger) == older
    client.post(f"/people/link/{link.id}/unmerge/", {"why": "mother and daughter"})
    assert current_person_id(younger) == younger
    assert client.get(f"/people/link/{link.id}/unmerge/").status_code == 302


def test_the_same_person_after_all(signed_in, agent):
    older, younger = merged()
    link, client = Link.objects.get(), signed_in(agent)
    client.post(f"/people/link/{link.id}/unmerge/")
    assert f"/people/link/{link.id}/merge/" in text(client, f"/people/{older}/")
    client.post(f"/people/link/{link.id}/merge/")
    assert current_person_id(younger) == older


def test_the_page_says_why_two_identifiers_are_one_persons(signed_in, agent):
    introduce((("loyalty", "L1"), ("email", "a@x.cl")), (("email", "a@x.cl"), ("external", "e1")))
    person = person_of("loyalty", "L1")
    first, last = person, Link.objects.order_by("id").last().high_id
    page = text(signed_in(agent), f"/people/{person}/?one={first}&other={last}")
    assert page.partition("<ol>")[2].partition("</ol>")[0].count("<li>") == 2


def test_persons_are_joined_by_hand(signed_in, agent):
    introduce((("loyalty", "L1"),), (("loyalty", "L2"),))
    one, other = person_of("loyalty", "L1"), person_of("loyalty", "L2")
    client = signed_in(agent)
    client.post(f"/people/{other}/merge/", {"other": one, "why": "same face"})
    assert current_person_id(other) == one
    answer = client.post(f"/people/{one}/merge/", {"other": other, "why": "again"}, follow=True)
    assert "Ya son" in answer.content.decode()


def test_an_identifier_is_verified_and_ended_on_the_page(signed_in, agent):
    introduce((("phone", "+56987654321"), ("loyalty", "L1")))
    leaf, client = Identifier.objects.get(kind="phone"), signed_in(agent)
    person, leaf = leaf.person_id, leaf.id
    client.post(f"/people/identifier/{leaf}/", {"do": "verify", "why": "code sent"})
    assert "code sent" in text(client, f"/people/{person}/")
    client.post(f"/people/identifier/{leaf}/", {"do": "end", "at": "2026-03-01"})
    assert person_of("phone", "+56987654321") is None
    client.post(f"/people/identifier/{leaf}/", {"do": "resume"})
    assert person_of("phone", "+56987654321") == person
    assert client.post(f"/people/identifier/{leaf}/", {"do": "explode"}).status_code == 404
