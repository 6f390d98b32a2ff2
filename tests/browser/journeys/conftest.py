"""The journey pages over a filled ledger, which all tests of a module read."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytest_django.live_server_helper import LiveServer

from recorrido.company.models import Staff
from recorrido.web.tests.retailers import filled


@pytest.fixture(scope="module")
def staff(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[dict[str, Staff]]:
    """The demo's retailer, small; staff by role."""
    with django_db_blocker.unblock(), filled("aromo", tmp_path_factory.mktemp("aromo")) as people:
        yield people


@pytest.fixture(scope="module")
def address(staff) -> Iterator[str]:
    server = LiveServer("localhost")
    yield server.url
    server.stop()


@pytest.fixture(scope="module")
def signed_in_state(staff, address, chromium, tmp_path_factory) -> str:
    """A browser's cookies after signing in as the CX lead."""
    place = str(tmp_path_factory.mktemp("browser") / "state.json")
    context = chromium.new_context(base_url=address, locale="es")
    page = context.new_page()
    page.goto("/account/sign-in/")
    page.fill("[name=email]", staff["cx_lead"].email)
    page.fill("[name=password]", "un-secreto-largo")
    page.click("button.primary")
    page.wait_for_url(lambda url: "sign-in" not in url)
    context.storage_state(path=place)
    context.close()
    return place


@pytest.fixture
def visit(open_page, signed_in_state) -> Callable:
    """Open a page as the CX lead: ``visit("/journeys/", width=360)``."""

    def open_at(path: str, **options):
        return open_page(path, storage_state=signed_in_state, **options)

    return open_at
