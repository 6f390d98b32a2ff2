from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, get_resolver

from recorrido.company.models import Role

pytestmark = pytest.mark.django_db

OPEN = {"/account/sign-in/", "/account/sign-out/", "/account/preferences/"}
EXAMPLES = {"int": "1", "slug": "x", "str": "x", "path": "x"}
FOR_PROGRAMS = "/api/"  # by key, not by sign-in
OPEN_TO_PROGRAMS = {"/api/v1/docs", "/api/v1/openapi.json"}
FOR_ADMINISTRATORS = "/company/"
OF_THE_AUDIT = "/company/audit/"


def pages() -> list[str]:
    """The address of every page there is, with an example in each place."""
    return sorted(_addresses(get_resolver().url_patterns, "/"))


def _addresses(patterns, before: str) -> Iterator[str]:
    for one in patterns:
        path = before + str(one.pattern)
        for kind, example in EXAMPLES.items():
            for name in one.pattern.converters:
                path = path.replace(f"<{kind}:{name}>", example).replace(f"<{name}>", "1")
        if isinstance(one, URLPattern):
            yield path
        else:
            yield from _addresses(one.url_patterns, path)


def closed_pages() -> list[str]:
    return [page for page in pages() if page not in OPEN and not page.startswith(FOR_PROGRAMS)]


@pytest.mark.parametrize("page", [page for page in pages() if page.startswith(FOR_PROGRAMS)])
def test_a_door_for_programs_is_closed_without_a_key(client, page):
    answers = {ask(page).status_code for ask in (client.get, client.post, client.patch, client.delete)}
    assert answers == ({200, 405} if page in OPEN_TO_PROGRAMS else {401, 405})


@pytest.mark.parametrize("page", closed_pages())
def test_a_page_is_closed_to_strangers(client, page):
    for ask in (client.get, client.post):
        answer = ask(page)
        assert (answer.status_code, answer.url.partition("?")[0]) == (302, "/account/sign-in/")


@pytest.mark.parametrize("role", [role for role in Role.values if role != Role.ADMIN])
def test_the_pages_of_the_company_are_closed_to_other_roles(signed_in, make_staff, role):
    client = signed_in(make_staff(role))
    for page in (page for page in pages() if page.startswith(FOR_ADMINISTRATORS)):
        seen_by_leads = page == OF_THE_AUDIT and role == Role.CX_LEAD
        answers = {client.get(page).status_code, client.post(page).status_code}
        assert answers <= ({200, 405} if seen_by_leads else {403, 405}), page


@pytest.mark.parametrize(
    "address", ["/people/?q=%00", "/people/object/order/%00/", "/company/audit/?q=a%00b"]
)
def test_a_character_that_no_database_can_keep_is_refused(signed_in, admin, address):
    assert signed_in(admin).get(address).status_code == 400
