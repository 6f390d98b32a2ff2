from __future__ import annotations

import pytest

from recorrido.people import rules
from recorrido.people.actions import block_value
from recorrido.people.models import BlockedValue, IdentifierRule
from recorrido.people.queries import person_of
from recorrido.web.people.tests.telling import introduce

pytestmark = pytest.mark.django_db


def test_a_changed_rule_says_that_it_leaves_the_past(signed_in, admin):
    introduce((("loyalty", "L1"), ("email", "a@x.cl")), (("email", "a@x.cl"), ("loyalty", "L2")))
    answer = signed_in(admin).post("/people/rules/loyalty/", {"limit": "1"}, follow=True)
    assert rules.current().rule("loyalty").limit == 1
    assert person_of("loyalty", "L1") == person_of("loyalty", "L2")
    assert "1 persona ya tiene más" in answer.content.decode()


def test_the_shipped_rule_comes_back(signed_in, admin):
    client = signed_in(admin)
    client.post("/people/rules/email/", {"limit": "", "weak": "on"})
    assert rules.current().rule("email").weak
    client.post("/people/rules/email/", {"reset": "1"})
    assert (rules.current().rule("email").limit, IdentifierRule.objects.count()) == (5, 0)


def test_a_rule_that_makes_no_sense_says_so(signed_in, admin):
    client = signed_in(admin)
    assert client.post("/people/rules/email/", {"limit": "0"}).status_code == 422
    assert client.get("/people/rules/Not A Kind/").status_code == 404


def test_a_value_is_blocked_and_let_through_again(signed_in, admin):
    client = signed_in(admin)
    client.post(
        "/people/rules/blocked-values/new/", {"kind": "phone", "pattern": "+56 2 2345 6789", "reason": "shop"}
    )
    row = BlockedValue.objects.get()
    assert row.pattern == "+56223456789"
    assert "+56223456789" in client.get("/people/rules/blocked-values/").content.decode()
    client.post(f"/people/rules/blocked-values/{row.id}/remove/")
    assert not BlockedValue.objects.exists()


def test_blocking_everything_is_refused_with_a_sentence(signed_in, admin):
    client = signed_in(admin)
    assert client.post("/people/rules/blocked-values/new/", {"pattern": ""}).status_code == 422
    client.post("/people/rules/blocked-values/new/", {"pattern": "*", "reason": "x"})
    assert not BlockedValue.objects.exists()


@pytest.mark.parametrize("number", [2, 30])
def test_blocked_values_ask_as_many_queries_whatever_their_number(
    signed_in, admin, django_assert_num_queries, number
):
    for n in range(number):
        block_value(actor=admin, pattern=f"caja{n}", reason="till")
    client = signed_in(admin)
    with django_assert_num_queries(3):
        client.get("/people/rules/blocked-values/")


@pytest.mark.parametrize("page", ["/people/rules/", "/people/rules/email/", "/people/rules/blocked-values/"])
def test_only_who_may_rule_sees_the_rules(signed_in, analyst, page):
    assert signed_in(analyst).get(page).status_code == 403
